import * as z from 'zod';
import { checkQuestions, stepState } from './check.ts';
import { errorReport } from './errors.ts';
import {
  byteOffset,
  channel,
  columns,
  extraTerminal,
  ownerId,
  rows,
  sandboxId,
  terminalName,
  terminalSerial,
} from './identifiers.ts';
import { lifetime, linePlace } from './lifetime.ts';
import { sandboxNeeds } from './needs.ts';
import { pressure } from './pressure.ts';
import { computedAnswer } from './quiz.ts';
import { goneReason, sandboxState } from './sandbox-state.ts';
import { attached, inputPosition, sizeNews, skipNews } from './terminal.ts';
import { containerPlaces, openTerminals } from './terminals.ts';
import { xraySnapshot } from './xray.ts';

/**
 * The line between web and the warden: a socketpair that web inherits as file descriptor 3.
 *
 * Packets: 4 bytes length of the rest (big-endian), 1 byte kind (0 JSON, 1 terminal frame), the rest.
 * Requests carry a number that their reply repeats; events carry none. A request that is not in this
 * table, does not parse, or comes in the wrong phase ends the link: web is then started anew.
 */
export const WARDEN_LINK_FD = 3;
export const WARDEN_PACKET_BYTES_MAX = 1024 * 1024;

/** Exit code by which web says: as I am set up I can't work, and my last line says why. */
export const WEB_EXIT_HOPELESS = 78;

const none = z.strictObject({});

/** Every request web may make: what it says, and what it gets. */
export const WARDEN_REQUESTS = {
  /** First of all, once, when pages can connect: the port is the one that web listens on. */
  hello: {
    request: z.strictObject({ version: z.int(), port: z.int().min(1).max(65535) }),
    reply: none,
  },
  /**
   * The owner's sandbox for one more page. If there is none and one is to be made, it has these optional parts,
   * or when the lab is full, the owner gets a place in the line: events `place`, and `turn` when the sandbox is
   * there to be held. If none is to be made: why the last one is no more.
   */
  hold: {
    request: z.strictObject({ owner: ownerId, needs: sandboxNeeds, make: z.boolean() }),
    reply: z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('held'),
        hold: z.int(),
        state: sandboxState,
        terminals: openTerminals,
      }),
      z.object({ kind: z.literal('waits'), wait: z.int(), place: linePlace }),
      z.object({ kind: z.literal('none'), last: goneReason }),
    ]),
  },
  /** A page is gone. A sandbox that no page holds is kept for a shorter time. */
  release: { request: z.strictObject({ hold: z.int() }), reply: none },
  /** A page waits no more. After the owner's last the place is kept for a while, or `forGood` given up. */
  leave: { request: z.strictObject({ wait: z.int(), forGood: z.boolean() }), reply: none },
  /** Somebody uses the sandbox in other ways than by its terminals: reads its lesson, answers, says so. */
  use: { request: z.strictObject({ sandbox: sandboxId }), reply: none },
  /** Let the sandbox live longer. All pages on it hear `life`. */
  extend: { request: z.strictObject({ sandbox: sandboxId }), reply: none },
  /** Remove the owner's sandbox. Holds on it end with a `gone` event; hold again for a fresh one. */
  reset: { request: z.strictObject({ owner: ownerId }), reply: none },
  /**
   * Attach to a terminal of a sandbox; output comes as frames on the channel. One of the lesson's two is
   * opened when it is not open. `from` counts in the opening `serial`, and is nothing in another.
   */
  attach: {
    request: z.strictObject({
      sandbox: sandboxId,
      terminal: terminalName,
      serial: terminalSerial.or(z.literal(0)),
      columns,
      rows,
      from: byteOffset,
      used: z.boolean(),
      input: inputPosition,
    }),
    reply: attached.extend({ serial: terminalSerial }),
  },
  detach: { request: z.strictObject({ channel }), reply: none },
  resize: { request: z.strictObject({ channel, columns, rows }), reply: none },
  /** A new shell for a terminal whose shell has ended. Attachments stay and see the new shell. */
  restart: {
    request: z.strictObject({ sandbox: sandboxId, terminal: terminalName }),
    reply: none,
  },
  /** One more terminal, on the lowest free number, in the machine or where a process of this pid is. */
  open: {
    request: z.strictObject({
      sandbox: sandboxId,
      inside: z.int().min(1).nullable(),
      columns,
      rows,
    }),
    reply: z.object({ terminal: extraTerminal, serial: terminalSerial }),
  },
  /** End a terminal and its shell. Attachments end with it. Its number is free when the event says so. */
  close: {
    request: z.strictObject({
      sandbox: sandboxId,
      terminal: extraTerminal,
      serial: terminalSerial,
    }),
    reply: none,
  },
  /** The containers in a sandbox, as the kernel has them now. */
  containers: {
    request: z.strictObject({ sandbox: sandboxId }),
    reply: z.object({ containers: containerPlaces }),
  },
  /** Look at a sandbox until `unwatch`: events `check` (if checks are given) and `xray` (if asked). */
  watch: {
    request: z.strictObject({
      sandbox: sandboxId,
      /** Names what was seen so far (sequences, done) across pages and reloads: lesson and step. */
      key: z.string().max(100),
      checks: checkQuestions.optional(),
      xray: z.boolean(),
    }),
    reply: z.object({ watch: z.int() }),
  },
  unwatch: { request: z.strictObject({ watch: z.int() }), reply: none },
  /** Evaluate a watch now and send its events, changed or not. */
  look: { request: z.strictObject({ watch: z.int() }), reply: none },
  /** What the kernel says is the answer of a computed question: each of these is right; none, if there is none yet. */
  compute: {
    request: z.strictObject({ sandbox: sandboxId, question: computedAnswer }),
    reply: z.object({ texts: z.array(z.string().max(100)).max(64) }),
  },
} as const satisfies Record<string, { request: z.ZodType; reply: z.ZodType }>;

