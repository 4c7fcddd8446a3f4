import assert from 'node:assert/strict';
import test from 'node:test';
import { FLOW_CONTROL } from '../../server/protocol/flow-control.ts';
import { OutputStream } from './output-stream.ts';

const bytes = (length: number) => new Uint8Array(length);

test('output that continues where the last ended is drawn without a reset', () => {
  const stream = new OutputStream();
  assert.deepEqual(stream.attach(0, 0), { reset: false });
  assert.equal(stream.receive(0, bytes(3)).reset, false);
  const second = stream.receive(3, bytes(2));
  assert.equal(second.reset, false);
  assert.deepEqual(
    second.pieces.map((piece) => piece.end),
    [5],
  );
  assert.equal(stream.received, 5);
});

test('a terminal that has forgotten its beginning replays onto an empty screen', () => {
  const stream = new OutputStream();
  assert.deepEqual(stream.attach(700, 900), { reset: false });
  assert.equal(stream.received, 700);
});

test('a page that comes back too late clears its screen and goes on', () => {
  const stream = new OutputStream();
  stream.attach(0, 0);
  stream.receive(0, bytes(10));
  assert.deepEqual(stream.attach(600, 900), { reset: true });
  assert.equal(stream.receive(600, bytes(1)).reset, false);
});

test('a gap in the output clears the screen and goes on', () => {
  const stream = new OutputStream();
  stream.attach(0, 0);
  stream.receive(0, bytes(10));
  const received = stream.receive(20, bytes(4));
  assert.equal(received.reset, true);
  assert.equal(stream.received, 24);
});

test('output is cut where the replay ends, and is old only before that', () => {
  const stream = new OutputStream();
  stream.attach(0, 6);
  const { pieces } = stream.receive(0, bytes(10));
  assert.deepEqual(
    pieces.map((piece) => piece.bytes.byteLength),
    [6, 4],
  );
  assert.equal(stream.replaying, true);
  for (const piece of pieces.slice(0, 1)) stream.drawn(piece);
  assert.equal(stream.replaying, false);
});

test('a terminal without a past is not replaying', () => {
  const stream = new OutputStream();
  stream.attach(0, 0);
  assert.equal(stream.replaying, false);
});

test('reattaching where the screen ends replays only what was missed', () => {
  const stream = new OutputStream();
  stream.attach(0, 0);
  for (const piece of stream.receive(0, bytes(10)).pieces) stream.drawn(piece);
  assert.deepEqual(stream.attach(10, 15), { reset: false });
  assert.equal(stream.replaying, true);
  for (const piece of stream.receive(10, bytes(5)).pieces) stream.drawn(piece);
  assert.equal(stream.replaying, false);
});

test('what is drawn is acknowledged each time enough bytes have come together', () => {
  const stream = new OutputStream();
  stream.attach(0, 0);
  const step = FLOW_CONTROL.acknowledgeEveryBytes / 2;
  const acknowledged = [0, 1, 2, 3].flatMap((index) =>
    stream.receive(index * step, bytes(step)).pieces.map((piece) => stream.drawn(piece)),
  );
  assert.deepEqual(acknowledged, [undefined, 2 * step, undefined, 4 * step]);
});

test('a page that draws everything always brings a paused terminal back', () => {
  const stream = new OutputStream();
  stream.attach(0, 0);
  let acknowledged = 0;
  let sent = 0;
  const pieceBytes = 4095;
  while (sent < 4 * FLOW_CONTROL.pauseAboveBytes) {
    for (const piece of stream.receive(sent, bytes(pieceBytes)).pieces)
      acknowledged = stream.drawn(piece) ?? acknowledged;
    sent += pieceBytes;
  }
  assert.ok(sent - acknowledged < FLOW_CONTROL.resumeBelowBytes);
});

test('pieces drawn after a reset but sent before it are not counted', () => {
  const stream = new OutputStream();
  stream.attach(0, 0);
  const before = stream.receive(0, bytes(1000)).pieces;
  stream.attach(0, 50);
  stream.attach(20, 50);
  for (const piece of before) assert.equal(stream.drawn(piece), undefined);
  assert.equal(stream.replaying, true);
});
