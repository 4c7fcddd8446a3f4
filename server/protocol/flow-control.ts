/**
 * Backpressure, end to end: the page acknowledges what xterm.js has really drawn, and a pty whose
 * output nobody has drawn is not read. Invariant: resume < pause, and a page that acknowledges every
 * `acknowledgeEveryBytes` always brings a paused pty back below `resumeBelowBytes`.
 */
export const FLOW_CONTROL = {
  /** The page acknowledges each time this many bytes have been drawn. */
  acknowledgeEveryBytes: 64 * 1024,
  /** More than this sent but not drawn: the pty is no longer read. */
  pauseAboveBytes: 512 * 1024,
  /** Down to this: the pty is read again. */
  resumeBelowBytes: 128 * 1024,
  /** What a terminal remembers for a page that comes back. */
  replayBytes: 512 * 1024,
} as const;
