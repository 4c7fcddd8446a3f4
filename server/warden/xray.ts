import { EXTRA_TERMINALS, LESSON_TERMINALS, type TerminalName } from '../protocol/identifiers.ts';
import type { XraySide, XraySnapshot } from '../protocol/xray.ts';
import type { Evidence, Process } from './check/evidence.ts';
import type { Snapshot } from './snapshot.ts';

/** Device number of the tty of each terminal that is open. */
export type TerminalDevices = Readonly<Partial<Record<TerminalName, number>>>;

/** What may have cost us processes. */
const CUT_PROCESSES: ReadonlySet<Snapshot['cut'][number]> = new Set(['processes', 'time', 'size']);

/** The two sides of the glass: who is in the foreground of each terminal, as the kernel has it. */
export function xraySnapshotOf(evidence: Evidence, devices: TerminalDevices): XraySnapshot {
  const sideAt = (terminal: TerminalName) => {
    const process = foregroundProcess(evidence.processes, devices[terminal] ?? 0);
    return process === undefined ? null : sideOf(process, evidence);
  };
  const [machine, container] = LESSON_TERMINALS.map(sideAt);
  const others = EXTRA_TERMINALS.flatMap((terminal) => {
    const side = sideAt(terminal);
    return side === null ? [] : [[terminal, side]];
  });
  return {
    machine: machine ?? null,
    container: container ?? null,
    others: Object.fromEntries(others),
    processes: evidence.processes.length,
    truncated: evidence.snapshot.cut.some((part) => CUT_PROCESSES.has(part)),
  };
}

/** One terminal in another, and so on: more than anybody starts. */
const RELAYS_MAX = 8;

/**
 * Who a learner is talking to on a terminal: of the foreground process group, the deepest descendant.
 * `unshare --fork` waits for its child in the same group, and the child is the container. In a pipeline
 * all are siblings: there it is the leader. Without a foreground group it is the shell that leads the
 * terminal's session. `box run -it` only passes on what is typed, to who is in the foreground of a
 * terminal in the container.
 */
export function foregroundProcess(
  processes: readonly Process[],
  device: number,
): Process | undefined {
  if (device === 0) return undefined;
  let found = foregroundOf(terminalSession(processes, device));
  for (let relays = 0; found !== undefined && relays < RELAYS_MAX; relays += 1) {
    const behind = foregroundOf(relayedSession(processes, found));
    if (behind === undefined) break;
    found = behind;
  }
  return found;
}

/**
 * Who is on a terminal that was opened from outside. The number of a pty is its own in one devpts only, and
 * each container has a devpts; but no session in there is led by who came from outside.
 */
function terminalSession(processes: readonly Process[], device: number): readonly Process[] {
  const onTerminal = processes.filter((process) => process.terminalDevice === device);
  const pids = new Set(processes.map(({ pid }) => pid));
  const leader = onTerminal.find(
    ({ pid, session, parent }) => pid === session && !pids.has(parent),
  );
  return leader === undefined
    ? onTerminal
    : onTerminal.filter(({ session }) => session === leader.pid);
}

/** The session on another terminal that a program has started, itself or by a child without a terminal. */
function relayedSession(processes: readonly Process[], relay: Process): readonly Process[] {
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  const leader = processes.find(({ pid, session, terminalDevice, parent }) => {
    if (pid !== session || terminalDevice === 0 || pid === relay.pid) return false;
    const monitor = byPid.get(parent);
    return parent === relay.pid || (monitor?.terminalDevice === 0 && monitor.parent === relay.pid);
  });
  if (leader === undefined) return [];
  return processes.filter(({ session, terminalDevice }) => {
    return session === leader.pid && terminalDevice === leader.terminalDevice;
  });
}

function foregroundOf(onTerminal: readonly Process[]): Process | undefined {
  const group = onTerminal.filter(
    (process) => process.processGroup === process.foregroundGroup && process.state !== 'Z',
  );
  if (group.length === 0) return onTerminal.find((process) => process.state !== 'Z');
  const byPid = new Map(group.map((process) => [process.pid, process]));
  const ranked = group.map((process) => ({ process, depth: depthOf(process, byPid) }));
  ranked.sort(
    (one, other) =>
      other.depth - one.depth || leads(other.process) - leads(one.process) || order(one, other),
  );
  return ranked[0]?.process;
}

const leads = (process: Process) => Number(process.pid === process.processGroup);

const order = (one: { process: Process }, other: { process: Process }) =>
  one.process.pid - other.process.pid;

/** Number of ancestors within the group. Pids may be reused while we look, so a circle must end. */
function depthOf(process: Process, group: ReadonlyMap<number, Process>): number {
  let depth = 0;
  let parent = group.get(process.parent);
  while (parent !== undefined && depth < group.size) {
    depth += 1;
    parent = group.get(parent.parent);
  }
  return depth;
}

function sideOf(process: Process, { namespaces }: Evidence): XraySide {
  const { uts } = process.namespaces;
  const { pidForChildren: _, timeForChildren: __, ...own } = process.namespaces;
  return {
    command: process.command,
    pids: [...process.pids],
    hostUid: process.uids[1] ?? 0,
    hostname: uts === null ? null : (namespaces.get(uts)?.hostname ?? null),
    namespaces: own,
  };
}
