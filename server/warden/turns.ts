/** Lets a bounded number of actions run at once; the others wait for their turn, first come first served. */
export class Turns {
  readonly #max: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(max: number) {
    this.#max = max;
  }

  async take<T>(action: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#max) {
      // Whoever ends hands its turn over, so that nobody who comes in between can take it.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await action();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
