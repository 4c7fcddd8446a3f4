import { randomBytes } from 'node:crypto';
import type { Continuation, InputPosition, SizeAt } from '../protocol/terminal.ts';
import type { Attachment, AttachmentEvents } from '../warden/attachment.ts';
import type { Terminal, TerminalSize } from '../warden/terminal.ts';

/** Where an input stream begins that nobody has typed into. */
export const newInput = (): InputPosition => ({
  stream: randomBytes(16).toString('hex'),
  from: 0,
  end: 0,
  shell: 0,
});

type OnlookerOptions = {
  readonly size?: TerminalSize;
  readonly from?: number;
  readonly used?: boolean;
  readonly input?: InputPosition;
  readonly output?: (offset: number, payload: Uint8Array) => void;
};

/** Who looks at a terminal and types, in the same process: a page without a connection. */
export class Onlooker {
  readonly attachment: Attachment;
  readonly answer: ReturnType<Terminal['attach']>['answer'];
  /** What it was told, beside output. */
  readonly told: { sizes: (SizeAt & { used: boolean })[]; skipped: Continuation[]; taken: number };
  readonly #terminal: Terminal;
  #typed: number;

  constructor(terminal: Terminal, options: OnlookerOptions = {}) {
    const { size = { columns: 80, rows: 24 }, from = 0, used = true } = options;
    const { input = newInput() } = options;
    this.#terminal = terminal;
    this.told = { sizes: [], skipped: [], taken: 0 };
    const tell: AttachmentEvents = {
      output: (offset, payload) => options.output?.(offset, payload),
      skipped: (continuation) => this.told.skipped.push(continuation),
      taken: (offset) => {
        this.told.taken = offset;
      },
      size: (news, isUsed) => this.told.sizes.push({ ...news, used: isUsed }),
    };
    const { attachment, answer, needsRedraw } = terminal.attach({ from, size, used, input }, tell);
    this.attachment = attachment;
    this.answer = answer;
    this.#typed = Math.max(answer.inputOffset, input.from);
    terminal.send(attachment, needsRedraw);
  }

  /** Types text, or bytes. */
  type(input: string | Uint8Array, kind: 'input' | 'interrupt' = 'input'): void {
    const payload = typeof input === 'string' ? Buffer.from(input) : input;
    this.#terminal.type(this.attachment, { kind, channel: 1, offset: this.#typed, payload });
    this.#typed += payload.byteLength;
  }

  /** Types at an offset of its own choice. */
  typeAt(offset: number, text: string): void {
    const payload = Buffer.from(text);
    this.#terminal.type(this.attachment, { kind: 'input', channel: 1, offset, payload });
  }
}
