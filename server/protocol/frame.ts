/**
 * Terminal bytes on both links (browser and web, web and warden): one binary frame, never JSON.
 *
 *   byte 0      kind: 0 output, 1 input, 2 acknowledgement, 3 interrupt, 4 taken
 *   bytes 1-4   channel, unsigned, big-endian
 *   bytes 5-12  offset, unsigned 64 bits, big-endian
 *   bytes 13-   payload
 *
 * Output: offset is the number of bytes the terminal printed before this payload.
 * Acknowledgement: offset is the number of bytes the page has put on its screen; no payload.
 * Input: offset is the number of bytes of the page's own input stream (`terminal.ts`) before this payload.
 * Interrupt: input (Ctrl-C, Ctrl-\, Ctrl-Z) before which all that still waits for the terminal's program is
 * thrown away; what is thrown away counts as taken.
 * Taken: offset is the number of bytes of the page's input stream that the pty has taken; no payload. A page
 * sends no more than `FLOW_CONTROL.inputWindowBytes` beyond it.
 */
export const FRAME_KINDS = {
  output: 0,
  input: 1,
  acknowledgement: 2,
  interrupt: 3,
  taken: 4,
} as const;
export type FrameKind = keyof typeof FRAME_KINDS;

/** True for what only a page says; the others only a terminal says. */
export const isFromPage = (kind: FrameKind) => kind !== 'output' && kind !== 'taken';

export const FRAME_HEADER_BYTES = 13;

/** Longest payload of one frame; a longer paste is sent as several frames. */
export const FRAME_PAYLOAD_BYTES_MAX = 64 * 1024;

export type Frame = {
  readonly kind: FrameKind;
  readonly channel: number;
  readonly offset: number;
  readonly payload: Uint8Array;
};

const KIND_BY_BYTE = [
  'output',
  'input',
  'acknowledgement',
  'interrupt',
  'taken',
] as const satisfies readonly FrameKind[];

/** Writes a frame as bytes. The payload is copied. */
export function encodeFrame(frame: Frame): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + frame.payload.byteLength);
  writeFrameHeader(bytes, 0, frame);
  bytes.set(frame.payload, FRAME_HEADER_BYTES);
  return bytes;
}

/** Writes what comes before the payload to `bytes`, from `at` on. */
export function writeFrameHeader(bytes: Uint8Array, at: number, frame: Frame): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, FRAME_HEADER_BYTES);
  view.setUint8(0, FRAME_KINDS[frame.kind]);
  view.setUint32(1, frame.channel);
  view.setBigUint64(5, BigInt(frame.offset));
}

/** Reads a frame; `undefined` when the bytes are none. The payload is a view on `bytes`, not a copy. */
export function decodeFrame(bytes: Uint8Array): Frame | undefined {
  if (bytes.byteLength < FRAME_HEADER_BYTES) return undefined;
  if (bytes.byteLength > FRAME_HEADER_BYTES + FRAME_PAYLOAD_BYTES_MAX) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = KIND_BY_BYTE[view.getUint8(0)];
  const channel = view.getUint32(1);
  const offset = Number(view.getBigUint64(5));
  if (kind === undefined || channel === 0 || !Number.isSafeInteger(offset)) return undefined;
  return { kind, channel, offset, payload: bytes.subarray(FRAME_HEADER_BYTES) };
}
