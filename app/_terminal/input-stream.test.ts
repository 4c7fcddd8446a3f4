import assert from 'node:assert/strict';
import test from 'node:test';
import { FLOW_CONTROL } from '../../server/protocol/flow-control.ts';
import { INPUT_KEPT_MS, type InputPiece, InputStream } from './input-stream.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (pieces: readonly InputPiece[]) =>
  pieces.map((piece) => new TextDecoder().decode(piece.payload)).join('');
const answer = (inputOffset: number, shell = 1, running = true) => ({
  inputOffset,
  inputTaken: inputOffset,
  shell,
  running,
});

/** Attached, at the time 0, to a terminal that knows nothing of it. */
function newStream(): InputStream {
  const stream = new InputStream();
  stream.position(0);
  stream.attached(answer(0), 0);
  return stream;
}

test('what the terminal has not taken goes out again after a reconnect, and nothing else', () => {
  const stream = newStream();
  stream.type(bytes('abc'), 0);
  stream.type(bytes('def'), 1);
  stream.taken(3, 2);
  stream.cut(3);
  const { from, end, shell } = stream.position(10);
  assert.deepEqual({ from, end, shell }, { from: 3, end: 6, shell: 1 });
  const { pieces, lostBytes } = stream.attached(answer(4), 11);
  assert.deepEqual([text(pieces), pieces[0]?.offset, lostBytes], ['def', 3, 0]);
  assert.deepEqual(
    stream.type(bytes('g'), 12).map((piece) => piece.offset),
    [6],
  );
});

test('what was typed too long before the reconnect is given up and counted; what had arrived is not lost', () => {
  const stream = newStream();
  stream.type(bytes('old'), 0);
  stream.type(bytes('new'), INPUT_KEPT_MS);
  stream.cut(INPUT_KEPT_MS + 1);
  assert.equal(stream.position(INPUT_KEPT_MS + 2).from, 3);
  const { pieces, lostBytes } = stream.attached(answer(2), INPUT_KEPT_MS + 3);
  assert.deepEqual([text(pieces), lostBytes], ['new', 1]);
});

test('another shell gets nothing that was typed for the one before', () => {
  const stream = newStream();
  stream.type(bytes('abc'), 0);
  stream.cut(1);
  stream.position(2);
  assert.deepEqual(stream.attached(answer(1, 2), 3), { pieces: [], lostBytes: 2 });
  assert.equal(stream.type(bytes('d'), 4)[0]?.offset, 3, 'no offset is used twice');
});

test('no more is under way than the window, and the rest follows as it is taken', () => {
  const stream = newStream();
  const paste = Uint8Array.from({ length: 300_000 }, (_, index) => 97 + (index % 23));
  const sent: InputPiece[] = [...stream.type(paste, 0)];
  let offset = 0;
  for (const piece of sent) {
    assert.equal(piece.offset, offset);
    offset += piece.payload.byteLength;
    assert.ok(piece.payload.byteLength <= FLOW_CONTROL.inputPieceBytes);
    assert.ok(offset - piece.offset <= FLOW_CONTROL.inputWindowBytes);
    sent.push(...stream.taken(offset, 0));
  }
  assert.equal(offset, paste.byteLength);
  assert.equal(text(sent), new TextDecoder().decode(paste));
});

test('an interrupt does not wait, and what waits is thrown away', () => {
  const stream = newStream();
  const sent = stream.type(new Uint8Array(10 * FLOW_CONTROL.inputWindowBytes), 0);
  const under = sent.reduce((sum, piece) => sum + piece.payload.byteLength, 0);
  assert.equal(under, FLOW_CONTROL.inputWindowBytes);
  const [interrupt] = stream.interrupt(bytes('\x03'), 1);
  assert.deepEqual([interrupt?.kind, interrupt?.offset], ['interrupt', under]);
  assert.deepEqual(stream.taken(under + 1, 2), []);
});

test('the rest of a paste goes on after a short cut, and not after a long one', () => {
  for (const [cutMs, goesOn] of [
    [INPUT_KEPT_MS, true],
    [INPUT_KEPT_MS + 1, false],
  ] as const) {
    const stream = newStream();
    const window = FLOW_CONTROL.inputWindowBytes;
    stream.type(new Uint8Array(window + 100), 0);
    stream.taken(window - 1, 50_000);
    stream.taken(window, 50_000);
    stream.type(new Uint8Array(window), 50_000);
    stream.cut(50_000);
    stream.position(50_000 + cutMs);
    // The terminal has taken all that was under way, and will say nothing more by itself.
    const { pieces, lostBytes } = stream.attached(answer(2 * window), 50_000 + cutMs);
    assert.deepEqual([pieces.length > 0, lostBytes], [goesOn, goesOn ? 0 : 100], `${cutMs} ms`);
  }
});
