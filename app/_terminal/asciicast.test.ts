import assert from 'node:assert/strict';
import test from 'node:test';
import { asciicast } from './asciicast.ts';
import type { RecordedEvent } from './recording.ts';

const SIZE = { columns: 80, rows: 24 };
const TEXTS = { title: 'T', cut: '[cut]', gap: 'gap' };
const utf8 = new TextEncoder();

function linesOf(events: readonly RecordedEvent[]): unknown[] {
  return asciicast(events, SIZE, TEXTS)
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

function output(at: number, offset: number, bytes: Uint8Array): RecordedEvent {
  return { kind: 'output', at, offset, bytes };
}

test('a recording is a header, then output and sizes with their seconds', () => {
  const at = Date.UTC(2026, 0, 1);
  const lines = linesOf([
    { kind: 'resize', at, columns: 100, rows: 30 },
    output(at + 500, 0, utf8.encode('\x1b[31mred\r\n')),
    { kind: 'resize', at: at + 1_250, columns: 60, rows: 20 },
  ]);
  assert.deepEqual(lines, [
    {
      version: 2,
      width: 100,
      height: 30,
      timestamp: at / 1000,
      idle_time_limit: 3,
      title: 'T',
      env: { TERM: 'xterm-256color' },
    },
    [0.5, 'o', '\x1b[31mred\r\n'],
    [1.25, 'r', '60x20'],
  ]);
});

test('a character whose bytes come in pieces is written once, and whole', () => {
  const bytes = utf8.encode('中é😀');
  const pieces = Array.from(bytes, (byte, index) => output(index, index, Uint8Array.of(byte)));
  const text = linesOf(pieces)
    .slice(1)
    .map((line) => (Array.isArray(line) ? line[2] : ''))
    .join('');
  assert.equal(text, '中é😀');
});

test('a recording whose beginning is gone says so first, and begins with a whole character', () => {
  const bytes = utf8.encode('中x').subarray(1);
  assert.deepEqual(linesOf([output(1, 7, bytes)]).slice(1), [
    [0, 'o', '\x1b[2m[cut]\x1b[m\r\n'],
    [0, 'o', 'x'],
  ]);
});

test('missing output is marked, and no half character carried over it', () => {
  const half = utf8.encode('a中').subarray(0, 2);
  assert.deepEqual(linesOf([output(0, 0, half), output(10, 50, utf8.encode('b'))]).slice(1), [
    [0, 'o', 'a'],
    [0.01, 'm', 'gap'],
    [0.01, 'o', 'b'],
  ]);
});

test('a clock that is set back does not turn time back', () => {
  const lines = linesOf([
    output(5_000, 0, utf8.encode('a')),
    output(6_000, 1, utf8.encode('b')),
    output(1_000, 2, utf8.encode('c')),
  ]);
  assert.deepEqual(lines.slice(1), [
    [0, 'o', 'a'],
    [1, 'o', 'b'],
    [1, 'o', 'c'],
  ]);
});
