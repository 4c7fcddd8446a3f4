/** Pages of one address: a school may have one for all its pupils. */
const PER_ADDRESS_MAX = 1_000;

/** Pages in all; each costs web about 50 KiB. */
const CONNECTIONS_MAX = 4_000;

/** Counts open connections, so that one address can't take them all and all can't take the memory. */
export class ConnectionCount {
  readonly #byAddress = new Map<string, number>();
  #all = 0;

  /** Counts one more; false when there are enough. */
  enter(address: string): boolean {
    const count = this.#byAddress.get(address) ?? 0;
    if (count >= PER_ADDRESS_MAX || this.#all >= CONNECTIONS_MAX) return false;
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
