import { randomBytes } from 'node:crypto';
import type { ErrorReport } from '../protocol/errors.ts';
import type { SandboxNeed } from '../protocol/needs.ts';
import type { GoneReason } from '../protocol/sandbox-state.ts';
import { type Native, NativeError } from './native-interface.ts';
import { MACHINE_HOSTNAME, Sandbox, type SandboxEvents } from './sandbox.ts';
import { IdRanges, SANDBOX_LIMITS } from './sandbox-limits.ts';

/** What the registry tells: `gone` comes when a removal begins, `removed` when nothing is left. */
export type RegistryEvents = SandboxEvents & {
  readonly made: (sandbox: Sandbox, tookMs: number) => void;
  readonly makeFailed: (owner: string, error: unknown) => void;
  readonly gone: (sandbox: Sandbox, reason: GoneReason) => void;
  readonly removed: (sandbox: Sandbox, tookMs: number) => void;
  readonly removeFailed: (sandbox: Sandbox, error: unknown) => void;
};

export type RegistryOptions = {
  readonly native: Native;
  /** Read-only layers of every sandbox's root, topmost first. */
  readonly lowerdirs: readonly string[];
  readonly sandboxesMax: number;
  readonly idleMs: number;
  readonly lifeMs: number;
  readonly events: RegistryEvents;
};

/** A sandbox with a page on it, or why there is none. */
export type Held =
  | { readonly ok: true; readonly sandbox: Sandbox; readonly fresh: boolean }
  | { readonly ok: false; readonly error: ErrorReport };

/** What the registry keeps of one sandbox, from the making to the removal. */
type Entry = {
  readonly owner: string;
  readonly needs: readonly SandboxNeed[];
  readonly idBase: number;
  readonly making: Promise<Held>;
  sandbox: Sandbox | undefined;
  holds: number;
  idleTimer: NodeJS.Timeout | undefined;
  lifeTimer: NodeJS.Timeout | undefined;
  forgetExit: () => void;
  /** Its terminals are ending. */
  closing: Promise<void>;
  removal: Promise<void> | undefined;
};

