import assert from 'node:assert/strict';
import test from 'node:test';
import { FLOW_CONTROL } from '../protocol/flow-control.ts';
import { eventually } from '../testing/eventually.ts';
import { newInput } from '../testing/onlooker.ts';
import { InputStream, InputStreams } from './input-stream.ts';

const text = (bytes: Uint8Array | undefined) =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString();
const accept = (stream: InputStream, offset: number, what: string) =>
  text(stream.accept(offset, Buffer.from(what), false));

test('each byte is accepted once, in order, however often and in whatever pieces it comes', () => {
  const stream = new InputStream(0);
  assert.equal(accept(stream, 0, 'abc'), 'abc');
  assert.equal(accept(stream, 0, 'abc'), undefined);
  assert.equal(accept(stream, 1, 'bcde'), 'de');
  assert.equal(accept(stream, 7, 'xyz'), undefined, 'f and g have not come');
  assert.equal(accept(stream, 5, 'fg'), 'fg');
  assert.equal(stream.accepted, 7);
});

test('a page has no more under way than its window, but for an interrupt', () => {
  const stream = new InputStream(0);
  const window = new Uint8Array(FLOW_CONTROL.inputWindowBytes);
  assert.equal(stream.accept(0, window, false)?.byteLength, window.byteLength);
  assert.equal(accept(stream, window.byteLength, 'x'), undefined);
  assert.equal(text(stream.accept(window.byteLength, Buffer.from('\u0003'), true)), '\u0003');
  stream.took(window.byteLength + 1);
  assert.equal(accept(stream, window.byteLength + 1, 'x'), 'x');
});

test('what was given up is not accepted from a late connection any more', () => {
  const streams = new InputStreams();
  const input = newInput();
  const { stream } = streams.open(input, 1);
  accept(stream, 0, 'abc');
  const again = streams.open({ ...input, from: 5, end: 9, shell: 1 }, 1);
  assert.equal(again.accepted, 3);
  assert.equal(accept(again.stream, 3, 'de'), undefined);
  assert.equal(accept(again.stream, 3, 'defgh'), 'fgh');
});

test('a shell gets nothing that was typed for the one before', () => {
  const streams = new InputStreams();
  const input = newInput();
  accept(streams.open({ ...input, shell: 0 }, 1).stream, 0, 'abc');
  const { stream, accepted } = streams.open({ ...input, end: 9, shell: 1 }, 2);
  assert.equal(accepted, 3);
  assert.equal(accept(stream, 3, 'defghi'), undefined);
  assert.equal(accept(stream, 9, 'j'), 'j');
});

test('an older attempt to attach that is heard after a newer one takes nothing back', () => {
  const streams = new InputStreams();
  const input = newInput();
  streams.open({ ...input, from: 7, end: 7 }, 1);
  const late = streams.open({ ...input, from: 2, end: 7 }, 1);
  assert.equal(late.accepted, 7);
  assert.equal(accept(late.stream, 2, 'cdefg'), undefined);
});

test('what was taken is told: at once when it is much, else soon', async () => {
  const stream = new InputStream(0);
  const told: number[] = [];
  const stop = stream.listen((offset) => told.push(offset));
  stream.took(FLOW_CONTROL.acknowledgeInputEveryBytes);
  assert.deepEqual(told, [FLOW_CONTROL.acknowledgeInputEveryBytes]);
  stream.took(1);
  stream.took(1);
  assert.equal(told.length, 1);
  await eventually('the rest is told', () => told.length === 2);
  assert.equal(told[1], FLOW_CONTROL.acknowledgeInputEveryBytes + 2);
  stop();
});

test('pages that come and go do not fill the memory, and one that stays is not forgotten', () => {
  const streams = new InputStreams();
  const staying = newInput();
  const { stream } = streams.open(staying, 1);
  const stop = stream.listen(() => {});
  accept(stream, 0, 'abc');
  const early = newInput();
  accept(streams.open(early, 1).stream, 0, 'abc');
  for (let page = 0; page < 500; page += 1) streams.open(newInput(), 1);
  assert.equal(streams.open(staying, 1).accepted, 3);
  assert.equal(streams.open(early, 1).accepted, 0);
  stop();
});

test('a page that comes back is told of what is taken, though the one before left while that was due', async () => {
  const stream = new InputStream(0);
  const leave = stream.listen(() => {});
  accept(stream, 0, 'abc');
  stream.took(3);
  leave();
  const told: number[] = [];
  stream.listen((offset) => told.push(offset));
  accept(stream, 3, 'de');
  stream.took(2);
  await eventually('the page is told', () => told.length > 0);
  assert.deepEqual(told, [5]);
});
