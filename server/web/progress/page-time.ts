/** Longest time between two signs of life that still counts as reading. */
const GAP_SECONDS_MAX = 60;

/** How long somebody has read: the time between signs of life, none for who was away. */
export class PageTime {
  #step: string | undefined;
  #at = 0;
  #rest = 0;

  /** A sign of life on a step; whole seconds since the last one on the same step. */
  alive(step: string, now: number = performance.now()): number {
    const gap = (now - this.#at) / 1000;
    const reading = this.#step === step && gap <= GAP_SECONDS_MAX;
    const seconds = reading ? gap + this.#rest : 0;
    this.#step = step;
    this.#at = now;
    this.#rest = seconds % 1;
    return Math.floor(seconds);
  }
}
