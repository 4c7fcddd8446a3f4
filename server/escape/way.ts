import type { World } from './world.ts';

/** What is wrong, one sentence each; none is what should be. */
export type Complaints = readonly string[];

/** One known way out: what is tried inside, and how it is seen outside whether it worked. */
export type Way = {
  readonly name: string;
  /** A CVE, a manual page, or where it became known. */
  readonly reference: string;
  /** What is really done. */
  readonly tried: string;
  /** The attack's name and arguments for the attacking program. Without, `watch` does all. */
  readonly attack?: (world: World) => readonly string[];
  /** How it is refused where no program says so. */
  readonly refusal?: string;
  /** Also from a container in the sandbox. Not where that changes nothing, or the attack needs the machine's PID 1. */
  readonly container: boolean;
  /** Begins to watch from outside before the attack; what it returns is called when the attack is over. */
  readonly watch?: (world: World) => Promise<() => Complaints | Promise<Complaints>>;
  /** Looks from outside while what the attack has made is there. */
  readonly look?: (world: World) => Complaints | Promise<Complaints>;
};
