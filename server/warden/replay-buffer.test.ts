import assert from 'node:assert/strict';
import test from 'node:test';
import { ReplayBuffer } from './replay-buffer.ts';

const LIMIT = 10_000;

/** Bytes that differ from their neighbours, so that one in the wrong place shows. */
const pattern = (from: number, length: number) =>
  Buffer.from(Array.from({ length }, (_, at) => ((from + at) * 31 + ((from + at) >> 8)) & 0xff));

test('whatever the sizes of the pieces, the last bytes come back at their offsets', () => {
  for (const piece of [1, 7, 999, 4096, 4097, LIMIT, LIMIT + 1, 3 * LIMIT + 5]) {
    const buffer = new ReplayBuffer(LIMIT);
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
  const buffer = new ReplayBuffer(LIMIT);
  buffer.append(pattern(0, LIMIT + 123));
  assert.deepEqual(buffer.read(500, 77), pattern(500, 77));
  assert.deepEqual(buffer.read(buffer.head, 10), Buffer.alloc(0));
  assert.throws(() => buffer.read(buffer.start - 1, 1), RangeError);
  assert.throws(() => buffer.read(buffer.head + 1, 1), RangeError);
});

test('a page that has missed bytes goes on at the beginning of a line', () => {
  const buffer = new ReplayBuffer(20);
  buffer.append(Buffer.from('a line\n'));
  assert.equal(buffer.lineStart(), 0);
  buffer.append(Buffer.from('\u001b[31mred\u001b[0m\nthe next'));
  assert.equal(buffer.read(buffer.lineStart(), 20).toString(), 'the next');
  buffer.append(Buffer.from('x'.repeat(40)));
  assert.equal(buffer.lineStart(), buffer.start);
});
