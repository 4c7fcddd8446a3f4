import { TERMINALS } from '../protocol/identifiers.ts';

/** What one sandbox may use. One number for each thing that a learner could otherwise take from others. */
export const SANDBOX_LIMITS = {
  /** Its files are in memory too: tmpfs pages count. Compiling with tcc and running nginx need 60 MiB. */
  memoryBytes: 512 * 1024 ** 2,
  /** Room for every demo and a hundred shells; a fork bomb stops here. */
  pidsMax: 512,
  /** One whole CPU: a busy loop leaves the others' keystrokes alone. */
  cpus: 1,
  /** Half of the memory, so that a full disk leaves room for programs. */
  diskBytes: 256 * 1024 ** 2,
  /** An inode costs about 1 KiB of kernel memory: 32 MiB in all. */
  diskInodes: 32 * 1024,
  /** `/dev/tty1` and so on: the lesson's two, and those that a learner opens. */
  terminals: TERMINALS.length,
  /** For machines with a disk: a tenth of what an ordinary host's disk does, so that others have theirs. */
  diskBytesPerSecond: 64 * 1024 ** 2,
} as const;

/** Size of the disk of a machine that needs one. It is reserved on the host when the machine is made. */
export const DISK_DEVICE_BYTES = 64 * 1024 ** 2;

/** What pages may ask of one sandbox at once: generous for a learner with many tabs, nothing for a flood. */
export const PAGE_LIMITS = {
  /** Pages on one sandbox, or in the line with one owner. */
  holds: 32,
  /** Pages on one terminal. */
  attachments: 32,
  /** Checks and X-rays being watched. */
  watches: 64,
  /** Questions whose answer is being read from it. */
  computations: 16,
} as const;

/** A machine that is younger is thrown away when it is so old: who asks again and again gets no more than that. */
export const RESET_AFTER_MS = 1_000;

/** Ids of one sandbox's users and groups: as many as a Linux machine expects to have. */
const ID_RANGE = 65_536;

/** The first id handed out; those below belong to the host. */
const FIRST_ID = 100_000;

/**
 * Hands out ranges of host ids, lowest first. A range is used again only after `give`, which comes
 * when nothing that ran with its ids is left.
 */
export class IdRanges {
  readonly #taken = new Set<number>();

  /** First id of a free range. */
  take(): number {
    let index = 0;
    while (this.#taken.has(index)) index += 1;
    this.#taken.add(index);
    return FIRST_ID + index * ID_RANGE;
  }

  give(idBase: number): void {
    this.#taken.delete((idBase - FIRST_ID) / ID_RANGE);
  }
}
