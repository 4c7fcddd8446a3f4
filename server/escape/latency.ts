import { setTimeout as wait } from 'node:timers/promises';
import { decodeFrame, encodeFrame } from '../protocol/frame.ts';
import type { TestPage } from '../testing/page.ts';

/** From one key to the next, as a fast typist does. */
const KEY_MS = 60;

/** A key that is not on the screen by then was lost. */
const LOST_MS = 10_000;

/** How long keys took to come back, in milliseconds. */
export type Latency = {
  readonly keys: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
};

/** The value below which a share of all lies. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Somebody who types at a shell's prompt and measures each key from the press to the screen. */
export class Typist {
  readonly #page: TestPage;
  readonly #channel: number;
  #arrived: () => void = () => {};

  private constructor(page: TestPage, channel: number) {
    this.#page = page;
    this.#channel = channel;
    page.socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary && decodeFrame(data)?.channel === channel) this.#arrived();
    });
  }

  static async sitDown(page: TestPage): Promise<Typist> {
    const terminal = await page.open('machine');
    await terminal.shows(/[$#] /);
    return new Typist(page, terminal.opened.channel);
  }

  /** Types until it is told to stop. The line is cleared now and then, as the shell's editor does. */
  async typeUntil(stopped: () => boolean): Promise<Latency> {
    const times: number[] = [];
    while (!stopped() || times.length === 0) {
      times.push(await this.#press(times.length % 20 === 19 ? '\x15' : 'x'));
      await wait(KEY_MS);
    }
    await this.#press('\x15');
    const sorted = times.toSorted((one, other) => one - other);
    return {
      keys: times.length,
      p50: quantile(sorted, 0.5),
      p99: quantile(sorted, 0.99),
      max: sorted.at(-1) ?? Number.NaN,
    };
  }

  async typeFor(ms: number): Promise<Latency> {
    const end = performance.now() + ms;
    return this.typeUntil(() => performance.now() > end);
  }

  async #press(key: string): Promise<number> {
    const pressed = performance.now();
    const seen = new Promise<void>((resolve) => {
      this.#arrived = resolve;
    });
    const payload = Buffer.from(key);
    this.#page.socket.send(
      encodeFrame({ kind: 'input', channel: this.#channel, offset: 0, payload }),
    );
    const lost = AbortSignal.timeout(LOST_MS);
    await Promise.race([
      seen,
      new Promise<void>((resolve) => lost.addEventListener('abort', () => resolve())),
    ]);
    return performance.now() - pressed;
  }
}
