import type { ErrorReport } from '../protocol/errors.ts';
import { TokenBucket } from './token-bucket.ts';

/** New owners of one address: a class that starts behind one address is fewer, a flood is more. */
const NEW_OWNERS_AT_ONCE = 250;
const NEW_OWNERS_PER_SECOND = 2;

/** Owners who are known to be no flood; the longest ago is forgotten first. */
const KNOWN_MAX = 20_000;

/** What the page of an owner may do. */
export type Admitted = { readonly ok: true } | { readonly ok: false; readonly error: ErrorReport };

/**
 * Who may ask for a machine, by the address that he comes from: a browser makes its own secret, so whoever
 * wants many machines has many secrets, but not many addresses. Counts what this web knows of: after a
 * restart of web each owner counts again as soon as a page of his is back.
 */
export class Admission {
  readonly #machinesMax: number;
  readonly #bucket = new TokenBucket(NEW_OWNERS_AT_ONCE, NEW_OWNERS_PER_SECOND);
  readonly #known = new Set<string>();
  /** Owners who have a machine, ask for one or wait for one. */
  readonly #addressOf = new Map<string, string>();
  readonly #count = new Map<string, number>();
  readonly #ownerOf = new Map<string, string>();
  readonly #sandboxOf = new Map<string, string>();
  /** Each address is named to the operator once. */
  readonly #complainedOf = new Set<string>();
  readonly #warn: (sentence: string) => void;

  /** `machinesMax`: of one address; 0 for any number. */
  constructor(machinesMax: number, warn: (sentence: string) => void) {
    this.#machinesMax = machinesMax;
    this.#warn = warn;
  }

  /** An owner asks for a machine, or for the one he has. */
  ask(owner: string, address: string): Admitted {
    if (this.#addressOf.has(owner)) return { ok: true };
    const count = this.#count.get(address) ?? 0;
    if (this.#machinesMax > 0 && count >= this.#machinesMax) {
      return this.#refuse(address, {
        code: 'too-many-machines',
        message: `${count} machines belong to ${address}, and that is as many as one address may have.`,
        hint: 'The operator can allow more with --machines-per-address; behind a proxy, see --trust-proxy.',
      });
    }
    if (!this.#known.has(owner) && !this.#bucket.take(address)) {
      return this.#refuse(address, {
        code: 'too-many-at-once',
        message: `${address} asks for too many new machines at once: wait some seconds.`,
        hint: 'Behind a proxy all pages seem to come from one address: see --trust-proxy.',
      });
    }
    this.#know(owner);
    this.#addressOf.set(owner, address);
    this.#count.set(address, count + 1);
    return { ok: true };
  }

  /** The owner has this machine. */
  given(owner: string, sandbox: string): void {
    this.#ownerOf.set(sandbox, owner);
    this.#sandboxOf.set(owner, sandbox);
  }

  /** The machine is no more. */
  gone(sandbox: string): void {
    const owner = this.#ownerOf.get(sandbox);
    this.#ownerOf.delete(sandbox);
    if (owner === undefined || this.#sandboxOf.get(owner) !== sandbox) return;
    this.#sandboxOf.delete(owner);
    this.forget(owner);
  }

  /** The owner has got nothing, or waits for nothing any more. Whoever has a machine counts all the same. */
  forget(owner: string): void {
    const address = this.#addressOf.get(owner);
    if (address === undefined || this.#sandboxOf.has(owner)) return;
    this.#addressOf.delete(owner);
    const count = this.#count.get(address) ?? 0;
    if (count <= 1) this.#count.delete(address);
    else this.#count.set(address, count - 1);
  }

  #know(owner: string): void {
    this.#known.delete(owner);
    this.#known.add(owner);
    if (this.#known.size <= KNOWN_MAX) return;
    const [oldest] = this.#known;
    if (oldest !== undefined) this.#known.delete(oldest);
  }

  #refuse(address: string, error: ErrorReport): Admitted {
    if (this.#complainedOf.size < KNOWN_MAX && !this.#complainedOf.has(address)) {
      this.#complainedOf.add(address);
      this.#warn(`${error.message} ${error.hint}`);
    }
    return { ok: false, error };
  }
}
