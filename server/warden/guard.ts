import { opendirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type HostGauges, readHostGauges } from './host-gauges.ts';

/** From one look at the host to the next. A flood of sockets takes more than a GiB in a second. */
const LOOK_EVERY_MS = 200;

/**
 * After a removal the kernel gives back a little at a time what a large sandbox has had. For so long only what
 * grows anew counts: nobody else must go for it, and nobody else can hide behind it.
 */
const RECOVERY_MS = 8_000;

/** What the kernel may use beyond its start, uncharged: for the host, and for each sandbox. */
const UNCHARGED = {
  bytes: 256 * 1024 ** 2,
  shareOfHost: 0.02,
  bytesPerSandbox: 2 * 1024 ** 2,
} as const;

/** Memory groups that may be there beyond the start: for the host, and for each sandbox. */
const MEMORY_GROUPS = { host: 500, perSandbox: 20 } as const;

/** Above this share of the pseudo-terminals that pages leave, one who has many of them must go. */
const PTYS_SHARE = 0.75;

/** Open descriptors and groups of a sandbox: who has fewer is not the one. An ordinary one has some thirty. */
const HOLDINGS_MIN = 300;

/** No more are counted: what is hostile must not make counting long. */
const HOLDINGS_MAX = 50_000;

/** What the guard knows of a sandbox. */
export type Guarded = {
  readonly id: string;
  readonly hostPid: number;
  /** Terminals that pages have opened: bounded in each sandbox, and nobody's fault. */
  readonly terminalCount: number;
};

export type GuardOptions<S extends Guarded> = {
  readonly lab: string;
  readonly sandboxes: () => readonly S[];
  /** Its processes, as pids on the host. */
  readonly pids: (id: string) => Promise<readonly number[]>;
  /** This one has taken what belongs to all: it must go. */
  readonly evict: (sandbox: S, why: string) => Promise<void>;
};

/**
 * Some of what the kernel gives is limited for the whole host only: memory of sockets that are not read,
 * control groups of version 1, pseudo-terminals. When that runs short, the sandbox that holds most
 * descriptors and groups goes, before its neighbours feel it. While nothing is short, a look is four files.
 */
export class Guard<S extends Guarded> {
  readonly #options: GuardOptions<S>;
  readonly #start: HostGauges;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  /** Since the last removal: until when the host recovers, and the least it has had in use. */
  #recovery: { readonly until: number; readonly least: HostGauges } | undefined;

  constructor(options: GuardOptions<S>) {
    this.#options = options;
    this.#start = readHostGauges(options.lab);
    this.#lookLater();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #lookLater(): void {
    if (this.#stopped) return;
    const look = () => void this.#look().finally(() => this.#lookLater());
    this.#timer = setTimeout(look, LOOK_EVERY_MS);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const { lab, sandboxes, evict } = this.#options;
    const all = sandboxes();
    const now = readHostGauges(lab);
    const terminals = all.reduce((sum, { terminalCount }) => sum + terminalCount, 0);
    const why = shortage(this.#usual(now), now, { sandboxes: all.length, terminals });
    if (why === undefined) return;
    const counted = await Promise.all(all.map((sandbox) => this.#count(sandbox)));
    const most = counted.toSorted((one, other) => other.holdings - one.holdings)[0];
    if (most === undefined || most.holdings < HOLDINGS_MIN) return;
    await evict(most.sandbox, `${why}, and it holds ${most.holdings} descriptors and groups`);
    this.#recovery = { until: performance.now() + RECOVERY_MS, least: readHostGauges(lab) };
  }

  /** What the host has in use by itself: as at the start, or as little as there was since a removal. */
  #usual(now: HostGauges): HostGauges {
    if (this.#recovery === undefined || performance.now() > this.#recovery.until) {
      this.#recovery = undefined;
      return this.#start;
    }
    const { until, least } = this.#recovery;
    this.#recovery = {
      until,
      least: {
        ...now,
        unchargedBytes: Math.min(least.unchargedBytes, now.unchargedBytes),
        memoryGroups: Math.min(least.memoryGroups, now.memoryGroups),
      },
    };
    return {
      ...this.#start,
      unchargedBytes: Math.max(this.#start.unchargedBytes, this.#recovery.least.unchargedBytes),
      memoryGroups: Math.max(this.#start.memoryGroups, this.#recovery.least.memoryGroups),
    };
  }

  /** A sandbox that is just being removed counts as nothing. */
  async #count(sandbox: S): Promise<{ sandbox: S; holdings: number }> {
    try {
      const pids = await this.#options.pids(sandbox.id);
      const descriptors = pids.map(descriptorsOf);
      const holdings = descriptors.reduce((sum, one) => sum + one, groupsOf(sandbox.hostPid));
      return { sandbox, holdings };
    } catch {
      return { sandbox, holdings: 0 };
    }
  }
}

/** What the host is short of, if of anything. */
export function shortage(
  start: HostGauges,
  now: HostGauges,
  { sandboxes, terminals }: { readonly sandboxes: number; readonly terminals: number },
): string | undefined {
  const grown = now.unchargedBytes - start.unchargedBytes;
  const allowed =
    UNCHARGED.bytes +
    now.totalBytes * UNCHARGED.shareOfHost +
    sandboxes * UNCHARGED.bytesPerSandbox;
  if (grown > allowed) return `the kernel uses ${Math.round(grown / 1024 ** 2)} MiB for nobody`;
  const groups = now.memoryGroups - start.memoryGroups;
  if (groups > MEMORY_GROUPS.host + sandboxes * MEMORY_GROUPS.perSandbox) {
    return `there are ${groups} more memory groups than before`;
  }
  const ptys = now.ptys - terminals;
  const ptysMax = Math.max(now.ptysMax - terminals, 0);
  if (now.ptysMax > 0 && ptys > ptysMax * PTYS_SHARE) {
    return `${ptys} of the ${ptysMax} pseudo-terminals that pages leave are in use`;
  }
  return undefined;
}

/** Since Linux 6.2 the size of the directory is their number; before, they are counted one by one. */
function descriptorsOf(pid: number): number {
  const directory = `/proc/${pid}/fd`;
  try {
    return statSync(directory).size || countEntries(directory, () => {});
  } catch {
    return 0;
  }
}

/** Groups below a sandbox's own in the memory hierarchy of version 1; version 2 limits them by itself. */
function groupsOf(hostPid: number): number {
  const [, path] =
    /^\d+:memory:(\/\S*)$/m.exec(readFileSync(`/proc/${hostPid}/cgroup`, 'utf8')) ?? [];
  if (path === undefined) return 0;
  const waiting = [join('/sys/fs/cgroup/memory', path)];
  let groups = 0;
  for (let at = waiting.pop(); at !== undefined && groups < HOLDINGS_MAX; at = waiting.pop()) {
    const parent = at;
    groups += 1;
    countEntries(parent, (name) => waiting.push(join(parent, name)));
  }
  return groups;
}

/** Entries of a directory of the kernel's; `visit` is told of directories. */
function countEntries(path: string, visit: (name: string) => void): number {
  const directory = opendirSync(path);
  let count = 0;
  try {
    for (let entry = directory.readSync(); entry !== null && count < HOLDINGS_MAX; count += 1) {
      if (entry.isDirectory()) visit(entry.name);
      entry = directory.readSync();
    }
  } finally {
    directory.closeSync();
  }
  return count;
}
