import { FRAME_HEADER_BYTES, type Frame, writeFrameHeader } from './frame.ts';
import { WARDEN_PACKET_BYTES_MAX } from './warden.ts';

/**
 * Packets on the line between web and the warden: 4 bytes length of the rest (big-endian), 1 byte
 * kind, the rest. The socketpair is a stream, so the reader puts together what the kernel cut apart.
 */
export const PACKET_KINDS = { json: 0, frame: 1 } as const;
export type PacketKind = keyof typeof PACKET_KINDS;

export type Packet = { readonly kind: PacketKind; readonly body: Uint8Array };

const LENGTH_BYTES = 4;
const KIND_BYTES = 1;
const KIND_BY_BYTE = ['json', 'frame'] as const satisfies readonly PacketKind[];

const HEAD_BYTES = LENGTH_BYTES + KIND_BYTES;

/** Writes one packet as bytes. The body is copied. */
export function encodePacket(kind: PacketKind, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEAD_BYTES + body.byteLength);
  writePacketHead(bytes, kind, body.byteLength);
  bytes.set(body, HEAD_BYTES);
  return bytes;
}

/** A packet with a terminal frame as bytes, but for the frame's payload: who sends a long one need not copy it. */
export function encodeFramePacketHead(frame: Frame): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEAD_BYTES + FRAME_HEADER_BYTES);
  writePacketHead(bytes, 'frame', FRAME_HEADER_BYTES + frame.payload.byteLength);
  writeFrameHeader(bytes, HEAD_BYTES, frame);
  return bytes;
}

function writePacketHead(bytes: Uint8Array, kind: PacketKind, bodyBytes: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEAD_BYTES);
  view.setUint32(0, KIND_BYTES + bodyBytes);
  view.setUint8(LENGTH_BYTES, PACKET_KINDS[kind]);
}

/** The other side sent what is no packet. The stream can't be read any further. */
export class PacketError extends Error {
  override readonly name = 'PacketError';
}

/** Cuts a stream of bytes into packets. Holds at most one unfinished packet, of bounded length. */
export class PacketReader {
  readonly #chunks: Uint8Array[] = [];
  #available = 0;

  /** Takes the next bytes of the stream; yields each packet that is complete. Throws `PacketError`. */
  *read(chunk: Uint8Array): Generator<Packet> {
    this.#chunks.push(chunk);
    this.#available += chunk.byteLength;
    for (;;) {
      if (this.#available < LENGTH_BYTES) return;
      const head = this.#peek(LENGTH_BYTES);
      const length = new DataView(head.buffer, head.byteOffset, LENGTH_BYTES).getUint32(0);
      if (length < KIND_BYTES || length > WARDEN_PACKET_BYTES_MAX) {
        throw new PacketError(
          `A packet of ${length} bytes; 1 to ${WARDEN_PACKET_BYTES_MAX} are allowed.`,
        );
      }
      if (this.#available < LENGTH_BYTES + length) return;
      this.#take(LENGTH_BYTES);
      const packet = this.#take(length);
      const kind = KIND_BY_BYTE[packet[0] ?? -1];
      if (kind === undefined) throw new PacketError(`A packet of unknown kind ${packet[0]}.`);
      yield { kind, body: packet.subarray(KIND_BYTES) };
    }
  }

  /** The next bytes without taking them: joined only when they lie in several chunks. */
  #peek(length: number): Uint8Array {
    const first = this.#chunks[0];
    if (first !== undefined && first.byteLength >= length) return first.subarray(0, length);
    const bytes = this.#take(length);
    this.#chunks.unshift(bytes);
    this.#available += length;
    return bytes;
  }

  #take(length: number): Uint8Array {
    this.#available -= length;
    const first = this.#chunks[0];
    if (first !== undefined && first.byteLength > length) {
      this.#chunks[0] = first.subarray(length);
      return first.subarray(0, length);
    }
    if (first !== undefined && first.byteLength === length) {
      this.#chunks.shift();
      return first;
    }
    // All of it is written below.
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const chunk = this.#chunks.shift();
      if (chunk === undefined) throw new RangeError('More bytes taken than there are.');
      const part = chunk.subarray(0, length - filled);
      bytes.set(part, filled);
      filled += part.byteLength;
      if (part.byteLength < chunk.byteLength) this.#chunks.unshift(chunk.subarray(part.byteLength));
    }
    return bytes;
  }
}
