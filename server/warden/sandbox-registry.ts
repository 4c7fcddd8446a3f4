import { randomBytes } from 'node:crypto';
import type { ErrorReport } from '../protocol/errors.ts';
import type { SandboxNeed } from '../protocol/needs.ts';
import type { GoneReason } from '../protocol/sandbox-state.ts';
import { type Attachment, type Native, NativeError } from './native-interface.ts';
import { MACHINE_HOSTNAME, Sandbox, type SandboxEvents } from './sandbox.ts';
import { IdRanges, SANDBOX_LIMITS } from './sandbox-limits.ts';
import { SandboxPool } from './sandbox-pool.ts';

/** What the registry tells: `gone` comes when a removal begins, `removed` when nothing is left. */
export type RegistryEvents = SandboxEvents & {
  /** Made for its owner, or ahead: then it has none yet, and `handedOver` follows one day. */
  readonly made: (sandbox: Sandbox, tookMs: number) => void;
  readonly handedOver: (sandbox: Sandbox) => void;
  readonly makeFailed: (owner: string | undefined, error: unknown) => void;
  readonly gone: (sandbox: Sandbox, reason: GoneReason) => void;
  readonly removed: (sandbox: Sandbox, tookMs: number) => void;
  readonly removeFailed: (sandbox: Sandbox, error: unknown) => void;
};

