import type { NamespaceName } from '../../server/protocol/namespace.ts';
import type { XraySide, XraySnapshot } from '../../server/protocol/xray.ts';

/** Whether the two sides of the glass answer alike. */
export type Relation = 'equal' | 'different' | 'unknown';

export type SideRow = {
  readonly id: 'hostname' | 'pids' | 'uid' | NamespaceName;
  /** The namespace that decides this answer. */
  readonly hue: NamespaceName;
  /** Shows the same thing in a terminal. */
  readonly command: string;
  readonly machine: string | null;
  readonly container: string | null;
  readonly relation: Relation;
};

type Question = {
  readonly id: SideRow['id'];
  readonly hue: NamespaceName;
  readonly command: string;
  readonly answer: (side: XraySide) => string | null;
};

/** An answer stands above the namespace that decides it; the rest follow as in the lessons. */
const QUESTIONS: readonly Question[] = [
  { id: 'hostname', hue: 'uts', command: 'hostname', answer: (side) => side.hostname },
  namespace('uts'),
  {
    id: 'pids',
    hue: 'pid',
    command: 'grep NSpid /proc/$$/status',
    answer: (side) => side.pids.join(' → '),
  },
  namespace('pid'),
  {
    id: 'uid',
    hue: 'user',
    command: 'cat /proc/self/uid_map',
    answer: (side) => String(side.hostUid),
  },
  namespace('user'),
  namespace('mnt'),
  namespace('net'),
  namespace('ipc'),
  namespace('cgroup'),
  namespace('time'),
];

/** The rows of the picture: what the kernel says of both sides, and whether it is the same. */
export function sideRows({ machine, container }: XraySnapshot): SideRow[] {
  return QUESTIONS.map(({ id, hue, command, answer }) => {
    const values = {
      machine: machine && answer(machine),
      container: container && answer(container),
    };
    return { id, hue, command, ...values, relation: relate(values.machine, values.container) };
  });
}

function relate(machine: string | null, container: string | null): Relation {
  if (machine === null || container === null) return 'unknown';
  return machine === container ? 'equal' : 'different';
}

function namespace(name: NamespaceName): Question {
  return {
    id: name,
    hue: name,
    command: `readlink /proc/self/ns/${name}`,
    answer: (side) => side.namespaces[name],
  };
}
