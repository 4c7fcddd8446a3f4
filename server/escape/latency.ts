import { setTimeout as wait } from 'node:timers/promises';
import { decodeFrame, encodeFrame } from '../protocol/frame.ts';
import type { TestPage } from '../testing/page.ts';
import { PATIENCE } from '../testing/patience.ts';

/** From one key to the next, as a fast typist does. */
const KEY_MS = 60;

/** A key that is not on the screen by then was lost. */
const LOST_MS = 10_000 * PATIENCE;

/** Ctrl-U: the shell's editor clears its line, and rings the bell when it is empty. */
const CLEAR = '\x15';

/** How long keys took to come back, in milliseconds. */
export type Latency = {
  readonly keys: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** One was typed and never came back: nobody is there any more who answers. */
  readonly lost: boolean;
};

/** The value below which a share of all lies. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Somebody who types at a shell's prompt and measures each key from the press to the screen. */
export class Typist {
  readonly #page: TestPage;
  readonly #channel: number;
  #typed = 0;
  #arrived: () => void = () => {};

  private constructor(page: TestPage, channel: number) {
    this.#page = page;
    this.#channel = channel;
    page.socket.on('message', (data: Buffer, isBinary) => {
      const frame = isBinary ? decodeFrame(data) : undefined;
      if (frame?.kind === 'output' && frame.channel === channel) this.#arrived();
    });
  }

  static async sitDown(page: TestPage): Promise<Typist> {
    const terminal = await page.open('machine');
    await terminal.shows(/[$#] /);
    return new Typist(page, terminal.opened.channel);
  }

  /** Types until it is told to stop, or a key is lost. The line is cleared now and then, as the shell's editor does. */
  async typeUntil(stopped: () => boolean): Promise<Latency> {
    const times: number[] = [];
    let lost = false;
    while (!lost && (!stopped() || times.length === 0)) {
      const time = await this.#press(times.length % 20 === 19 ? CLEAR : 'x');
      times.push(time ?? LOST_MS);
      lost = time === undefined;
      await wait(KEY_MS);
    }
    if (!lost) lost = (await this.#press(CLEAR)) === undefined;
    const sorted = times.toSorted((one, other) => one - other);
    return {
      keys: times.length,
      p50: quantile(sorted, 0.5),
      p99: quantile(sorted, 0.99),
      max: sorted.at(-1) ?? Number.NaN,
      lost,
    };
  }

  async typeFor(ms: number): Promise<Latency> {
    const end = performance.now() + ms;
    return this.typeUntil(() => performance.now() > end);
  }

  /** How long the key took to the screen; nothing when it never came. */
  async #press(key: string): Promise<number | undefined> {
    const pressed = performance.now();
    const seen = new Promise<number>((resolve) => {
      this.#arrived = () => resolve(performance.now() - pressed);
    });
    const payload = Buffer.from(key);
    this.#page.socket.send(
      encodeFrame({ kind: 'input', channel: this.#channel, offset: this.#typed, payload }),
    );
    this.#typed += payload.byteLength;
    const stop = new AbortController();
    const lost = wait(LOST_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    const time = await Promise.race([seen, lost]);
    stop.abort();
    return time;
  }
}
