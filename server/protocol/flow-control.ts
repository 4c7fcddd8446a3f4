/**
 * Backpressure, end to end, both ways. Output: the page acknowledges what xterm.js has really drawn, and a pty whose
 * output nobody has drawn is not read. Invariant: resume < pause, and a page that acknowledges every
 * `acknowledgeEveryBytes` always brings a paused pty back below `resumeBelowBytes`. Input: a page sends no
 * more than `inputWindowBytes` beyond what the pty has taken, and keeps the rest of a paste itself.
 *
 * So the most that waits anywhere, for one terminal: in the warden `replayBytes` of output and 64 KiB more,
 * and of input `inputWindowBytes` for each page that is attached; on the way to one page, in web's socket and
 * xterm.js together, `pauseAboveBytes` and one frame. A page that is slow is owed no more by web than that, so the
 * line between web and the warden is always read, and one page never waits for another.
 */
export const FLOW_CONTROL = {
  /** The page acknowledges each time this many bytes have been drawn. */
  acknowledgeEveryBytes: 64 * 1024,
  /** More than this sent but not drawn: the pty is no longer read. */
  pauseAboveBytes: 256 * 1024,
  /** Down to this: the pty is read again. */
  resumeBelowBytes: 128 * 1024,
  /** What a terminal remembers for a page that comes back: all that can be under way when it goes, and more. */
  replayBytes: 512 * 1024,
  /** The most that a page may have sent and the pty not taken. */
  inputWindowBytes: 64 * 1024,
  /** The warden acknowledges input each time the pty has taken this much, */
  acknowledgeInputEveryBytes: 16 * 1024,
  /** or, when it has taken less, after this time: soon, but never before a key's echo. */
  acknowledgeInputAfterMs: 50,
  /** A paste is cut into pieces no longer than this. */
  inputPieceBytes: 16 * 1024,
} as const;
