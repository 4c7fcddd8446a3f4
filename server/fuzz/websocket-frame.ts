/** A frame of RFC 6455 as a client may send it, or may not. */
export type RawFrame = {
  readonly opcode: number;
  readonly payload: Uint8Array;
  readonly final?: boolean;
  /** The three reserved bits. */
  readonly reserved?: number;
  readonly masked?: boolean;
  /** What it says of its length, if not the truth. */
  readonly length?: number;
};

export const OPCODES = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

/** Its bytes. The mask is zero, which leaves the payload readable. */
export function rawFrame(frame: RawFrame): Buffer {
  const { opcode, payload, final = true, reserved = 0, masked = true } = frame;
  const length = frame.length ?? payload.byteLength;
  const first = (final ? 0x80 : 0) | (reserved << 4) | opcode;
  const mask = masked ? 0x80 : 0;
  const head =
    length < 126
      ? Buffer.from([first, mask | length])
      : length < 2 ** 16
        ? Buffer.from([first, mask | 126, length >> 8, length & 255])
        : longHead(first, mask, length);
  return Buffer.concat([head, Buffer.alloc(masked ? 4 : 0), payload]);
}

function longHead(first: number, mask: number, length: number): Buffer {
  const head = Buffer.alloc(10);
  head[0] = first;
  head[1] = mask | 127;
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

/** A frame from the server. */
export type ReceivedFrame = { readonly opcode: number; readonly payload: Buffer };

/** The first frame of the bytes and what follows it; nothing while it is incomplete. */
export function readFrame(
  bytes: Buffer,
): { readonly frame: ReceivedFrame; readonly rest: Buffer } | undefined {
  if (bytes.byteLength < 2) return undefined;
  const short = bytes.readUInt8(1) & 127;
  const begin = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.byteLength < begin) return undefined;
  const length =
    short === 126
      ? bytes.readUInt16BE(2)
      : short === 127
        ? Number(bytes.readBigUInt64BE(2))
        : short;
  if (bytes.byteLength < begin + length) return undefined;
  return {
    frame: { opcode: bytes.readUInt8(0) & 15, payload: bytes.subarray(begin, begin + length) },
    rest: bytes.subarray(begin + length),
  };
}
