import { CONTAINER_TEXT_MAX, CONTAINERS_MAX, type ContainerPlace } from '../protocol/terminals.ts';
import { type Container, containersOf } from './check/container.ts';
import type { Evidence, Process } from './check/evidence.ts';

/** A container that a terminal can be opened in. */
export type Place = {
  readonly shown: ContainerPlace;
  /** Its first process; with when it began, so that a pid that is used again is another. */
  readonly process: Pick<Process, 'pid' | 'startedTicks'>;
  /** What a learner would type in the machine to have a shell in it. */
  readonly command: readonly string[];
};

/** The containers that the kernel shows, oldest first. */
export function placesOf(evidence: Evidence): Place[] {
  return containersOf(evidence)
    .filter((container) => !onlyWaits(container, evidence))
    .map((container) => placeOf(container, evidence))
    .filter((place) => place !== undefined)
    .toSorted((one, other) => one.process.startedTicks - other.process.startedTicks)
    .slice(0, CONTAINERS_MAX);
}

/** The container that the process of this pid, as the machine sees it, is in. */
export function placeOfPid(pid: number, evidence: Evidence): Place | undefined {
  const container = containersOf(evidence).find(({ processes }) =>
    processes.some(({ pids }) => pids[1] === pid),
  );
  return container && placeOf(container, evidence);
}

/** The same container again, if its first process still lives. */
export function placeAgain({ process }: Place, evidence: Evidence): Place | undefined {
  const container = containersOf(evidence).find(({ processes }) =>
    processes.some((one) => one.pid === process.pid && one.startedTicks === process.startedTicks),
  );
  return container && placeOf(container, evidence);
}

/**
 * `unshare --fork` and `nsenter` stay between two worlds until their child ends: in the new namespaces,
 * but for that of pids. The container is the child's.
 */
function onlyWaits({ processes }: Container, evidence: Evidence): boolean {
  return processes.every(({ pid, namespaces }) => {
    const ahead = namespaces.pidForChildren;
    if (ahead === null || ahead === namespaces.pid) return false;
    return evidence.processes.some(
      (other) => other.parent === pid && other.namespaces.pid === ahead,
    );
  });
}

function placeOf({ first }: Container, evidence: Evidence): Place | undefined {
  const pid = first.pids[1];
  if (pid === undefined) return undefined;
  const { uts } = first.namespaces;
  const hostname = uts === null ? undefined : evidence.namespaces.get(uts)?.hostname;
  const box = boxOf(first, evidence);
  return {
    shown: {
      pid,
      hostname: hostname === undefined ? null : displayText(hostname),
      command: displayText(first.command),
      box: box === undefined ? null : box.slice(0, 12),
    },
    process: { pid: first.pid, startedTicks: first.startedTicks },
    command:
      box === undefined
        ? ['/bin/sh', '-c', ENTER_BY_HAND, 'enter', ...namespaceOptions(first, pid, evidence)]
        : ['box', 'exec', '-it', box, 'sh'],
  };
}

/** The control group that `box` makes for each container. A learner can make one by hand, too. */
const BOX_GROUP = /^\/box\/([0-9a-f]{64})(?:\/|$)/;

/** The id of the container that `box` made with this as its first process. */
function boxOf(first: Process, { processes }: Evidence): string | undefined {
  const id = boxGroupOf(first);
  const parent = processes.find(({ pid }) => pid === first.parent);
  // Who has gone further from within a container of box's is not where `box exec` leads to.
  return parent !== undefined && boxGroupOf(parent) === id ? undefined : id;
}

function boxGroupOf({ groups }: Process): string | undefined {
  for (const path of Object.values(groups)) {
    const id = BOX_GROUP.exec(path)?.[1];
    if (id !== undefined) return id;
  }
  return undefined;
}

/**
 * Joins all namespaces of a process, its root and working directory, with the first of these shells that
 * runs there. Each is tried first, because a shell that ends says with the same codes that it is not there.
 */
const ENTER_BY_HAND = `
for shell in /bin/bash /bin/sh; do
  nsenter "$@" -- $shell -c : 2>/dev/null </dev/null && exec nsenter "$@" -- $shell
done
exec nsenter "$@" -- /bin/busybox sh`;

/** nsenter becomes root in a user namespace, unless it must not change its groups or there is no root. */
function namespaceOptions(process: Process, pid: number, evidence: Evidence): string[] {
  const everything = ['--all', '--root', '--wd', '--target', String(pid)];
  const user = process.namespaces.user;
  if (user === null || user === evidence.machine.user) return everything;
  const hasRoot = [evidence.uidMaps, evidence.gidMaps].every((maps) =>
    maps.get(user)?.some(({ inside }) => inside === 0),
  );
  const mayChangeGroups = evidence.namespaces.get(user)?.setgroups?.trim() !== 'deny';
  return hasRoot && mayChangeGroups ? everything : [...everything, '--preserve-credentials'];
}

/** Control characters, those that are not seen, and those that turn text around. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A name from a machine, as it can be shown on a page. */
export function displayText(text: string): string {
  return text
    .replaceAll(UNSEEN, '')
    .slice(0, CONTAINER_TEXT_MAX)
    .replace(/[\ud800-\udbff]$/, '');
}
