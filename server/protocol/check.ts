import * as z from 'zod';
import { NAMESPACES } from './namespace.ts';

/**
 * What a step asks the kernel. Data only: written in a lesson file, evaluated in the warden against
 * the snapshot of a sandbox, never against the text on the screen.
 *
 * "machine" means the namespace that PID 1 of the sandbox is in; "other" any other one of that type.
 * A pattern matches when everything that it gives does; what it leaves out may be anything.
 */
const namespaceName = z.enum(NAMESPACES);
export const side = z.enum(['machine', 'other']);
export type Side = z.infer<typeof side>;

const text = z.string().min(1).max(200);

/** Exactly this many, or a range. */
export const amount = z.union([
  z.int(),
  z
    .strictObject({ atLeast: z.int().optional(), atMost: z.int().optional() })
    .refine(
      ({ atLeast, atMost }) => atLeast !== undefined || atMost !== undefined,
      'must give `atLeast` or `atMost`',
    ),
]);
export type Amount = z.infer<typeof amount>;

const capability = z.string().regex(/^CAP_[A-Z_]+$/, 'must be a capability such as CAP_NET_ADMIN');
const capabilitySet = z.strictObject({
  has: z.array(capability).min(1).optional(),
  lacks: z.array(capability).min(1).optional(),
});

/** Matches processes of the sandbox; all given conditions must hold for the same process. */
export const processPattern = z.strictObject({
  /** Name of the command as the kernel has it (`/proc/<pid>/comm`, at most 15 bytes). */
  command: z.string().min(1).max(15).optional(),
  /** One of its arguments has this text in it. */
  argument: text.optional(),
  /** Its pid in the innermost pid namespace it is in: the last number of `NSpid`. */
  pid: z.int().min(1).optional(),
  /** How many numbers it has on the machine: one in each pid namespace from the machine's to its own. */
  numbers: amount.optional(),
  /** For each named type: is it in the machine's namespace or in another one? */
  namespaces: z.partialRecord(namespaceName, side).optional(),
  /** A zombie has ended but its parent has not yet asked how. */
  state: z.enum(['running', 'stopped', 'zombie']).optional(),
  /** Effective uid: as its own user namespace has it, and as the machine has it. */
  uid: z.strictObject({ own: z.int().optional(), machine: z.int().optional() }).optional(),
  capabilities: z
    .strictObject({
      effective: capabilitySet.optional(),
      permitted: capabilitySet.optional(),
      bounding: capabilitySet.optional(),
      inheritable: capabilitySet.optional(),
      ambient: capabilitySet.optional(),
    })
    .optional(),
  seccomp: z.enum(['none', 'strict', 'filter']).optional(),
  noNewPrivileges: z.boolean().optional(),
  oomScoreAdjust: amount.optional(),
  /** It is in this control group (of any hierarchy), as a path below the machine's own: `/mine`. */
  group: text.optional(),
  /** Its root directory is not the root of its mount namespace, as after chroot(2). */
  chrooted: z.boolean().optional(),
});
export type ProcessPattern = z.infer<typeof processPattern>;

/** A process, and what it has and has not in common with another one. */
export const relation = z.strictObject({
  process: processPattern,
  shares: z.array(namespaceName).min(1).optional(),
  differs: z.array(namespaceName).min(1).optional(),
});

const interfacePattern = z.strictObject({
  name: z.string().min(1).max(15).optional(),
  /** As `ip -d link` has it: `veth`, `bridge`, … */
  kind: z.string().min(1).max(16).optional(),
  up: z.boolean().optional(),
  /** `10.0.0.2` or `10.0.0.2/24`. */
  address: text.optional(),
  /** Where the other end of a veth pair is. */
  peer: side.optional(),
  /** Name of the bridge that it is a port of. */
  bridge: z.string().min(1).max(15).optional(),
  receivedPackets: amount.optional(),
  sentPackets: amount.optional(),
});

const routePattern = z.strictObject({
  /** `default`, or `10.0.0.0/24`. */
  to: text.optional(),
  via: text.optional(),
});

