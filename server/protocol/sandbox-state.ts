import * as z from 'zod';
import { sandboxId } from './identifiers.ts';
import { missingNeed, sandboxNeeds } from './needs.ts';
import { stepTrace } from './trace.ts';

/** A sandbox as its page sees it. Times are milliseconds; `now` lets the page correct for its own clock. */
export const sandboxState = z.object({
  id: sandboxId,
  hostname: z.string(),
  /** Pid of PID 1 as the host sees it. */
  hostPid: z.int(),
  createdAt: z.number(),
  /** When it is removed whatever happens. */
  expiresAt: z.number(),
  /** How long it is kept when no page is open on it. */
  idleMs: z.number(),
  now: z.number(),
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
export const goneReason = z.enum(['expired', 'idle', 'died', 'reset', 'exhausted', 'shutdown']);
export type GoneReason = z.infer<typeof goneReason>;
