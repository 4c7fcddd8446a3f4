import { decodeFrame, isFromPage } from '../protocol/frame.ts';
import type { Packet } from '../protocol/packet.ts';
import { toWarden } from '../protocol/warden.ts';
import { type Answer, type Phase, REQUESTS, type Row } from './requests.ts';
import type { Session } from './session.ts';

/** Requests that may wait for their answer at once; web asks for far fewer. */
const REQUESTS_WAITING_MAX = 4096;

/**
 * Takes packets of one link to their rows of the table. Whoever says what the table does not allow is
 * no web of ours any more: `violated` ends the link, and web is started anew.
 */
export class Dispatch {
  readonly #session: Session;
  readonly #violated: (violation: string) => void;
  readonly #failed: (request: string, error: unknown) => void;
  #phase: Phase = 'greeting';
  #waiting = 0;

  constructor(
    session: Session,
    events: {
      violated: (violation: string) => void;
      failed: (request: string, error: unknown) => void;
    },
  ) {
    this.#session = session;
    this.#violated = events.violated;
    this.#failed = events.failed;
  }

  /** One packet from web. */
  take(packet: Packet): void {
    const violation =
      packet.kind === 'frame' ? this.#takeFrame(packet.body) : this.#takeRequest(packet.body);
    if (violation !== undefined) this.#violated(violation);
  }

  /** Returns what is wrong with it, if anything is; so do the others below. */
  #takeFrame(body: Uint8Array): string | undefined {
    if (this.#phase !== 'open') return 'a terminal frame before hello';
    const frame = decodeFrame(body);
    if (frame === undefined) return 'a terminal frame that is none';
    if (!isFromPage(frame.kind)) return 'a terminal frame in the wrong direction';
    this.#session.frame(frame);
    return undefined;
  }

  #takeRequest(body: Uint8Array): string | undefined {
    const parsed = toWarden.safeParse(parseJson(body));
    if (!parsed.success) return 'a packet that is no request';
    const { id, name, body: requestBody } = parsed.data;
    const row = rowOf(name);
    if (row === undefined) return `the unlisted request ${JSON.stringify(name)}`;
    if (row.phase !== this.#phase) return `the request ${name} in the phase ${this.#phase}`;
    if (this.#waiting >= REQUESTS_WAITING_MAX) return 'too many requests at once';
    this.#waiting += 1;
    void this.#answer(id, name, row, requestBody);
    return undefined;
  }

  async #answer(id: number, name: string, row: Row, body: unknown): Promise<void> {
    try {
      const outcome = row.answer(this.#session, body);
      // Without an await for what is there already: answers keep the order of their requests.
      this.#reply(id, name, outcome instanceof Promise ? await outcome : outcome);
    } catch (error) {
      this.#failed(name, error);
    } finally {
      this.#waiting -= 1;
    }
  }

  #reply(id: number, name: string, answer: Answer): void {
    if (answer === undefined) {
      this.#violated(`the request ${name} with a body that is none`);
    } else if ('refused' in answer) {
      this.#session.voice.send({ type: 'refused', id, error: answer.refused });
    } else {
      this.#phase = 'open';
      this.#session.voice.send({ type: 'reply', id, body: answer.reply });
      answer.after?.();
    }
  }
}

function rowOf(name: string): Row | undefined {
  const found = Object.entries(REQUESTS).find(([listed]) => listed === name);
  return found?.[1];
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
