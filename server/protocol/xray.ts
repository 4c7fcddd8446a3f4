import * as z from 'zod';
import { EXTRA_TERMINALS } from './identifiers.ts';
import { NAMESPACES } from './namespace.ts';

/** Inode of each namespace a process is in; a 64-bit number, so as a string. `null`: it could not be read. */
const namespaces = z.record(z.enum(NAMESPACES), z.string().nullable());

/** One side of the glass: the process that a terminal is talking to, as the kernel describes it. */
export const xraySide = z.object({
  /** The name the kernel has for the command. Hostile input: any characters. */
  command: z.string(),
  /** Pid on the host, then in the sandbox, then in each pid namespace below it (`NSpid`). */
  pids: z.array(z.int()),
  /** Effective uid as the host sees it. */
  hostUid: z.int(),
  /** Hostname in its UTS namespace, `null` when it could not be read. */
  hostname: z.string().nullable(),
  namespaces,
});
export type XraySide = z.infer<typeof xraySide>;

/** What the kernel says about a sandbox now: the foreground process of each terminal, the lesson's two side by side. */
export const xraySnapshot = z.object({
  machine: xraySide.nullable(),
  container: xraySide.nullable(),
  /** Of the other terminals those in which somebody is in the foreground. */
  others: z.partialRecord(z.enum(EXTRA_TERMINALS), xraySide),
  /** Processes in the sandbox. */
  processes: z.int(),
  /** True when there were more processes than are looked at. */
  truncated: z.boolean(),
});
export type XraySnapshot = z.infer<typeof xraySnapshot>;