export type WardenRequestName = keyof typeof WARDEN_REQUESTS;
export type WardenRequest<N extends WardenRequestName> = z.infer<
  (typeof WARDEN_REQUESTS)[N]['request']
>;
export type WardenReply<N extends WardenRequestName> = z.infer<
  (typeof WARDEN_REQUESTS)[N]['reply']
>;

/** What web sends as JSON. `body` is parsed by the row of the table. */
export const toWarden = z.strictObject({
  id: z.int().min(1),
  name: z.string().max(32),
  body: z.unknown(),
});

/** What the warden sends as JSON. */
export const fromWarden = z.discriminatedUnion('type', [
  z.object({ type: z.literal('reply'), id: z.int(), body: z.unknown() }),
  z.object({ type: z.literal('refused'), id: z.int(), error: errorReport }),
  /** A sandbox that this web holds, or has held, is no more. */
  z.object({ type: z.literal('gone'), sandbox: sandboxId, reason: goneReason }),
  z.object({ type: z.literal('life'), sandbox: sandboxId, life: lifetime }),
  z.object({ type: z.literal('place'), wait: z.int(), place: linePlace }),
  /** The wait is over: the owner's sandbox is being made, and kept for a moment until it is held. */
  z.object({ type: z.literal('turn'), wait: z.int() }),
  z.object({
    type: z.literal('terminal-ended'),
    sandbox: sandboxId,
    terminal: terminalName,
    exitCode: z.int(),
    signal: z.int(),
  }),
  /** A new shell was started in a terminal whose shell had ended. */
  z.object({
    type: z.literal('terminal-started'),
    sandbox: sandboxId,
    terminal: terminalName,
    serial: terminalSerial,
    shell: z.int().min(1),
  }),
  sizeNews,
  skipNews,
  /** The terminals that are open have changed, or a shell in them has begun or ended. */
  z.object({ type: z.literal('terminals'), sandbox: sandboxId, terminals: openTerminals }),
  /** The sandbox has run into one of its limits. */
  z.object({ type: z.literal('pressure'), sandbox: sandboxId, pressure }),
  z.object({ type: z.literal('check'), watch: z.int(), state: stepState }),
  z.object({ type: z.literal('xray'), watch: z.int(), snapshot: xraySnapshot }),
]);
export type FromWarden = z.infer<typeof fromWarden>;
