import assert from 'node:assert/strict';
import test from 'node:test';
import { FLOW_CONTROL } from '../../server/protocol/flow-control.ts';
import { type OutputPiece, type OutputStep, OutputStream } from './output-stream.ts';

const bytes = (length: number) => new Uint8Array(length);

/** Output that goes on at `offset`, for a terminal of the usual size. */
const from = (offset: number, modes = '') => ({
  offset,
  modes,
  sizes: [{ offset, columns: 80, rows: 24 }],
});

const piecesOf = (steps: readonly OutputStep[]) =>
  steps.filter((step): step is OutputPiece => step.kind === 'bytes');

/** Attached to a terminal that has printed nothing yet. */
function newStream(): OutputStream {
  const stream = new OutputStream();
  stream.attach(from(0), 0);
  return stream;
}

/** In words, for comparison. */
const words = (steps: readonly OutputStep[]) =>
  steps.map((step) => {
    if (step.kind === 'bytes') return `${step.bytes.byteLength} bytes`;
    if (step.kind === 'size') return `${step.columns}x${step.rows}`;
    if (step.kind === 'gap') return `${step.missedBytes} missing`;
    return step.kind;
  });

test('output that continues where the last ended is drawn without a reset', () => {
  const stream = new OutputStream();
  assert.deepEqual(words(stream.attach(from(0), 0)), ['80x24']);
  assert.deepEqual(words(stream.receive(0, bytes(3))), ['3 bytes']);
  const second = stream.receive(3, bytes(2));
  assert.deepEqual(
    piecesOf(second).map((piece) => piece.end),
    [5],
  );
  assert.equal(stream.received, 5);
});

test('a terminal that has forgotten its beginning replays onto an empty screen, with the modes it had', () => {
  const stream = new OutputStream();
  assert.deepEqual(words(stream.attach(from(700, '\x1b[?25l'), 900)), ['80x24', 'modes']);
  assert.equal(stream.received, 700);
});

test('a page that comes back too late keeps what it has, and says what is missing', () => {
  const stream = newStream();
  stream.receive(0, bytes(10));
  assert.deepEqual(words(stream.attach(from(600, '\x1b[1m'), 900)), [
    '590 missing',
    '80x24',
    'modes',
  ]);
  assert.deepEqual(words(stream.receive(600, bytes(1))), ['1 bytes']);
});

test('a gap that ends in a full-screen program is told as such', () => {
  const stream = newStream();
  stream.receive(0, bytes(10));
  const [gap] = stream.attach(from(600, '\x1b[?1049h\x1b[?25l'), 900);
  assert.equal(gap?.kind === 'gap' && gap.fullScreen, true);
});

test('output that was skipped for a page that is slow is a gap, too', () => {
  const stream = newStream();
  stream.receive(0, bytes(10));
  assert.deepEqual(words(stream.skip(from(20))), ['10 missing', '80x24']);
  assert.deepEqual(words(stream.receive(20, bytes(4))), ['4 bytes']);
});

test('output of another terminal, or that nobody has announced, clears the screen', () => {
  const stream = newStream();
  stream.receive(0, bytes(10));
  assert.deepEqual(words(stream.receive(20, bytes(4))), ['reset', '4 bytes']);
  assert.equal(stream.received, 24);
  assert.deepEqual(words(stream.attach(from(3), 3)), ['reset', '80x24']);
});

test('output is drawn at the size it was printed for', () => {
  const stream = new OutputStream();
  const sizes = [
    { offset: 0, columns: 80, rows: 24 },
    { offset: 4, columns: 40, rows: 24 },
    { offset: 4, columns: 50, rows: 24 },
    { offset: 9, columns: 60, rows: 24 },
  ];
  assert.deepEqual(words(stream.attach({ offset: 0, modes: '', sizes }, 9)), ['80x24']);
  assert.deepEqual(words(stream.receive(0, bytes(6))), ['4 bytes', '50x24', '2 bytes']);
  assert.deepEqual(words(stream.resized({ offset: 11, columns: 70, rows: 24 })), []);
  assert.deepEqual(words(stream.receive(6, bytes(3))), ['3 bytes', '60x24']);
  assert.deepEqual(words(stream.receive(9, bytes(2))), ['2 bytes', '70x24']);
  assert.deepEqual(words(stream.resized({ offset: 11, columns: 80, rows: 24 })), ['80x24']);
});

test('output is cut where the replay ends, and is old only before that', () => {
  const stream = new OutputStream();
  stream.attach(from(0), 6);
  const pieces = piecesOf(stream.receive(0, bytes(10)));
  assert.deepEqual(
    pieces.map((piece) => piece.bytes.byteLength),
    [6, 4],
  );
  assert.equal(stream.replaying, true);
  for (const piece of pieces.slice(0, 1)) stream.drawn(piece);
  assert.equal(stream.replaying, false);
});

test('a terminal without a past is not replaying', () => {
  assert.equal(newStream().replaying, false);
});

test('reattaching where the screen ends replays only what was missed', () => {
  const stream = newStream();
  for (const piece of piecesOf(stream.receive(0, bytes(10)))) stream.drawn(piece);
  assert.deepEqual(words(stream.attach(from(10), 15)), ['80x24']);
  assert.equal(stream.replaying, true);
  for (const piece of piecesOf(stream.receive(10, bytes(5)))) stream.drawn(piece);
  assert.equal(stream.replaying, false);
});

test('what is drawn is acknowledged each time enough bytes have come together', () => {
  const stream = newStream();
  const step = FLOW_CONTROL.acknowledgeEveryBytes / 2;
  const acknowledged = [0, 1, 2, 3].flatMap((index) =>
    piecesOf(stream.receive(index * step, bytes(step))).map((piece) => stream.drawn(piece)),
  );
  assert.deepEqual(acknowledged, [undefined, 2 * step, undefined, 4 * step]);
});

test('a page that draws everything always brings a paused terminal back', () => {
  const stream = newStream();
  let acknowledged = 0;
  let sent = 0;
  const pieceBytes = 4095;
  while (sent < 4 * FLOW_CONTROL.pauseAboveBytes) {
    for (const piece of piecesOf(stream.receive(sent, bytes(pieceBytes))))
      acknowledged = stream.drawn(piece) ?? acknowledged;
    sent += pieceBytes;
  }
  assert.ok(sent - acknowledged < FLOW_CONTROL.resumeBelowBytes);
});

test('pieces drawn after a reset but sent before it are not counted', () => {
  const stream = newStream();
  const before = piecesOf(stream.receive(0, bytes(1000)));
  stream.attach(from(0), 50);
  stream.attach(from(20), 50);
  for (const piece of before) assert.equal(stream.drawn(piece), undefined);
  assert.equal(stream.replaying, true);
});
