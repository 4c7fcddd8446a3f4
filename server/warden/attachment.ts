import { FLOW_CONTROL } from '../protocol/flow-control.ts';
import { FRAME_PAYLOAD_BYTES_MAX } from '../protocol/frame.ts';
import type { Continuation, SizeAt } from '../protocol/terminal.ts';
import type { InputStream } from './input-stream.ts';
import type { ReplayBuffer, TerminalSize } from './replay-buffer.ts';

/** What a page is told of a terminal. */
export type AttachmentEvents = {
  readonly output: (offset: number, payload: Uint8Array) => void;
  /** Output up to here is forgotten and was not sent. */
  readonly skipped: (continuation: Continuation) => void;
  /** So many bytes of its input stream have been taken. */
  readonly taken: (offset: number) => void;
  readonly size: (size: SizeAt, used: boolean) => void;
};

/** A stretch of bytes sent without a gap: from byte `offset` of the terminal, after `before` bytes in all. */
type Stretch = { readonly offset: number; readonly before: number };

/**
 * One page's view of one terminal: what it has been sent, what it has drawn. Each page goes at its own
 * pace: one that is slow is not sent more than it can draw, and skips what is forgotten meanwhile.
 */
export class Attachment {
  readonly input: InputStream;
  readonly tell: AttachmentEvents;
  /** The size that the page has room for. */
  size: TerminalSize;
  #stretches: Stretch[];
  #sentOffset: number;
  #sentBytes = 0;
  #drawnBytes = 0;
  #blocked = false;

  constructor(options: {
    from: number;
    size: TerminalSize;
    input: InputStream;
    tell: AttachmentEvents;
  }) {
    this.input = options.input;
    this.tell = options.tell;
    this.size = options.size;
    this.#sentOffset = options.from;
    this.#stretches = [{ offset: options.from, before: 0 }];
  }

  /** True from when too much is under way until most of it is drawn. */
  get blocked(): boolean {
    return this.#blocked;
  }

  /** Bytes sent and not yet drawn. */
  get unacknowledgedBytes(): number {
    return this.#sentBytes - this.#drawnBytes;
  }

  /** Offset up to which the page has surely drawn. */
  get drawnOffset(): number {
    return Math.max(this.#stretches[0]?.offset ?? 0, this.#sentOffset - this.unacknowledgedBytes);
  }

  /** Sends what has been printed and not yet sent, as far as the page keeps up. */
  send(printed: ReplayBuffer): void {
    while (!this.#blocked && this.#sentOffset < printed.head) {
      if (this.#sentOffset < printed.start) {
        this.#skipTo(printed.lineStart());
        this.tell.skipped(printed.continueFrom(this.#sentOffset, false));
      }
      const payload = printed.read(this.#sentOffset, FRAME_PAYLOAD_BYTES_MAX);
      this.tell.output(this.#sentOffset, payload);
      this.#sentOffset += payload.byteLength;
      this.#sentBytes += payload.byteLength;
      if (this.unacknowledgedBytes > FLOW_CONTROL.pauseAboveBytes) this.#blocked = true;
    }
  }

  /** The page has drawn all bytes before `offset`. Impossible offsets count as far as they are possible. */
  acknowledge(offset: number): void {
    const at = this.#stretches.findLastIndex((stretch) => stretch.offset <= offset);
    const stretch = this.#stretches[at];
    if (stretch === undefined) return;
    const end = this.#stretches[at + 1]?.before ?? this.#sentBytes;
    const drawn = Math.min(stretch.before + (offset - stretch.offset), end);
    if (drawn <= this.#drawnBytes) return;
    this.#drawnBytes = drawn;
    this.#stretches = this.#stretches.slice(at);
    if (this.unacknowledgedBytes < FLOW_CONTROL.resumeBelowBytes) this.#blocked = false;
  }

  #skipTo(offset: number): void {
    this.#sentOffset = offset;
    this.#stretches.push({ offset, before: this.#sentBytes });
  }
}