const mountPattern = z.strictObject({
  target: text.optional(),
  type: text.optional(),
  source: text.optional(),
  propagation: z.enum(['private', 'shared', 'slave', 'unbindable']).optional(),
  readOnly: z.boolean().optional(),
});

const queuePattern = z.strictObject({
  kind: z.enum(['messages', 'semaphores', 'memory', 'posix']),
  /** Of a POSIX queue, without its `/`. */
  name: text.optional(),
  /** Messages in it, semaphores of the set, or processes that have the memory attached. */
  count: amount.optional(),
  bytes: amount.optional(),
});

/** What may be in a namespace, each where its type can have it. */
const content = {
  /** Of a network namespace. */
  interface: interfacePattern.optional(),
  route: routePattern.optional(),
  /** Of a network namespace: something listens on this TCP port. */
  listens: z.int().min(1).max(65535).optional(),
  /** Of a mount namespace. */
  mount: mountPattern.optional(),
  /** Of an IPC namespace. */
  queue: queuePattern.optional(),
};

const idMap = z.strictObject({
  /** First id in the namespace, the id it is on the machine, and how many there are. */
  inside: z.int().min(0),
  outside: z.int().min(0),
  count: z.int().min(1),
});

/** Matches namespaces that processes of the sandbox are in, or that a mount or an open file holds. */
export const namespacePattern = z.strictObject({
  type: namespaceName,
  of: side,
  /** How many processes are in it: 0 for one that only something else holds. */
  processes: amount.optional(),
  /** Whose user namespace owns it. */
  owner: side.optional(),
  /** Only for `uts`: the hostname in that namespace, exactly, or anything but the machine's. */
  hostname: z
    .union([z.string().min(1).max(64), z.strictObject({ not: z.literal('machine') })])
    .optional(),
  /** Only for `user`: one line of its map. */
  uidMap: idMap.optional(),
  gidMap: idMap.optional(),
  setgroups: z.enum(['allow', 'deny']).optional(),
  /** Only for `time`: how far its clocks are from the machine's, in seconds. */
  offsets: z.strictObject({ boottime: amount.optional(), monotonic: amount.optional() }).optional(),
  /** Only for `cgroup`: the group that it shows as `/`, as a path below the machine's own. */
  groupRoot: text.optional(),
  ...content,
  /** The same namespace has none of these. */
  lacks: z.strictObject(content).optional(),
});
export type NamespacePattern = z.infer<typeof namespacePattern>;

/** A file of cgroupfs: its whole text, or the number in it, or the number after a key in it. */
const groupFile = z.strictObject({
  name: text,
  is: z.string().max(200).optional(),
  key: text.optional(),
  number: amount.optional(),
});

/** Matches control groups that a learner made, below the machine's own. */
export const groupPattern = z.strictObject({
  /** The v1 controller whose hierarchy it is in; left out, any hierarchy, and always so on v2. */
  controller: text.optional(),
  /** Below the machine's own: `/mine`. */
  path: text.optional(),
  files: z.array(groupFile).min(1).optional(),
  /** A process in it. */
  process: processPattern.optional(),
});
export type GroupPattern = z.infer<typeof groupPattern>;

/** Matches overlay mounts. */
export const overlayPattern = z.strictObject({
  of: side.optional(),
  target: text.optional(),
  lowerdirs: amount.optional(),
  /** An entry of its upperdir, and what it does to the merged view. */
  file: z
    .strictObject({
      path: text,
      meaning: z.enum(['added', 'copied-up', 'merged', 'whiteout', 'opaque']).optional(),
    })
    .optional(),
});
export type OverlayPattern = z.infer<typeof overlayPattern>;

/**
 * Matches containers: processes that have all their namespaces in common, at least one of them not the
 * machine's. One that was made by hand is like one that `box` made.
 */
