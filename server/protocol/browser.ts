import * as z from 'zod';
import { stepState } from './check.ts';
import { errorReport } from './errors.ts';
import {
  byteOffset,
  channel,
  columns,
  extraTerminal,
  lessonLanguage,
  ownerSecret,
  rows,
  slug,
  terminalName,
  terminalSerial,
} from './identifiers.ts';
import { pressure } from './pressure.ts';
import { quizGiven, quizPlace, quizVerdict } from './quiz.ts';
import { goneReason, sandboxState } from './sandbox-state.ts';
import { containerPlaces, openTerminals } from './terminals.ts';
import { xraySnapshot } from './xray.ts';

/**
 * The line between a page and web: JSON text messages as below, terminal bytes as frames (`frame.ts`).
 * A page opens one WebSocket at `WEBSOCKET_PATH`, says `hello`, and is told its machine. Everything
 * the page shows arrives as an event; a page that reconnects says `hello` again and attaches again.
 */
export const PROTOCOL_VERSION = 5;
export const WEBSOCKET_PATH = '/live';

/** Close codes of the WebSocket (RFC 6455 gives 4000-4999 to applications). */
export const CLOSE_CODES = {
  /** The page broke the protocol; a newer page may not. It should reload. */
  protocol: 4400,
  /** The page speaks another version: reload it. */
  version: 4426,
  /** The lab is stopping or restarting: try again. */
  restarting: 4503,
} as const;

export const fromBrowser = z.discriminatedUnion('type', [
  /**
   * First message: who I am, and the lesson I show. Answered by `machine` or `error`. If there is no machine
   * yet, one is made with what the lesson needs; one that is there stays as it is.
   */
  z.strictObject({
    type: z.literal('hello'),
    version: z.int(),
    secret: ownerSecret,
    lesson: slug,
  }),
  /** Throw my machine away and give me a fresh one. Answered by `gone` and `machine`. */
  z.strictObject({ type: z.literal('reset') }),
  /** Give me a machine again after `gone`. Answered by `machine`. */
  z.strictObject({ type: z.literal('start') }),
  /**
   * Attach to a terminal; one of the lesson's two is opened when it is not open. `from`: bytes already on
   * the screen of the opening `serial`; both are 0 for none. Answered by `terminal`.
   */
  z.strictObject({
    type: z.literal('open-terminal'),
    terminal: terminalName,
    serial: terminalSerial.or(z.literal(0)),
    columns,
    rows,
    from: byteOffset,
  }),
  /**
   * Open one more terminal, on the lowest number that is free, in the machine or in the container that a
   * process of this pid (as the machine sees it) is in. Answered by `terminal-made` or `terminal-refused`.
   */
  z.strictObject({
    type: z.literal('new-terminal'),
    inside: z.int().min(1).nullable(),
    columns,
    rows,
  }),
  /** End this terminal and its shell; its number is free then. The lesson's two stay. */
  z.strictObject({
    type: z.literal('close-terminal'),
    terminal: extraTerminal,
    serial: terminalSerial,
  }),
  /** Which containers are there to open a terminal in? Answered by `containers`. */
  z.strictObject({ type: z.literal('list-containers') }),
  z.strictObject({ type: z.literal('resize-terminal'), channel, columns, rows }),
  /** The shell has ended: start a new one in the same terminal. Answered by `terminal`. */
  z.strictObject({ type: z.literal('restart-terminal'), terminal: terminalName, columns, rows }),
  /** This step is open: tell me the state of its checks, and again at each change. Replaces the step watched before. */
  z.strictObject({ type: z.literal('watch-step'), lesson: slug, step: slug }),
  z.strictObject({ type: z.literal('unwatch-step') }),
  /** The button: evaluate now and tell me, changed or not. */
  z.strictObject({ type: z.literal('check-now') }),
  /** My answer to a quiz, and the language to tell me why in. Answered by `quiz`. */
  z.strictObject({
    type: z.literal('answer-quiz'),
    place: quizPlace,
    language: lessonLanguage,
    given: quizGiven,
  }),
  /** Somebody reads this step: said every 20 seconds while the page is seen and used. Its time is web's to measure. */
  z.strictObject({ type: z.literal('alive'), lesson: slug, step: slug }),
  /** The X-ray is visible (or no longer): tell me at each change. */
  z.strictObject({ type: z.literal('watch-xray'), on: z.boolean() }),
]);
export type FromBrowser = z.infer<typeof fromBrowser>;

export const toBrowser = z.discriminatedUnion('type', [
  z.object({ type: z.literal('machine'), state: sandboxState, terminals: openTerminals }),
  z.object({ type: z.literal('gone'), reason: goneReason }),
  /** The terminal answers on this channel; output starts at byte `offset` (later than asked if forgotten). */
  z.object({
    type: z.literal('terminal'),
    terminal: terminalName,
    serial: terminalSerial,
    channel,
    offset: byteOffset,
    /** Bytes the terminal had printed at this moment: output before this offset is a replay. */
    head: byteOffset,
    /** False when its shell has ended and nothing will come but the replay. */
    running: z.boolean(),
  }),
  /** A terminal could not be attached to, or its shell not started. */
  z.object({ type: z.literal('terminal-failed'), terminal: terminalName, error: errorReport }),
  /** All terminals that are open in the machine now: one more, one less, or a shell has begun or ended. */
  z.object({ type: z.literal('terminals'), terminals: openTerminals }),
  /** The new terminal that this page asked for. `terminals` has told of it already. */
  z.object({
    type: z.literal('terminal-made'),
    terminal: extraTerminal,
    serial: terminalSerial,
  }),
  /** The new terminal that this page asked for is not there, and why. */
  z.object({ type: z.literal('terminal-refused'), error: errorReport }),
  z.object({ type: z.literal('containers'), containers: containerPlaces }),
  /** The shell of a terminal has ended. */
  z.object({
    type: z.literal('terminal-ended'),
    terminal: terminalName,
    exitCode: z.int(),
    signal: z.int(),
  }),
  /** The machine has run into one of its limits; what runs in it was told by the kernel. */
  z.object({ type: z.literal('pressure'), pressure }),
  z.object({ type: z.literal('check'), lesson: slug, step: slug, state: stepState }),
  /** What the server makes of an answer to a quiz. */
  z.object({ type: z.literal('quiz'), place: quizPlace, ...quizVerdict.shape }),
  z.object({ type: z.literal('xray'), snapshot: xraySnapshot }),
  /** Progress can't be saved now: a sentence. It waits, and the lab goes on. */
  z.object({ type: z.literal('progress-unsaved'), message: z.string() }),
  /** Progress is saved again, all that waited too. */
  z.object({ type: z.literal('progress-saved') }),
  z.object({ type: z.literal('error'), error: errorReport }),
]);
export type ToBrowser = z.infer<typeof toBrowser>;
