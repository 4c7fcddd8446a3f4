import * as z from 'zod';
import { NAMESPACES } from './namespace.ts';

/**
 * What a step asks the kernel. Data only: written in a lesson file, evaluated in the warden against
 * the snapshot of a sandbox (see `xray.ts`), never against the text on the screen.
 *
 * "machine" means the namespace that PID 1 of the sandbox is in; "other" any other one of that type.
 */
const namespaceName = z.enum(NAMESPACES);
const side = z.enum(['machine', 'other']);

/** Matches processes of the sandbox; all given conditions must hold for the same process. */
export const processPattern = z.strictObject({
  /** Name of the command as the kernel has it (`/proc/<pid>/comm`, at most 15 bytes). */
  command: z.string().min(1).max(15).optional(),
  /** Its pid in the innermost pid namespace it is in: the last number of `NSpid`. */
  pid: z.int().min(1).optional(),
  /** For each named type: is it in the machine's namespace or in another one? */
  namespaces: z.partialRecord(namespaceName, side).optional(),
  /** A zombie has ended but its parent has not yet asked how. */
  state: z.enum(['running', 'zombie']).optional(),
});
export type ProcessPattern = z.infer<typeof processPattern>;

/** Matches namespaces that processes of the sandbox are in. */
export const namespacePattern = z.strictObject({
  type: namespaceName,
  of: side,
  /** Only for `uts`: the hostname in that namespace, exactly, or anything but the machine's. */
  hostname: z
    .union([z.string().min(1).max(64), z.strictObject({ not: z.literal('machine') })])
    .optional(),
});
export type NamespacePattern = z.infer<typeof namespacePattern>;

export type Assertion =
  | { process: ProcessPattern; atLeast?: number | undefined }
  | { namespace: NamespacePattern }
  | { all: Assertion[] }
  | { any: Assertion[] }
  | { not: Assertion }
  /** Each was true at some moment since the step was opened, in this order. One alone: it was so once. */
  | { sequence: Assertion[] };

export const assertion: z.ZodType<Assertion> = z.lazy(() =>
  z.union([
    z.strictObject({ process: processPattern, atLeast: z.int().min(1).max(1000).optional() }),
    z.strictObject({ namespace: namespacePattern }),
    z.strictObject({ all: z.array(assertion).min(1).max(8) }),
    z.strictObject({ any: z.array(assertion).min(1).max(8) }),
    z.strictObject({ not: assertion }),
    z.strictObject({ sequence: z.array(assertion).min(1).max(8) }),
  ]),
);

/** The check of a step: done when all its conditions hold at one moment. */
export const checkConditions = z.array(assertion).min(1).max(8);

/** What the warden says of a check: one boolean for each condition, and whether all held at once. */
export const checkState = z.object({
  done: z.boolean(),
  conditions: z.array(z.boolean()),
});
export type CheckState = z.infer<typeof checkState>;
