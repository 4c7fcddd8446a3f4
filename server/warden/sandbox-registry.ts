import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { SandboxNeed } from '../protocol/needs.ts';
import type { GoneReason } from '../protocol/sandbox-state.ts';
import { Farewells } from './farewells.ts';
import { FloodQueue } from './flood-queue.ts';
import { KeptRooms } from './kept-rooms.ts';
import { Life } from './life.ts';
import { MACHINE_HOSTNAME, Sandbox } from './sandbox.ts';
import { IdRanges, SANDBOX_LIMITS } from './sandbox-limits.ts';
import { SandboxPool } from './sandbox-pool.ts';
import { createFailed, labFull } from './sandbox-refusals.ts';
import type { Held, RegistryOptions } from './sandbox-registry-options.ts';
import { Turns } from './turns.ts';
import type { ExpectedEnd } from './waiting-line.ts';

/** What the registry keeps of one sandbox, from the making to the removal. */
type Entry = {
  /** Nobody while it waits in the pool. */
  owner: string | undefined;
  readonly needs: readonly SandboxNeed[];
  readonly idBase: number;
  readonly making: Promise<Held>;
  sandbox: Sandbox | undefined;
  /** Pages on it. */
  holds: number;
  /** When the one that its owner had just before would have ended. */
  endBefore: number | undefined;
  /** When it ended, once it has. */
  endedAt: number | undefined;
  forgetExit: () => void;
  /** Its terminals are ending. */
  closing: Promise<void>;
  removal: Promise<void> | undefined;
};

/** The window of a shell that waits for its page, which will have one of another size. */
const AHEAD_SIZE = { columns: 80, rows: 24 } as const;

/** One processor is left to the keys of those who are in already, while a class starts. */
const MAKING_AT_ONCE = Math.max(1, availableParallelism() - 1);

/** At most one sandbox for each owner, each with its clocks. Every way out of life leads through `#remove`. */
export class SandboxRegistry {
  readonly #options: RegistryOptions;
  readonly #ranges = new IdRanges();
  readonly #turns = new Turns(MAKING_AT_ONCE);
  readonly #byOwner = new Map<string, Entry>();
  /** All that may still have something in the kernel, those being removed too. */
  readonly #entries = new Set<Entry>();
  readonly #pool: SandboxPool<Entry>;
  readonly #floods = new FloodQueue();
  readonly #farewells = new Farewells();
  readonly #kept = new KeptRooms(() => this.#options.events.room?.());
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

  /** How many there may be. */
  get sandboxesMax(): number {
    return this.#options.sandboxesMax;
  }

