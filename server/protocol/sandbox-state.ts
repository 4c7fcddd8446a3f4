import * as z from 'zod';
import { sandboxId } from './identifiers.ts';
import { lifetime } from './lifetime.ts';
import { missingNeed, sandboxNeeds } from './needs.ts';
import { stepTrace } from './trace.ts';

/** A sandbox as its page sees it. Times are milliseconds of the lab's clock. */
export const sandboxState = z.object({
  id: sandboxId,
  hostname: z.string(),
  /** Pid of PID 1 as the host sees it. */
  hostPid: z.int(),
  createdAt: z.number(),
  life: lifetime,
  /** True when this request made it, false when it was there already. */
  fresh: z.boolean(),
  /** The optional parts it was made with, and those of them that this host could not give. */
  needs: sandboxNeeds,
  missing: z.array(missingNeed),
  /** The version of control groups that it sees. */
  cgroupVersion: z.union([z.literal(1), z.literal(2)]),
  trace: stepTrace,
});
export type SandboxState = z.infer<typeof sandboxState>;

/** Why a sandbox is no more. */
export const goneReason = z.enum([
  'expired',
  'idle',
  'died',
  'reset',
  'exhausted',
  'shutdown',
  /** The lab that had it is no more, and the one that runs now knows nothing of it. */
  'restarted',
]);
export type GoneReason = z.infer<typeof goneReason>;
