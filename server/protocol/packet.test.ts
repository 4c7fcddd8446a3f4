import assert from 'node:assert/strict';
import test from 'node:test';
import { encodeFrame, type Frame } from './frame.ts';
import {
  encodeFramePacketHead,
  encodePacket,
  type Packet,
  PacketError,
  PacketReader,
} from './packet.ts';
import { WARDEN_PACKET_BYTES_MAX } from './warden.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

const sent: readonly Packet[] = [
  { kind: 'json', body: bytes('{"id":1}') },
  { kind: 'frame', body: new Uint8Array([0, 0, 0, 0, 7, 255, 1]) },
  { kind: 'json', body: bytes('') },
  { kind: 'frame', body: bytes('last') },
];

const stream = Buffer.concat(sent.map((packet) => encodePacket(packet.kind, packet.body)));

/** Copies of the bodies, so that a comparison does not depend on views. */
const copies = (packets: Iterable<Packet>) =>
  [...packets].map((packet) => ({ kind: packet.kind, body: Buffer.from(packet.body) }));

test('packets arrive whole wherever the stream is cut in two', () => {
  for (let cut = 0; cut <= stream.byteLength; cut += 1) {
    const reader = new PacketReader();
    const received = [
      ...copies(reader.read(stream.subarray(0, cut))),
      ...copies(reader.read(stream.subarray(cut))),
    ];
    assert.deepEqual(received, copies(sent), `cut at byte ${cut}`);
  }
});

test('packets arrive whole when every byte comes alone', () => {
  const reader = new PacketReader();
  const received = [...stream].flatMap((byte) => copies(reader.read(new Uint8Array([byte]))));
  assert.deepEqual(received, copies(sent));
});

test('a packet longer than allowed is refused by its length alone', () => {
  const header = new Uint8Array(4);
  new DataView(header.buffer).setUint32(0, WARDEN_PACKET_BYTES_MAX + 1);
  assert.throws(() => [...new PacketReader().read(header)], PacketError);
});

test('a packet of the greatest length passes', () => {
  const body = new Uint8Array(WARDEN_PACKET_BYTES_MAX - 1).fill(65);
  const [packet] = [...new PacketReader().read(encodePacket('frame', body))];
  assert.equal(packet?.body.byteLength, body.byteLength);
});

test('a packet without a kind, or of an unknown kind, is refused', () => {
  assert.throws(() => [...new PacketReader().read(new Uint8Array([0, 0, 0, 0]))], PacketError);
  assert.throws(() => [...new PacketReader().read(new Uint8Array([0, 0, 0, 1, 9]))], PacketError);
});

test('a frame whose payload is sent apart is the packet that is sent whole', () => {
  const payload = new Uint8Array(60_000).fill(7);
  const frame: Frame = { kind: 'output', channel: 258, offset: 2 ** 40 + 3, payload };
  const apart = Buffer.concat([encodeFramePacketHead(frame), payload]);
  assert.deepEqual(apart, Buffer.from(encodePacket('frame', encodeFrame(frame))));
});
