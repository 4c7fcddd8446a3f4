import * as z from 'zod';
import { byteOffset, channel, columns, rows } from './identifiers.ts';

/**
 * What a page and a terminal tell each other, on both lines, so that each byte is drawn and typed exactly
 * once whatever the network does. Both directions are streams of bytes counted from 0.
 *
 * Input: a page makes a stream of its own for each terminal (`inputStreamId`, random, nowhere stored). Each
 * byte it sends has an offset in that stream that is never used for another. The terminal takes bytes in
 * order: it cuts off what it has, and ignores what lies beyond a gap or beyond the window.
 */
export const inputStreamId = z.string().regex(/^[0-9a-f]{32}$/);

/** What a page that attaches says of its input. */
export const inputPosition = z.strictObject({
  stream: inputStreamId,
  /** The page has given up the bytes before this one: if they have not come, they never will. */
  from: byteOffset,
  /** Offset after the last byte it has sent. */
  end: byteOffset,
  /** The shell these were typed for, by its number in this terminal; another one never gets them. */
  shell: z.int().min(0),
});
export type InputPosition = z.infer<typeof inputPosition>;

/** The most sizes that are told of the past. */
export const SIZES_MAX = 256;

/** A terminal has had this size since byte `offset` was printed. */
export const sizeAt = z.object({ offset: byteOffset, columns, rows });
export type SizeAt = z.infer<typeof sizeAt>;

/** How output goes on that does not begin at byte 0, or that follows a gap. */
export const continuation = z.object({
  /** Where it goes on. */
  offset: byteOffset,
  /** What sets, on a new screen, the modes that programs had set before: escape sequences, not counted. */
  modes: z.string().max(2048),
  /** The sizes it was printed for: that at `offset`, and each later one. */
  sizes: z.array(sizeAt).min(1).max(SIZES_MAX),
});
export type Continuation = z.infer<typeof continuation>;

/** The answer to who attaches. */
export const attached = z.object({
  channel,
  ...continuation.shape,
  /** Bytes the terminal had printed at this moment: output before this offset is a replay. */
  head: byteOffset,
  /** False when its shell has ended and nothing will come but the replay. */
  running: z.boolean(),
  /** Number of its shell, from 1. */
  shell: z.int().min(1),
  /** Bytes of the page's stream that have come; those that were given up and those for another shell count as come from now on. */
  inputOffset: byteOffset,
  /** Of these, bytes that the pty has taken. */
  inputTaken: byteOffset,
  /** True when this page is the one that is used: the terminal has its size, and it answers programs. */
  used: z.boolean(),
});
export type Attached = z.infer<typeof attached>;

/** The terminal has another size, or another page is the one that is used. */
export const sizeNews = z.object({
  type: z.literal('terminal-size'),
  channel,
  ...sizeAt.shape,
  used: z.boolean(),
});

/** A page that is too slow has missed output that is forgotten by now. */
export const skipNews = z.object({
  type: z.literal('terminal-skipped'),
  channel,
  ...continuation.shape,
});