  /**
   * The owner's sandbox, made with these optional parts if there is none, for one page more until
   * `release`. Two pages that ask at once share one making. One that is there stays as it was made.
   */
  async hold(owner: string, needs: readonly SandboxNeed[] = []): Promise<Held> {
    const known = this.#byOwner.get(owner);
    if (known === undefined && !this.hasRoomFor(owner))
      return { ok: false, error: labFull(this.#options.sandboxesMax) };
    const entry = known ?? this.#takeAhead(owner, needs, 1) ?? this.#add(owner, needs, 1);
    if (known !== undefined) {
      entry.holds += 1;
      entry.sandbox?.life?.pageCame();
    }
    const held = await entry.making;
    return held.ok ? { ...held, fresh: known === undefined } : held;
  }

  /** Gets a sandbox ready for an owner whose turn it is, and whose page comes in a moment. */
  prepare(owner: string, needs: readonly SandboxNeed[]): void {
    if (this.#byOwner.has(owner)) return;
    if (this.#takeAhead(owner, needs, 0) === undefined) this.#add(owner, needs, 0);
  }

  /** One page less. */
  release(sandbox: Sandbox): void {
    const entry = sandbox.owner === undefined ? undefined : this.#byOwner.get(sandbox.owner);
    if (entry === undefined || entry.sandbox !== sandbox) return;
    entry.holds -= 1;
    sandbox.life?.pageLeft();
  }

  /** True when the owner has a sandbox or can be given one. Those made ahead give way to learners. */
  hasRoomFor(owner: string): boolean {
    if (this.#closed) return false;
    if (this.#byOwner.has(owner) || this.#kept.has(owner)) return true;
    const { sandboxesMax } = this.#options;
    if (this.#entries.size + this.#kept.size < sandboxesMax) return true;
    const owned = [...this.#entries].filter((entry) => entry.owner !== undefined).length;
    return owned + this.#kept.size < sandboxesMax;
  }

  /** Why the owner's last sandbox is no more. */
  farewellOf(owner: string): GoneReason {
    return this.#farewells.of(owner);
  }

  /** When the sandboxes that somebody has make room. */
  expectedEnds(): readonly ExpectedEnd[] {
    const lasting = Date.now() + this.#options.life.lifeMs;
    const taken = [...this.#entries].filter(
      ({ owner, endedAt }) =>
        owner !== undefined && (endedAt === undefined || !this.#kept.has(owner)),
    );
    return [
      ...taken.map(({ sandbox, endedAt }) => ({
        endsAt: endedAt ?? sandbox?.life?.endsAt ?? lasting,
        likelyEndsAt: endedAt ?? sandbox?.life?.likelyEndsAt ?? lasting,
      })),
      ...this.#kept.ends().map((endsAt) => ({ endsAt, likelyEndsAt: endsAt })),
    ];
  }

  /** Tells anew what can be done about every life. */
  tellLives(): void {
    for (const sandbox of this.living) {
      if (sandbox.owner !== undefined) this.#options.events.lifeChanged?.(sandbox);
    }
  }

  /** True when the owner has a sandbox, or one is being made for him. */
  has(owner: string): boolean {
    return this.#byOwner.has(owner);
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

  /** One that is ready and has what is needed, from now on this owner's. */
  #takeAhead(owner: string, needs: readonly SandboxNeed[], pages: number): Entry | undefined {
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
    entry.holds = pages;
    entry.endBefore = this.#kept.take(owner);
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
    const entry = this.#add(undefined, [], 0);
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

  #add(owner: string | undefined, needs: readonly SandboxNeed[], pages: number): Entry {
    const idBase = this.#ranges.take();
    const entry: Entry = {
      owner,
      needs,
      idBase,
      // Begins after this function, when the entry is complete.
      making: Promise.resolve().then(() => this.#makeInTurn(entry)),
      sandbox: undefined,
      holds: pages,
      endBefore: owner === undefined ? undefined : this.#kept.take(owner),
      endedAt: undefined,
      forgetExit: () => {},
      closing: Promise.resolve(),
      removal: undefined,
    };
    if (owner !== undefined) this.#byOwner.set(owner, entry);
    this.#entries.add(entry);
    return entry;
  }

  /** One that waits for its network takes no processor meanwhile, and so no turn. */
  #makeInTurn(entry: Entry): Promise<Held> {
    if (entry.needs.includes('outside')) return this.#make(entry);
    return this.#turns.take(() => this.#make(entry));
  }

  async #make(entry: Entry): Promise<Held> {
    const { native, lowerdirs, attachments, events } = this.#options;
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
      const sandbox = new Sandbox({ id, needs, created, native, floods: this.#floods, events });
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
    const { life, events, othersWait = () => false } = this.#options;
    sandbox.handOver(
      owner,
      new Life(
        life,
        {
          ended: (reason) => void this.#remove(entry, reason),
          changed: () => events.lifeChanged?.(sandbox),
          othersWait,
        },
        entry.holds,
        // Whoever resets a machine while others wait gets a fresh one, and no more time than before.
        othersWait() ? entry.endBefore : undefined,
      ),
    );
    this.#farewells.forget(owner);
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
    const { owner, life } = sandbox;
    life?.stop();
    entry.endedAt = Date.now();
    if (owner !== undefined) {
      this.#farewells.note(owner, reason);
      if (entry.holds > 0) this.#kept.keep(owner, reason, life?.endsAt ?? entry.endedAt);
    }
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
    this.#options.events.room?.();
  }
}
