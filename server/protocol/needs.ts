import * as z from 'zod';

/**
 * Optional parts of a sandbox. A lesson declares those it needs; a sandbox has what was declared when it
 * was made, and nothing else.
 */
export const SANDBOX_NEEDS = [
  /** Packet filters and NAT: `nft` and `iptables`. */
  'netfilter',
  /** A real block device with a file system on it, mounted at `/disk`. */
  'disk',
  /** The `net_cls` controller, where the host has cgroup v1. */
  'net_cls',
  /** A device node, `/dev/full`, that the devices controller refuses to open. */
  'device',
  /** A network to the outside, if the operator allows it. */
  'outside',
] as const;

export const sandboxNeed = z.enum(SANDBOX_NEEDS);
export type SandboxNeed = z.infer<typeof sandboxNeed>;

/** What a lesson or a sandbox needs: each at most once. */
export const sandboxNeeds = z
  .array(sandboxNeed)
  .max(SANDBOX_NEEDS.length)
  .refine((needs) => new Set(needs).size === needs.length, 'names something twice');

/** A need that this host could not fulfil, and why, in a sentence. */
export const missingNeed = z.object({ need: sandboxNeed, why: z.string() });
export type MissingNeed = z.infer<typeof missingNeed>;
