/**
 * When output goes out. A key's echo must not wait; a flood must not become thousands of frames. So:
 * what is small goes at once, up to `burstBytes` in a window; beyond that, all that has come goes when
 * the window ends or when it fills a frame, whichever is first. (A fixed batch of 5 ms makes every
 * keystroke's echo fifteen times slower.)
 */
export class OutputPacer {
  readonly #flush: () => void;
  #windowEndMs = 0;
  #sentInWindow = 0;
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(flush: () => void) {
    this.#flush = flush;
  }

  /** So many bytes have just been printed. Flushes now or soon. */
  printed(bytes: number): void {
    if (this.#timer !== undefined) {
      this.#waitingBytes += bytes;
      if (this.#waitingBytes >= OUTPUT_PACE.frameBytes) this.#flushWaiting();
      return;
    }
    const now = performance.now();
    if (now >= this.#windowEndMs) this.#openWindow(now, 0);
    if (this.#sentInWindow + bytes <= OUTPUT_PACE.burstBytes) {
      this.#sentInWindow += bytes;
      this.#flush();
      return;
    }
    this.#waitingBytes = bytes;
    this.#timer = setTimeout(() => this.#windowEnded(), Math.max(1, this.#windowEndMs - now));
  }

  /** Flushes what waits and sets no more timers. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waitingBytes > 0) this.#flushWaiting();
  }

  #windowEnded(): void {
    this.#timer = undefined;
    this.#openWindow(performance.now(), this.#waitingBytes);
    if (this.#waitingBytes > 0) this.#flushWaiting();
  }

  #openWindow(now: number, sentBytes: number): void {
    this.#windowEndMs = now + OUTPUT_PACE.windowMs;
    this.#sentInWindow = sentBytes;
  }

  #flushWaiting(): void {
    this.#waitingBytes = 0;
    this.#flush();
  }
}

/** Measured: ttyd's echo with a sixteenth of the frames. */
export const OUTPUT_PACE = { windowMs: 4, burstBytes: 2 * 1024, frameBytes: 64 * 1024 } as const;
