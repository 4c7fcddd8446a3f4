import assert from 'node:assert/strict';
import test from 'node:test';
import {
  decodeFrame,
  encodeFrame,
  FRAME_HEADER_BYTES,
  FRAME_PAYLOAD_BYTES_MAX,
  type Frame,
} from './frame.ts';

const payload = new Uint8Array([0, 1, 0xff, 0xe4, 0xbd, 0xa0]);

test('a frame is read back as it was written, for each kind and the greatest numbers', () => {
  const frames: Frame[] = [
    { kind: 'output', channel: 1, offset: 0, payload },
    { kind: 'input', channel: 0xffff_ffff, offset: 0, payload },
    {
      kind: 'acknowledgement',
      channel: 7,
      offset: Number.MAX_SAFE_INTEGER,
      payload: new Uint8Array(),
    },
    { kind: 'interrupt', channel: 2, offset: 12, payload: Uint8Array.of(3) },
    { kind: 'taken', channel: 2, offset: 13, payload: new Uint8Array() },
  ];
  for (const frame of frames) assert.deepEqual(decodeFrame(encodeFrame(frame)), frame);
});

test('a frame is read from the middle of a larger buffer', () => {
  const bytes = encodeFrame({ kind: 'output', channel: 3, offset: 9, payload });
  const larger = new Uint8Array(bytes.byteLength + 10);
  larger.set(bytes, 5);
  const frame = decodeFrame(larger.subarray(5, 5 + bytes.byteLength));
  assert.equal(frame?.offset, 9);
  assert.deepEqual(Buffer.from(frame.payload), Buffer.from(payload));
});

test('what is no frame is not read as one', () => {
  const good = encodeFrame({ kind: 'output', channel: 1, offset: 0, payload });
  assert.equal(decodeFrame(good.subarray(0, FRAME_HEADER_BYTES - 1)), undefined);

  const unknownKind = good.slice();
  unknownKind[0] = 5;
  assert.equal(decodeFrame(unknownKind), undefined);

  const noChannel = good.slice();
  noChannel.fill(0, 1, 5);
  assert.equal(decodeFrame(noChannel), undefined);

  const unsafeOffset = good.slice();
  unsafeOffset.fill(0xff, 5, 13);
  assert.equal(decodeFrame(unsafeOffset), undefined);

  const tooLong = new Uint8Array(FRAME_HEADER_BYTES + FRAME_PAYLOAD_BYTES_MAX + 1);
  tooLong[4] = 1;
  assert.equal(decodeFrame(tooLong), undefined);
  assert.notEqual(decodeFrame(tooLong.subarray(0, -1)), undefined);
});
