import * as z from 'zod';

/** One system call of a sandbox's creation, as it was really made. */
export const traceCall = z.object({
  /** Row of the step table this call belongs to, such as `overlay`. */
  step: z.string(),
  /** Who made it: the library in the warden, or the new process on its way to being PID 1. */
  side: z.enum(['parent', 'child']),
  /** The system call with its arguments, as strace would print it. */
  call: z.string(),
  /** Nanoseconds from the beginning of the creation. */
  startedNs: z.number(),
  durationNs: z.number(),
  /** errno name, or `null` for success. */
  error: z.string().nullable(),
});
export type TraceCall = z.infer<typeof traceCall>;

export const stepTrace = z.array(traceCall);