export type RegistryOptions = {
  readonly native: Native;
  /** Read-only layers of every sandbox's root, topmost first. */
  readonly lowerdirs: readonly string[];
  /** Directories of the host that every sandbox sees: the images. */
  readonly attachments: readonly Attachment[];
  readonly sandboxesMax: number;
  /** How many to keep made ahead, with a shell waiting at its prompt. */
  readonly warm: number;
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
  /** Nobody while it waits in the pool. */
  owner: string | undefined;
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

/** The window of a shell that waits for its page, which will have one of another size. */
const AHEAD_SIZE = { columns: 80, rows: 24 } as const;

/** At most one sandbox for each owner, each with its clocks. Every way out of life leads through `#remove`. */
export class SandboxRegistry {
  readonly #options: RegistryOptions;
  readonly #ranges = new IdRanges();
  readonly #byOwner = new Map<string, Entry>();
  /** All that may still have something in the kernel, those being removed too. */
  readonly #entries = new Set<Entry>();
  readonly #pool: SandboxPool<Entry>;
  #closed = false;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#pool = new SandboxPool(options.warm, () => this.#makeAhead());
  }

  /** Begins to make sandboxes ahead. */
  warmUp(): void {
    this.#pool.fillLater();
  }

  /** Sandboxes that are alive, being made or being removed. */
  get size(): number {
    return this.#entries.size;
  }

  /** Sandboxes made ahead, at their prompt, that nobody has yet. */
  get ready(): number {
    return this.#pool.ready;
  }

  /**
   * The owner's sandbox, made with these optional parts if there is none, and kept from idling until
   * `release`. Two pages that ask at once share one making. One that is there stays as it was made.
   */
  async hold(owner: string, needs: readonly SandboxNeed[] = []): Promise<Held> {
    const known = this.#byOwner.get(owner);
    if (known === undefined && !this.#hasRoom()) return { ok: false, error: this.#full() };
    const entry = known ?? this.#takeAhead(owner, needs) ?? this.#add(owner, needs);
    entry.holds += 1;
    clearTimeout(entry.idleTimer);
    const held = await entry.making;
    return held.ok ? { ...held, fresh: known === undefined } : held;
  }

  /** One page less. The idle clock runs when it was the last. */
  release(sandbox: Sandbox): void {
    const entry = sandbox.owner === undefined ? undefined : this.#byOwner.get(sandbox.owner);
    if (entry === undefined || entry.sandbox !== sandbox) return;
    entry.holds -= 1;
    if (entry.holds === 0) {
      entry.idleTimer = setTimeout(() => void this.#remove(entry, 'idle'), this.#options.idleMs);
    }
  }

  /** The owner's sandbox, if it has been made. */
  sandboxOf(owner: string): Sandbox | undefined {
    return this.#byOwner.get(owner)?.sandbox;
  }

  /** Removes the owner's sandbox, if there is one. Resolves when nothing of it is left. */
  async reset(owner: string): Promise<void> {
    const entry = this.#byOwner.get(owner);
    if (entry === undefined) return;
    await entry.making;
    await this.#remove(entry, 'reset');
  }

  /** Sandboxes that are alive. */
  get living(): readonly Sandbox[] {
    return [...this.#entries].flatMap(({ sandbox }) =>
      sandbox === undefined || sandbox.closed ? [] : [sandbox],
    );
  }

  /** Removes a sandbox that has taken what belongs to all. Resolves when nothing of it is left. */
  async evict(sandbox: Sandbox): Promise<void> {
    const entry = [...this.#entries].find((each) => each.sandbox === sandbox);
    if (entry !== undefined) await this.#remove(entry, 'exhausted');
  }

  /** Removes every sandbox and makes no more. Resolves when nothing of any is left. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#pool.stop();
    await Promise.all(
      [...this.#entries].map(async (entry) => {
        await entry.making;
        await this.#remove(entry, 'shutdown');
      }),
    );
  }

  /** Those made ahead give way to learners. */
  #hasRoom(): boolean {
    const { sandboxesMax } = this.#options;
    if (this.#closed) return false;
    if (this.#entries.size < sandboxesMax) return true;
    return [...this.#entries].filter((entry) => entry.owner !== undefined).length < sandboxesMax;
  }

  /** One that is ready and has what is needed, from now on this owner's. */
  #takeAhead(owner: string, needs: readonly SandboxNeed[]): Entry | undefined {
    const entry = needs.length === 0 ? this.#pool.take() : undefined;
    if (entry?.sandbox === undefined) {
      this.#makeRoom();
      return undefined;
    }
    if (entry.sandbox.terminal('machine')?.running !== true) {
      void this.#remove(entry, 'died');
      return undefined;
    }
    entry.owner = owner;
    this.#byOwner.set(owner, entry);
    this.#beginLife(entry, entry.sandbox, owner);
    this.#options.events.handedOver(entry.sandbox);
    return entry;
  }

  /** In a full lab, one that nobody has yet goes, for one that somebody asked for. */
  #makeRoom(): void {
    this.#pool.fillLater();
    if (this.#entries.size < this.#options.sandboxesMax) return;
    const spare = this.#pool.take();
    if (spare !== undefined) void this.#remove(spare, 'idle');
  }

  /** One for the pool, its shell at the prompt. The pool has no business with a lab that is full. */
  async #makeAhead(): Promise<Entry | undefined> {
    if (this.#closed || this.#entries.size >= this.#options.sandboxesMax) return undefined;
    const entry = this.#add(undefined, []);
    await entry.making;
    const { sandbox } = entry;
    if (sandbox === undefined || sandbox.closed) return undefined;
    try {
      await sandbox.openTerminal('machine', AHEAD_SIZE).begun;
    } catch (error) {
      this.#options.events.makeFailed(undefined, error);
      await this.#remove(entry, 'died');
    }
    // Learners may have come meanwhile.
    if (this.#entries.size > this.#options.sandboxesMax) await this.#remove(entry, 'idle');
    return sandbox.closed ? undefined : entry;
  }

  #add(owner: string | undefined, needs: readonly SandboxNeed[]): Entry {
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
    if (owner !== undefined) this.#byOwner.set(owner, entry);
    this.#entries.add(entry);
    return entry;
  }

  async #make(entry: Entry): Promise<Held> {
    const { native, lowerdirs, attachments, idleMs, lifeMs, events } = this.#options;
    const began = performance.now();
    const id = randomBytes(6).toString('hex');
    try {
      const created = await native.create({
        id,
        hostname: MACHINE_HOSTNAME,
        lowerdirs,
        idBase: entry.idBase,
        needs: entry.needs,
        attachments,
        ...SANDBOX_LIMITS,
      });
      const { owner, needs } = entry;
      const sandbox = new Sandbox({ id, needs, created, idleMs, lifeMs, native, events });
      entry.sandbox = sandbox;
      if (owner !== undefined) this.#beginLife(entry, sandbox, owner);
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

  #beginLife(entry: Entry, sandbox: Sandbox, owner: string): void {
    sandbox.handOver(owner);
    entry.lifeTimer = setTimeout(() => void this.#remove(entry, 'expired'), this.#options.lifeMs);
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
    this.#disown(entry);
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

  #disown(entry: Entry): void {
    this.#pool.drop(entry);
    const { owner } = entry;
    if (owner !== undefined && this.#byOwner.get(owner) === entry) this.#byOwner.delete(owner);
  }

  #forget(entry: Entry): void {
    this.#disown(entry);
    this.#entries.delete(entry);
    this.#ranges.give(entry.idBase);
    this.#pool.fillLater();
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