export const containerPattern = z.strictObject({
  /** It has at least these of its own. */
  own: z.array(namespaceName).min(1).optional(),
  /** The process that all others in it descend from. */
  first: processPattern.optional(),
  /** Any process in it. */
  process: processPattern.optional(),
  processes: amount.optional(),
});
export type ContainerPattern = z.infer<typeof containerPattern>;

/** A file as a process sees it, or as the machine does. Symbolic links do not lead out of its root. */
export const filePattern = z.strictObject({
  of: z.union([z.literal('machine'), z.strictObject({ process: processPattern })]),
  path: z.string().regex(/^\/[^\0]{0,250}$/, 'must be an absolute path'),
  /** Without the blanks and line ends around it. */
  is: z.string().max(1000).optional(),
  contains: text.optional(),
  kind: z.enum(['file', 'directory', 'link', 'character device', 'fifo', 'socket']).optional(),
});
export type FilePattern = z.infer<typeof filePattern>;

/**
 * The exception: a command that is run in the machine while the step is open. It is killed after two
 * seconds. `why` says to the reader of the lesson file what no other assertion could see.
 */
export const probe = z.strictObject({
  command: z.array(z.string().min(1).max(500)).min(1).max(16),
  exit: z.int().min(0).max(255).default(0),
  /** What it printed has this in it. The check says it, not the learner: it must not come from the command itself. */
  prints: text.optional(),
  why: z.string().min(20).max(300),
});
export type Probe = z.infer<typeof probe>;

export type Assertion =
  | {
      process: ProcessPattern;
      atLeast?: number | undefined;
      beside?: z.infer<typeof relation> | undefined;
    }
  | { namespace: NamespacePattern; atLeast?: number | undefined }
  | { container: ContainerPattern; atLeast?: number | undefined }
  | { group: GroupPattern }
  | { overlay: OverlayPattern }
  | { file: FilePattern }
  | { probe: Probe }
  /** The version of control groups that the machine has. */
  | { cgroup: 1 | 2 }
  | { all: Assertion[] }
  | { any: Assertion[] }
  | { not: Assertion }
  /** Each was true at some moment since the step was opened, in this order. One alone: it was so once. */
  | { sequence: Assertion[] };

const atLeast = z.int().min(1).max(1000).optional();

export const assertion: z.ZodType<Assertion> = z.lazy(() =>
  z.union([
    z.strictObject({ process: processPattern, atLeast, beside: relation.optional() }),
    z.strictObject({ namespace: namespacePattern, atLeast }),
    z.strictObject({ container: containerPattern, atLeast }),
    z.strictObject({ group: groupPattern }),
    z.strictObject({ overlay: overlayPattern }),
    z.strictObject({ file: filePattern }),
    z.strictObject({ probe }),
    z.strictObject({ cgroup: z.union([z.literal(1), z.literal(2)]) }),
    z.strictObject({ all: z.array(assertion).min(1).max(8) }),
    z.strictObject({ any: z.array(assertion).min(1).max(8) }),
    z.strictObject({ not: assertion }),
    z.strictObject({ sequence: z.array(assertion).min(1).max(8) }),
  ]),
);

/** One check of a step: done when all its conditions hold at one moment. */
export const checkQuestion = z.strictObject({
  conditions: z.array(assertion).min(1).max(8),
  /** When each hint that comes from the state is due. */
  hints: z.array(assertion).max(8),
});
export type CheckQuestion = z.infer<typeof checkQuestion>;

/** The checks of a step, in its order. */
export const checkQuestions = z.array(checkQuestion).min(1).max(4);

/** What the warden says of a check: one boolean for each condition and hint, and whether all held at once. */
export const checkState = z.object({
  done: z.boolean(),
  conditions: z.array(z.boolean()),
  /** None is due once the check is done. */
  hints: z.array(z.boolean()),
});
export type CheckState = z.infer<typeof checkState>;

/** The checks of a step, and whether the machine has more of something than the kernel was asked about. */
export const stepState = z.object({ checks: z.array(checkState), cut: z.boolean() });
export type StepState = z.infer<typeof stepState>;
