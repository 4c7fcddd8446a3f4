import * as z from 'zod';

/**
 * A limit that a sandbox has run into: the kernel ended a process for want of memory, refused a new
 * process, or a new byte or file on the disk.
 */
export const PRESSURES = ['memory', 'processes', 'disk', 'files'] as const;

export const pressure = z.object({
  kind: z.enum(PRESSURES),
  /** The limit: bytes for memory and disk, a number for processes and files. */
  limit: z.number(),
});
export type Pressure = z.infer<typeof pressure>;
