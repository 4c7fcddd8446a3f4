import * as z from 'zod';
import { processPattern, side } from './check.ts';
import { lessonTerminal, slug } from './identifiers.ts';
import { NAMESPACES } from './namespace.ts';

/**
 * A question whose answer is read from the learner's own machine at the moment it is answered. Each
 * gives one text, or several that are right, or none while there is nothing that it asks about.
 *
 * A terminal stands for the process that it is talking to (see `xray.ts`).
 */
export const computedAnswer = z.union([
  /** Inode of the namespace of this type that the terminal's process is in. */
  z.strictObject({ inode: z.enum(NAMESPACES), of: lessonTerminal }),
  /** Pid of the terminal's process, or of any that matches: in its own pid namespace, or the machine's. */
  z.strictObject({
    pid: z.union([lessonTerminal, processPattern]),
    seenFrom: z.enum(['inside', 'machine']),
  }),
  /** Its effective uid: in its own user namespace, or the machine's. */
  z.strictObject({
    uid: z.union([lessonTerminal, processPattern]),
    seenFrom: z.enum(['inside', 'machine']),
  }),
  /** How many namespaces of this type the machine has now. */
  z.strictObject({ namespaces: z.enum(NAMESPACES) }),
  /** How many processes are in such namespaces. */
  z.strictObject({ processes: z.enum(NAMESPACES), of: side }),
  /** Identifier of a System V object in an IPC namespace of that side. */
  z.strictObject({ queue: z.enum(['messages', 'semaphores', 'memory']), of: side }),
  /** Index of the interface of this name, as `ip link` numbers it. */
  z.strictObject({ interface: z.string().min(1).max(15), of: side }),
]);
export type ComputedAnswer = z.infer<typeof computedAnswer>;

/** Where a quiz stands: its lesson, its step and its own id. */
export const quizPlace = z.strictObject({ lesson: slug, step: slug, quiz: slug });

/** What a learner gives: numbers of the choices from 0, or what they typed. */
export const quizGiven = z.union([
  z.strictObject({ choices: z.array(z.int().min(0).max(15)).min(1).max(16) }),
  z.strictObject({ text: z.string().trim().min(1).max(200) }),
]);
export type QuizGiven = z.infer<typeof quizGiven>;

/** What the server makes of it. What is right is never told before it was given. */
export const quizVerdict = z.object({
  /** `unanswerable`: the machine has nothing that the question asks about, yet. */
  verdict: z.enum(['right', 'wrong', 'unanswerable']),
  /** Why, in the learner's language. Text in backticks is code. */
  because: z.string(),
});
export type QuizVerdict = z.infer<typeof quizVerdict>;
