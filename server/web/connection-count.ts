/** Pages in all; each costs web about 50 KiB. */
const CONNECTIONS_MAX = 4_000;

/** Counts open connections, so that one address can't take them all and all can't take the memory. */
export class ConnectionCount {
  readonly #perAddress: number;
  readonly #byAddress = new Map<string, number>();
  #all = 0;

  /** `perAddress`: pages of one address; a school may have one for all its pupils. */
  constructor(perAddress: number) {
    this.#perAddress = perAddress;
  }

  /** Counts one more; false when there are enough. */
  enter(address: string): boolean {
    const count = this.#byAddress.get(address) ?? 0;
    if (count >= this.#perAddress || this.#all >= CONNECTIONS_MAX) return false;
    this.#byAddress.set(address, count + 1);
    this.#all += 1;
    return true;
  }

  leave(address: string): void {
    const count = this.#byAddress.get(address) ?? 0;
    if (count <= 1) this.#byAddress.delete(address);
    else this.#byAddress.set(address, count - 1);
    this.#all -= 1;
  }
}
