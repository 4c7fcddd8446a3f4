import * as z from 'zod';

/** Why a life can't be made longer now. */
export const extensionRefusal = z.enum(['not-allowed', 'maximum', 'others-wait']);
export type ExtensionRefusal = z.infer<typeof extensionRefusal>;

/** When a sandbox ends, and what can be done about it. Times are milliseconds of the lab's clock. */
export const lifetime = z.object({
  now: z.number(),
  /** When it is removed whatever is done in it. */
  endsAt: z.number(),
  extension: z.discriminatedUnion('kind', [
    /** `byMs`: what one press gives. `latestAt`: more than this nobody gets. */
    z.object({ kind: z.literal('possible'), byMs: z.number(), latestAt: z.number() }),
    z.object({ kind: z.literal('refused'), why: extensionRefusal }),
  ]),
  /** Told only while it is unused for so long that its end is near: since when, and when it is removed. */
  idle: z.object({ since: z.number(), endsAt: z.number() }).nullable(),
  /** How long it is kept when nobody uses it. */
  idleMs: z.number(),
});
export type Lifetime = z.infer<typeof lifetime>;

/** A place in the line, or room for the next machine, waits so long for a page that reloads or has lost its network. */
export const PLACE_KEPT_MS = 30_000;

/** Where somebody stands in the line for a machine. */
export const linePlace = z.object({
  now: z.number(),
  /** 1 is who comes next. */
  position: z.int().min(1),
  /** When the turn comes even if everybody keeps a machine as long as is allowed. */
  latestAt: z.number(),
  /** When it comes if the machines that nobody seems to use end unused; `null` when that is no sooner. */
  likelyAt: z.number().nullable(),
});
export type LinePlace = z.infer<typeof linePlace>;