/** At most one sandbox for each owner, each with its clocks. Every way out of life leads through `#remove`. */
export class SandboxRegistry {
  readonly #options: RegistryOptions;
  readonly #ranges = new IdRanges();
  readonly #byOwner = new Map<string, Entry>();
  /** All that may still have something in the kernel, those being removed too. */
  readonly #entries = new Set<Entry>();
  #closed = false;

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  /** Sandboxes that are alive, being made or being removed. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * The owner's sandbox, made with these optional parts if there is none, and kept from idling until
   * `release`. Two pages that ask at once share one making. One that is there stays as it was made.
   */
  async hold(owner: string, needs: readonly SandboxNeed[] = []): Promise<Held> {
    const known = this.#byOwner.get(owner);
    if (known === undefined && (this.#closed || this.#entries.size >= this.#options.sandboxesMax)) {
      return { ok: false, error: this.#full() };
    }
    const entry = known ?? this.#add(owner, needs);
    entry.holds += 1;
    clearTimeout(entry.idleTimer);
    const held = await entry.making;
    return held.ok ? { ...held, fresh: known === undefined } : held;
  }

  /** One page less. The idle clock runs when it was the last. */
  release(sandbox: Sandbox): void {
    const entry = this.#byOwner.get(sandbox.owner);
    if (entry === undefined || entry.sandbox !== sandbox) return;
    entry.holds -= 1;
    if (entry.holds === 0) {
      entry.idleTimer = setTimeout(() => void this.#remove(entry, 'idle'), this.#options.idleMs);
    }
  }

  /** Removes the owner's sandbox, if there is one. Resolves when nothing of it is left. */
  async reset(owner: string): Promise<void> {
    const entry = this.#byOwner.get(owner);
    if (entry === undefined) return;
    await entry.making;
    await this.#remove(entry, 'reset');
  }

  /** Removes every sandbox and makes no more. Resolves when nothing of any is left. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(
      [...this.#entries].map(async (entry) => {
        await entry.making;
        await this.#remove(entry, 'shutdown');
      }),
    );
  }

  #add(owner: string, needs: readonly SandboxNeed[]): Entry {
    const idBase = this.#ranges.take();
    const entry: Entry = {
      owner,
      needs,
      idBase,
      // Begins after this function, when the entry is complete.
      making: Promise.resolve().then(() => this.#make(entry)),
      sandbox: undefined,
      holds: 0,
      idleTimer: undefined,
      lifeTimer: undefined,
      forgetExit: () => {},
      closing: Promise.resolve(),
      removal: undefined,
    };
    this.#byOwner.set(owner, entry);
    this.#entries.add(entry);
    return entry;
  }

  async #make(entry: Entry): Promise<Held> {
    const { native, lowerdirs, idleMs, lifeMs, events } = this.#options;
    const began = performance.now();
    const id = randomBytes(6).toString('hex');
    try {
      const created = await native.create({
        id,
        hostname: MACHINE_HOSTNAME,
        lowerdirs,
        idBase: entry.idBase,
        needs: entry.needs,
        attachments: [],
        ...SANDBOX_LIMITS,
      });
      const { owner, needs } = entry;
      const sandbox = new Sandbox({ id, owner, needs, created, idleMs, lifeMs, native, events });
      entry.sandbox = sandbox;
      entry.lifeTimer = setTimeout(() => void this.#remove(entry, 'expired'), lifeMs);
      entry.forgetExit = native.onExit(created.pidfd, () => void this.#remove(entry, 'died'));
      events.made(sandbox, performance.now() - began);
      return { ok: true, sandbox, fresh: true };
    } catch (error) {
      // The library has undone what it did, so the ids are free.
      this.#forget(entry);
      events.makeFailed(entry.owner, error);
      return { ok: false, error: createFailed(error) };
    }
  }

  /**
   * The one way out, whatever the reason. A second reason while it is under way changes nothing; when it
   * has failed, it is tried once more.
   */
  #remove(entry: Entry, reason: GoneReason): Promise<void> {
    const { sandbox } = entry;
    if (sandbox === undefined) return Promise.resolve();
    if (!sandbox.closed) this.#end(entry, sandbox, reason);
    entry.removal ??= this.#destroy(entry, sandbox);
    return entry.removal;
  }

  /** From now on it is no sandbox any more for anybody. */
  #end(entry: Entry, sandbox: Sandbox, reason: GoneReason): void {
    clearTimeout(entry.idleTimer);
    clearTimeout(entry.lifeTimer);
    entry.forgetExit();
    if (this.#byOwner.get(entry.owner) === entry) this.#byOwner.delete(entry.owner);
    entry.closing = sandbox.close();
    this.#options.events.gone(sandbox, reason);
  }

  async #destroy(entry: Entry, sandbox: Sandbox): Promise<void> {
    const { native, events } = this.#options;
    const began = performance.now();
    try {
      await native.destroy(sandbox.id, sandbox.created.pidfd);
      await entry.closing;
    } catch (error) {
      // Its ids stay taken: something with them may still be there. The end of the lab tries once more.
      entry.removal = undefined;
      events.removeFailed(sandbox, error);
      return;
    }
    this.#forget(entry);
    events.removed(sandbox, performance.now() - began);
  }

  #forget(entry: Entry): void {
    if (this.#byOwner.get(entry.owner) === entry) this.#byOwner.delete(entry.owner);
    this.#entries.delete(entry);
    this.#ranges.give(entry.idBase);
  }

  #full(): ErrorReport {
    const { sandboxesMax } = this.#options;
    return {
      code: 'lab-full',
      message: `All ${sandboxesMax} machines of this lab are in use.`,
      hint: 'Machines that nobody uses are removed after a while; the operator can allow more with --max-sandboxes.',
    };
  }
}

function createFailed(error: unknown): ErrorReport {
  return {
    code: 'create-failed',
    message: error instanceof Error ? error.message : String(error),
    hint:
      error instanceof NativeError
        ? error.failure.hint
        : 'The log of the lab has more; "npm run doctor" checks the host.',
  };
}
