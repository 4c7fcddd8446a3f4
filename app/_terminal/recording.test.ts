import assert from 'node:assert/strict';
import test from 'node:test';
import { RECORDING_BYTES_MAX, type RecordedEvent, Recording } from './recording.ts';

const utf8 = new TextEncoder();

function textOf(events: readonly RecordedEvent[]): string {
  const decoder = new TextDecoder();
  return events
    .map((event) => (event.kind === 'output' ? decoder.decode(event.bytes, { stream: true }) : ''))
    .join('');
}

test('what comes again is not recorded twice, in whatever pieces it comes', () => {
  const recording = new Recording();
  recording.record(0, utf8.encode('abcdef'), 1);
  recording.record(0, utf8.encode('abc'), 2);
  recording.record(3, utf8.encode('defgh'), 3);
  recording.record(8, utf8.encode('ij'), 4);
  assert.equal(textOf(recording.events()), 'abcdefghij');
});

test('the same size twice is one event', () => {
  const recording = new Recording();
  recording.resized(80, 24, 1);
  recording.resized(80, 24, 2);
  recording.resized(100, 24, 3);
  assert.equal(recording.events().length, 2);
});

test('beyond its bound the oldest go, and the size of the screen stays', () => {
  const recording = new Recording();
  const piece = new Uint8Array(1024 ** 2);
  recording.resized(80, 24, 0);
  for (let index = 0; index < 20; index++) recording.record(index * 1024 ** 2, piece, index);
  const [first, second] = recording.events();
  assert.deepEqual(first, { kind: 'resize', at: 13, columns: 80, rows: 24 });
  assert.ok(second?.kind === 'output' && second.offset === 13 * 1024 ** 2);
});

test('a terminal that prints byte by byte is bounded as well', () => {
  const recording = new Recording();
  const byte = Uint8Array.of(65);
  for (let offset = 0; offset < 300_000; offset++) recording.record(offset, byte, offset);
  assert.ok(recording.events().length < RECORDING_BYTES_MAX / 64);
});

test('what was stored before a reload comes first, and what came again with it is left out', () => {
  const recording = new Recording();
  recording.resized(90, 30, 50);
  // The page is sent the end of what is stored, and more.
  recording.record(4, utf8.encode('efgh'), 51);
  const own = recording.restore([
    { kind: 'resize', at: 1, columns: 80, rows: 24 },
    { kind: 'output', at: 2, offset: 0, bytes: utf8.encode('abc') },
    { kind: 'output', at: 3, offset: 3, bytes: utf8.encode('def') },
  ]);
  assert.equal(textOf(recording.events()), 'abcdefgh');
  assert.deepEqual(
    recording.eventsFrom(own).events.map(({ kind, at }) => ({ kind, at })),
    [
      { kind: 'resize', at: 50 },
      { kind: 'output', at: 51 },
    ],
  );
});

test('events are handed out from a number on, also when older ones are gone', () => {
  const recording = new Recording();
  recording.record(0, utf8.encode('a'), 1);
  const { next } = recording.eventsFrom(0);
  recording.record(1, utf8.encode('b'), 2);
  assert.equal(textOf(recording.eventsFrom(next).events), 'b');
  const piece = new Uint8Array(2_000);
  for (let index = 0; index < 10_000; index++) recording.record(2 + index * 2_000, piece, 3);
  const late = recording.eventsFrom(next);
  assert.equal(late.events.length, recording.events().length);
  assert.deepEqual(recording.eventsFrom(late.next), { events: [], next: late.next });
});
