import { TERMINALS, type TerminalName } from '../protocol/identifiers.ts';
import type { XraySide, XraySnapshot } from '../protocol/xray.ts';
import type { InspectedProcess, Inspection } from './native-interface.ts';

/** Device number of the tty of each terminal that is open. */
export type TerminalDevices = Readonly<Partial<Record<TerminalName, number>>>;

/** The two sides of the glass: who is in the foreground of each terminal, as the kernel has it. */
export function xraySnapshotOf(inspection: Inspection, devices: TerminalDevices): XraySnapshot {
  const [machine, container] = TERMINALS.map((terminal) => {
    const process = foregroundProcess(inspection.processes, devices[terminal] ?? 0);
    return process === undefined ? null : sideOf(process, inspection);
  });
  return {
    machine: machine ?? null,
    container: container ?? null,
    processes: inspection.processes.length,
    truncated: inspection.truncated,
  };
}

/**
 * Who a learner is talking to on a terminal: of the foreground process group, the deepest descendant.
 * `unshare --fork` waits for its child in the same group, and the child is the container. In a pipeline
 * all are siblings: there it is the leader. Without a foreground group it is the shell that leads the
 * terminal's session.
 */
export function foregroundProcess(
  processes: readonly InspectedProcess[],
  device: number,
): InspectedProcess | undefined {
  if (device === 0) return undefined;
  const onTerminal = processes.filter((process) => process.terminalDevice === device);
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

const leads = (process: InspectedProcess) => Number(process.pid === process.processGroup);

const order = (one: { process: InspectedProcess }, other: { process: InspectedProcess }) =>
  one.process.pid - other.process.pid;

/** Number of ancestors within the group. Pids may be reused while we look, so a circle must end. */
function depthOf(process: InspectedProcess, group: ReadonlyMap<number, InspectedProcess>): number {
  let depth = 0;
  let parent = group.get(process.parent);
  while (parent !== undefined && depth < group.size) {
    depth += 1;
    parent = group.get(parent.parent);
  }
  return depth;
}

function sideOf(process: InspectedProcess, inspection: Inspection): XraySide {
  const { uts } = process.namespaces;
  return {
    command: process.command,
    pids: [...process.pids],
    hostUid: process.uid,
    hostname: uts === null ? null : (inspection.hostnames.get(uts) ?? null),
    namespaces: { ...process.namespaces },
  };
}
