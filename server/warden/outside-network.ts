import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { OutsideAccess } from '../configuration.ts';
import type { CreatedSandbox, Native, SandboxSpec } from './native-interface.ts';
import {
  admission,
  applyRules,
  dismissal,
  filterRules,
  findNft,
  removalOf,
  resolversIn,
} from './packet-filter.ts';

const SLIRP = '/usr/bin/slirp4netns';

/** How long slirp4netns may take until it is ready; it takes 20 ms. */
const READY_MS = 10_000;

const REFUSED =
  'The operator of this lab keeps machines from the outside; --allow-outside would let them out.';
const NOT_INSTALLED = 'This host lacks slirp4netns or nftables; "npm run doctor" says more.';

export type OutsideOptions = {
  readonly access: OutsideAccess;
  /** Name of the table of packet filter rules on the host: the lab's own. */
  readonly table: string;
  /** A network ended that nobody had asked to end. */
  readonly ended?: (id: string, how: string) => void;
};

/** A sandbox's way out: a process, and the user id that the packet filter knows it by. */
type Way = {
  readonly process: ChildProcess;
  readonly uid: number;
  /** It is there to stay, until the sandbox goes. */
  established: boolean;
};

/**
 * The library, and for sandboxes that need it a network to the outside: a user-mode stack (slirp4netns)
 * that ends with the sandbox or with the warden, whichever comes first. The host forwards nothing. Without
 * the operator's leave, or where something is lacking, a sandbox is told that it has none.
 *
 * The rules come before the process, and each is let out by its own user id, so that no moment is without
 * them. A killed warden leaves a table that matches nobody; the next start takes it away.
 */
export function withOutsideNetwork(native: Native, options: OutsideOptions): Native {
  const { access, table } = options;
  const ways = new Map<string, Way>();
  const nft = findNft();
  let filter: Promise<void> | undefined;

  const makeFilter = (program: string): Promise<void> => {
    filter ??= applyRules(program, filterRules(table, access === 'internet-and-private')).catch(
      (error: unknown) => {
        filter = undefined;
        throw error;
      },
    );
    return filter;
  };

  /** Why there is no way out, or undefined: there is one. */
  async function open(spec: SandboxSpec, created: CreatedSandbox): Promise<string | undefined> {
    if (access === 'no') return REFUSED;
    if (nft === undefined || !existsSync(SLIRP)) return NOT_INSTALLED;
    const uid = spec.idBase;
    try {
      await makeFilter(nft);
      await applyRules(nft, admission(table, uid, hostResolvers()));
    } catch (error) {
      return `The packet filter of this host refused the rules: ${sentence(error)}`;
    }
    const { file, arguments: args } = native.outsideArguments(spec.id, created, SLIRP);
    // `outside` gives slirp4netns an empty environment.
    const process: ChildProcess = spawn(file, [...args], {
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    });
    const way: Way = { process, uid, established: false };
    ways.set(spec.id, way);
    process.once('exit', (code, signal) => {
      if (way.established) options.ended?.(spec.id, signal ?? `exit code ${code}`);
    });
    const problem = await readiness(process);
    way.established = problem === undefined;
    if (problem !== undefined) await close(spec.id);
    return problem;
  }

  async function close(id: string): Promise<void> {
    const way = ways.get(id);
    if (way === undefined) return;
    ways.delete(id);
    await end(way.process);
    if (nft !== undefined) await applyRules(nft, dismissal(table, way.uid));
  }

  return {
    ...native,

    async create(spec) {
      const created = await native.create(spec);
      if (!spec.needs.includes('outside')) return created;
      const why = await open(spec, created);
      return why === undefined
        ? created
        : { ...created, missing: [...created.missing, { need: 'outside', why }] };
    },

    async destroy(id, pidfd) {
      const way = ways.get(id);
      if (way !== undefined) way.established = false;
      await native.destroy(id, pidfd);
      await close(id);
    },

    async leftovers() {
      // A kernel without nftables has no table either.
      if (nft !== undefined) await applyRules(nft, removalOf(table)).catch(() => {});
      return native.leftovers();
    },

    async close() {
      if (filter !== undefined && nft !== undefined) await applyRules(nft, removalOf(table));
      await native.close();
    },
  };
}

/** As slirp4netns reads them for 10.0.2.3. */
function hostResolvers(): readonly string[] {
  try {
    return resolversIn(readFileSync('/etc/resolv.conf', 'utf8'));
  } catch {
    return [];
  }
}

/** Waits for the byte that says it is ready; else what it said on its standard error. */
async function readiness(process: ChildProcess): Promise<string | undefined> {
  const [, , , , ready] = process.stdio;
  if (!(ready instanceof Readable)) throw new TypeError('The process has no fd 4.');
  let said = '';
  process.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-500);
  });
  const stopped = new AbortController();
  const { signal } = stopped;
  const timer = setTimeout(() => stopped.abort(), READY_MS);
  try {
    return await Promise.race([
      once(ready, 'data', { signal }).then(() => undefined),
      once(process, 'close', { signal }).then(() => `slirp4netns ended: ${said.trim()}`),
    ]);
  } catch (error) {
    return signal.aborted ? 'slirp4netns was not ready in time.' : sentence(error);
  } finally {
    clearTimeout(timer);
    stopped.abort();
  }
}

/** Ends it, if it has not ended, and waits until it is no more. */
async function end(process: ChildProcess): Promise<void> {
  if (process.pid === undefined || process.exitCode !== null || process.signalCode !== null) return;
  const ended = once(process, 'exit');
  process.kill('SIGKILL');
  await ended;
}

const sentence = (error: unknown) => (error instanceof Error ? error.message : String(error));
