import * as z from 'zod';
import { TERMINALS, terminalName, terminalSerial } from './identifiers.ts';

/** Most characters of a name that comes from a machine. */
export const CONTAINER_TEXT_MAX = 64;

/** Chosen by a learner's programs: the warden bounds it and takes control characters out. */
const hostileText = z.string().max(CONTAINER_TEXT_MAX);

/** A container as the kernel shows it: what its first process is. */
export const containerPlace = z.object({
  /** Pid of its first process as the machine sees it. */
  pid: z.int().min(1),
  /** Name of its UTS namespace; `null` when that could not be read. */
  hostname: hostileText.nullable(),
  command: hostileText,
  /** Its id where `box` made it, read from its control group; `null` for one made by hand. */
  box: hostileText.nullable(),
});
export type ContainerPlace = z.infer<typeof containerPlace>;

/** More are not offered; nobody reads a longer menu. */
export const CONTAINERS_MAX = 32;
export const containerPlaces = z.array(containerPlace).max(CONTAINERS_MAX);

/** A terminal that is open in a machine, whichever page opened it. */
export const openTerminal = z.object({
  terminal: terminalName,
  serial: terminalSerial,
  /** The container that it was opened in; `null` for the machine itself. */
  inside: containerPlace.nullable(),
  /** False when its shell has ended. */
  running: z.boolean(),
});
export type OpenTerminal = z.infer<typeof openTerminal>;

/** All that are open, by their numbers. */
export const openTerminals = z.array(openTerminal).max(TERMINALS.length);
