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
import { lifetime, linePlace } from './lifetime.ts';
import { pressure } from './pressure.ts';
import { quizGiven, quizPlace, quizVerdict } from './quiz.ts';
import { goneReason, sandboxState } from './sandbox-state.ts';
import { attached, inputPosition, sizeNews, skipNews } from './terminal.ts';
import { containerPlaces, openTerminals } from './terminals.ts';
import { xraySnapshot } from './xray.ts';

/**
 * The line between a page and web: JSON text messages as below, terminal bytes as frames (`frame.ts`).
 * A page opens one WebSocket at `WEBSOCKET_PATH`, says `hello`, and is told its machine. Everything
 * the page shows arrives as an event; a page that reconnects says `hello` again and attaches again: each
 * terminal goes on at the byte its output had come to, and the page sends again what the terminal has not
 * taken of its input (`terminal.ts`).
 */
export const PROTOCOL_VERSION = 5;
export const WEBSOCKET_PATH = '/live';

/** Close codes of the WebSocket (RFC 6455 gives 4000-4999 to applications). */
export const CLOSE_CODES = {
  /** The page broke the protocol; a newer page may not. It should reload. */
  protocol: 4400,
  /** The page speaks another version: reload it. */
  version: 4426,
  /** As many pages are open as one address, or all together, may have: try again when some are closed. */
  crowded: 4429,
  /** The lab is stopping or restarting: try again. */
  restarting: 4503,
} as const;

export const fromBrowser = z.discriminatedUnion('type', [
  /**
   * First message: who I am, and the lesson I show. Answered by `machine`, `place` or `error`. If there is no
   * machine yet, one is made with what the lesson needs; one that is there stays as it is. With `start: false`
   * none is made: who has lost a machine is told so by `gone`.
   */
  z.strictObject({
    type: z.literal('hello'),
    version: z.int(),
    secret: ownerSecret,
    lesson: slug,
    start: z.boolean().optional(),
  }),
  /** Throw my machine away and give me a fresh one. Answered by `gone` and `machine`. */
  z.strictObject({ type: z.literal('reset') }),
  /** Give me a machine again after `gone`. Answered by `machine`, or by `place` when the lab is full. */
  z.strictObject({ type: z.literal('start') }),
  /** I do not want to wait for a machine any longer. */
  z.strictObject({ type: z.literal('leave-line') }),
  /** Let my machine live longer. Answered by `life` or `error`. */
  z.strictObject({ type: z.literal('extend') }),
  /** I have been told that nobody uses my machine, but I am here. */
  z.strictObject({ type: z.literal('still-here') }),
  /**
   * Attach to a terminal; one of the lesson's two is opened when it is not open. `from`: bytes already on
   * the screen of the opening `serial`; both are 0 for none. `used`: somebody looks at this page, so the
   * terminal takes its size. Answered by `terminal`.
   */
  z.strictObject({
    type: z.literal('open-terminal'),
    terminal: terminalName,
    serial: terminalSerial.or(z.literal(0)),
    columns,
    rows,
    from: byteOffset,
    used: z.boolean(),
    input: inputPosition,
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
  /** The page is used, and has this size. Answered by `terminal-size` if that is news. */
  z.strictObject({ type: z.literal('resize-terminal'), channel, columns, rows }),
  /** The shell has ended: start a new one in the same terminal. All its pages are told `terminal-started`. */
  z.strictObject({ type: z.literal('restart-terminal'), terminal: terminalName }),
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
  /** Is anybody there? Browsers do not show a page the pings of the WebSocket itself. Answered by `pong`. */
  z.strictObject({ type: z.literal('ping') }),
]);
export type FromBrowser = z.infer<typeof fromBrowser>;

export const toBrowser = z.discriminatedUnion('type', [
  z.object({ type: z.literal('machine'), state: sandboxState, terminals: openTerminals }),
  z.object({ type: z.literal('gone'), reason: goneReason }),
  /** The machine's end, or what can be done about it, is another one. */
  z.object({ type: z.literal('life'), life: lifetime }),
  /** The lab is full: where this page stands in the line. Comes again when that changes, and `machine` in the end. */
  z.object({ type: z.literal('place'), place: linePlace }),
  /** The terminal answers on this channel; output starts at byte `offset` (later than asked if forgotten). */
  z.object({
    type: z.literal('terminal'),
    terminal: terminalName,
    serial: terminalSerial,
    ...attached.shape,
  }),
  sizeNews,
  skipNews,
  /** A terminal has a shell again. */
  z.object({
    type: z.literal('terminal-started'),
    terminal: terminalName,
    serial: terminalSerial,
    shell: z.int().min(1),
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
  z.object({ type: z.literal('pong') }),
]);
export type ToBrowser = z.infer<typeof toBrowser>;
