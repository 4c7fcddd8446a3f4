import assert from 'node:assert/strict';
import test from 'node:test';
import { gistOf } from '../testing/native.ts';
import { ReplayBuffer } from './replay-buffer.ts';

const LIMIT = 10_000;
const SIZE = { columns: 80, rows: 24 };

/** Bytes that differ from their neighbours, so that one in the wrong place shows. */
const pattern = (from: number, length: number) =>
  Buffer.from(Array.from({ length }, (_, at) => ((from + at) * 31 + ((from + at) >> 8)) & 0xff));

test('whatever the sizes of the pieces, the last bytes come back at their offsets', () => {
  for (const piece of [1, 7, 999, 4096, 4097, LIMIT, LIMIT + 1, 3 * LIMIT + 5]) {
    const buffer = new ReplayBuffer(LIMIT, SIZE, gistOf);
    let printed = 0;
    while (printed < 5 * LIMIT) {
      buffer.append(pattern(printed, piece));
      printed += piece;
      assert.equal(buffer.head, printed);
      if (piece === 1 && printed % 977 !== 0) continue;
      const known = buffer.read(buffer.start, LIMIT);
      assert.equal(known.byteLength, Math.min(printed, LIMIT));
      assert.deepEqual(known, pattern(buffer.start, known.byteLength), `pieces of ${piece}`);
    }
    assert.equal(buffer.start, printed - LIMIT);
  }
});

test('a part can be read from anywhere in what is known', () => {
  const buffer = new ReplayBuffer(LIMIT, SIZE, gistOf);
  buffer.append(pattern(0, LIMIT + 123));
  assert.deepEqual(buffer.read(500, 77), pattern(500, 77));
  assert.deepEqual(buffer.read(buffer.head, 10), Buffer.alloc(0));
  assert.throws(() => buffer.read(buffer.start - 1, 1), RangeError);
  assert.throws(() => buffer.read(buffer.head + 1, 1), RangeError);
});

test('a page that has missed bytes goes on at the beginning of a line', () => {
  const buffer = new ReplayBuffer(20, SIZE, gistOf);
  buffer.append(Buffer.from('a line\n'));
  assert.equal(buffer.lineStart(), 0);
  buffer.append(Buffer.from('\u001b[31mred\u001b[0m\nthe next'));
  assert.equal(buffer.read(buffer.lineStart(), 20).toString(), 'the next');
  buffer.append(Buffer.from('x'.repeat(40)));
  assert.equal(buffer.lineStart(), buffer.start);
});

test('a page that begins in the middle is told the modes that were set before', () => {
  const buffer = new ReplayBuffer(20, SIZE, gistOf);
  buffer.append(Buffer.from('\u001b[?1049h\u001b[?25'));
  buffer.append(Buffer.from(`l${'x'.repeat(30)}`));
  const { modes } = buffer.continueFrom(buffer.lineStart(), false);
  assert.equal(modes, '\u001b[?1049h\u001b[m\u001b[?25l');
  assert.equal(buffer.continueFrom(buffer.lineStart(), true).modes, '', 'it has set them already');
  assert.equal(buffer.isFullScreenSince(buffer.start), true);
  buffer.append(Buffer.from('\u001b[?1049l'));
  assert.equal(buffer.isFullScreenSince(buffer.start), false);
});

test('modes between what is forgotten and the line that a page begins with count', () => {
  const buffer = new ReplayBuffer(20, SIZE, gistOf);
  buffer.append(Buffer.from('0123456789\u001b[?25l\nab\ncdefghi'));
  const start = buffer.lineStart();
  assert.equal(buffer.read(start, 30).toString(), 'ab\ncdefghi');
  assert.equal(buffer.continueFrom(start, false).modes, '\u001b[?25l');
});

test('the sizes are known that the known bytes were printed for', () => {
  const buffer = new ReplayBuffer(20, SIZE, gistOf);
  buffer.append(Buffer.from('0123456789'));
  buffer.resized({ columns: 90, rows: 30 });
  buffer.resized({ columns: 100, rows: 30 });
  buffer.append(Buffer.from('0123456789'));
  const hundred = { offset: 10, columns: 100, rows: 30 };
  assert.deepEqual(buffer.continueFrom(0, false).sizes, [{ offset: 0, ...SIZE }, hundred]);
  assert.deepEqual(buffer.continueFrom(12, true).sizes, [hundred]);
  buffer.append(Buffer.from('0123456789'));
  assert.deepEqual(buffer.continueFrom(10, false).sizes, [hundred]);
  for (let columns = 2; columns < 1000; columns += 1) {
    buffer.append(Buffer.from('.'));
    buffer.resized({ columns, rows: 30 });
  }
  const { sizes } = buffer.continueFrom(buffer.start, false);
  assert.equal(sizes.at(-1)?.columns, 999);
  assert.ok(sizes.length <= 22);
});

test('a resize makes all lines scroll again, also among what is forgotten', () => {
  const regionOf = (resize: boolean) => {
    const buffer = new ReplayBuffer(20, SIZE, gistOf);
    buffer.append(Buffer.from('\u001b[3;9r'));
    if (resize) buffer.resized({ columns: 80, rows: 30 });
    buffer.append(Buffer.from('x'.repeat(30)));
    return buffer.continueFrom(buffer.start, false).modes;
  };
  assert.equal(regionOf(false), '\u001b[3;9r');
  assert.equal(regionOf(true), '');
});

test('without a line nearby it goes on after the sequence or the character that it would begin in', () => {
  const goesOnWith = (text: string) => {
    const buffer = new ReplayBuffer(20, SIZE, gistOf);
    buffer.append(Buffer.from(text));
    return buffer.read(buffer.lineStart(), 20).toString();
  };
  assert.equal(goesOnWith(`\u001b[31;1m${'x'.repeat(16)}`), 'x'.repeat(16));
  assert.equal(goesOnWith(`ab汉${'x'.repeat(18)}`), 'x'.repeat(18));
  assert.equal(goesOnWith('x'.repeat(40)), 'x'.repeat(20));
});
