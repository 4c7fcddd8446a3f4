import { setTimeout as wait } from 'node:timers/promises';
import type { z } from 'zod';
import { PROTOCOL_VERSION } from '../protocol/browser.ts';
import type { ErrorReport } from '../protocol/errors.ts';
import { type LessonTerminal, lessonTerminal, type TerminalName } from '../protocol/identifiers.ts';
import { WARDEN_REQUESTS, type WardenReply, type WardenRequestName } from '../protocol/warden.ts';
import type { Sandbox } from './sandbox.ts';
import { PAGE_LIMITS, RESET_AFTER_MS } from './sandbox-limits.ts';
import type { Session } from './session.ts';
import type { Watch } from './watch.ts';

/** A link begins in `greeting`; `hello` opens it. */
export type Phase = 'greeting' | 'open';

/** An answer, and what is to happen once it has been sent; or a refusal that a page can show. */
type Outcome<Reply> =
  | { readonly reply: Reply; readonly after?: () => void }
  | { readonly refused: ErrorReport };

/** What a row makes of a body: an outcome, or nothing when the body is not what the row's schema says. */
export type Answer = Outcome<unknown> | undefined;

/** One row of the table. */
export type Row = {
  readonly phase: Phase;
  readonly answer: (session: Session, body: unknown) => Answer | Promise<Answer>;
};

/**
 * THE TABLE: every request that web may make of root. What is not here, or comes in another phase than
 * its row says, or does not parse, ends the link (`dispatch.ts`). Web may be in an attacker's hands:
 * each row says why it is safe even then.
 */
export const REQUESTS = {
  // Safe: does nothing but open the link; a second one is out of phase.
  hello: row('greeting', WARDEN_REQUESTS.hello, (session, { version, port }) => {
    if (version !== PROTOCOL_VERSION) {
      return refused(
        'bad-message',
        `Web speaks version ${version}, the warden ${PROTOCOL_VERSION}.`,
      );
    }
    session.listening(port);
    return { reply: {} };
  }),

  // Safe: what a sandbox is made of is fixed by the warden, but for optional parts that every learner may
  // have; their number is bounded, and an owner is a hash whose secret only the owner's browser has.
  // How many wait in the line is bounded, too.
  hold: row(
    'open',
    WARDEN_REQUESTS.hold,
    async (session, { owner, needs, make }): Promise<Outcome<WardenReply<'hold'>>> => {
      if (!make && !session.registry.has(owner)) {
        return { reply: { kind: 'none', last: session.registry.farewellOf(owner) } };
      }
      for (;;) {
        const held = await session.reception.hold(owner, needs);
        if (held.ok === 'waits') return waits(session, owner);
        if (!held.ok) return { refused: held.error };
        const { sandbox, fresh } = held;
        // It may have gone between its making and now; then there is nothing to tell a page but a new one.
        if (sandbox.closed) continue;
        if (session.ended || session.countHolds(sandbox) >= PAGE_LIMITS.holds) {
          session.registry.release(sandbox);
          return refused(
            'lab-full',
            `${PAGE_LIMITS.holds} pages are open on this machine already.`,
          );
        }
        return {
          reply: {
            kind: 'held',
            hold: session.hold(sandbox),
            state: sandbox.state(fresh),
            terminals: sandbox.terminals,
          },
        };
      }
    },
  ),

  // Safe: gives up something of one's own. It may be gone already: a removal and a release can cross.
  release: row('open', WARDEN_REQUESTS.release, (session, { hold }) => {
    session.release(hold);
    return { reply: {} };
  }),

  // Safe: as `release`.
  leave: row('open', WARDEN_REQUESTS.leave, (session, { wait, forGood }) => {
    session.leaveLine(wait, forGood);
    return { reply: {} };
  }),

  // Safe: a time stamp of a sandbox that this web holds. Its life has an end all the same.
  use: row('open', WARDEN_REQUESTS.use, (session, { sandbox }) => {
    session.heldSandbox(sandbox)?.life?.use();
    return { reply: {} };
  }),

  // Safe: lengthens the life of a sandbox that this web holds, no further than the operator allows.
  extend: row('open', WARDEN_REQUESTS.extend, (session, { sandbox }) => {
    const life = session.heldSandbox(sandbox)?.life;
    if (life === undefined) return noSuchSandbox();
    const error = life.extend();
    return error === undefined ? { reply: {} } : { refused: error };
  }),

  // Safe: removes what its owner's browser could remove, and only the warden's own record says what that is;
  // at a pace that neither keeps the warden busy nor floods its log.
  reset: row('open', WARDEN_REQUESTS.reset, async (session, { owner }) => {
    const ageMs = session.registry.sandboxOf(owner)?.ageMs ?? RESET_AFTER_MS;
    if (ageMs < RESET_AFTER_MS) await wait(RESET_AFTER_MS - Math.max(0, ageMs));
    await session.registry.reset(owner);
    return { reply: {} };
  }),

  // Safe: only into a sandbox that this web holds; program, environment and cgroup are fixed by the warden.
  // A page's place in its input stream is its own: it can lose keys by it, or have none taken, no more.
  attach: row('open', WARDEN_REQUESTS.attach, (session, body) => {
    const sandbox = session.heldSandbox(body.sandbox);
    if (sandbox === undefined) return noSuchSandbox();
    const name = body.terminal;
    const opened = attempt(() =>
      isLessons(name) ? sandbox.openLessonTerminal(name, sizeOf(body)) : sandbox.opening(name),
    );
    if (!opened.ok) return terminalFailed(opened.problem);
    if (opened.value === undefined) return noSuchTerminal(name);
    const { terminal, serial } = opened.value;
    if (terminal.attachments >= PAGE_LIMITS.attachments) {
      return terminalFailed(`${PAGE_LIMITS.attachments} pages look at it already.`);
    }
    const channel = session.nextNumber();
    const { attachment, answer, needsRedraw } = terminal.attach(
      {
        // What the page has of an older opening is not this one's.
        from: body.serial === serial ? body.from : 0,
        size: sizeOf(body),
        used: body.used,
        input: body.input,
      },
      session.tellsOf(channel),
    );
    session.attachments.set(channel, { sandbox, terminal, attachment });
    return {
      reply: { channel, serial, ...answer },
      // Output before the reply would come on a channel that nobody knows.
      after: () => terminal.send(attachment, needsRedraw),
    };
  }),

  // Safe: gives up something of one's own.
  detach: row('open', WARDEN_REQUESTS.detach, (session, { channel }) => {
    session.detach(channel);
    return { reply: {} };
  }),

  // Safe: sizes are bounded by the schema; the terminal is one that this web is attached to.
  resize: row('open', WARDEN_REQUESTS.resize, (session, body) => {
    const attached = session.attachments.get(body.channel);
    attached?.terminal.resize(attached.attachment, sizeOf(body));
    return { reply: {} };
  }),

  // Safe: as `attach`; at most one shell runs in a terminal, so asking again and again starts none.
  restart: row('open', WARDEN_REQUESTS.restart, async (session, body) => {
    const sandbox = session.heldSandbox(body.sandbox);
    if (sandbox === undefined) return noSuchSandbox();
    const opening = sandbox.opening(body.terminal);
    if (opening === undefined) return noSuchTerminal(body.terminal);
    if (opening.inside !== undefined && isBusy(sandbox)) return busy();
    sandbox.life?.use();
    const restarted = await attemptLater(() => sandbox.restartTerminal(opening));
    if (!restarted.ok) return terminalFailed(restarted.problem);
    if (restarted.value === 'no-such-container') return noSuchContainer();
    // Told even when there was one already: who asked may have missed it.
    return { reply: {}, after: () => session.terminalStarted(sandbox, opening) };
  }),

  // Safe: as `attach`, and no more than there are numbers. What is run in a container is run by the machine's
  // own root with the machine's own tools, `box exec` or `nsenter`, from within: it can do nothing that
  // the learner could not type. Web chooses no word of it but a pid, which is held against the kernel first.
  open: row('open', WARDEN_REQUESTS.open, async (session, body) => {
    const sandbox = session.heldSandbox(body.sandbox);
    if (sandbox === undefined) return noSuchSandbox();
    if (isBusy(sandbox)) return busy();
    sandbox.life?.use();
    const opened = await attemptLater(() => sandbox.openExtraTerminal(body.inside, sizeOf(body)));
    if (!opened.ok) return terminalFailed(opened.problem);
    if (opened.value === 'no-such-container') return noSuchContainer();
    if (opened.value === 'too-many-terminals') return tooManyTerminals();
    const { name: terminal, serial } = opened.value;
    return { reply: { terminal, serial } };
  }),

  // Safe: ends what its owner opened; the lesson's two are not in its schema. The serial keeps a late request
  // from ending another terminal than the one that was meant.
  close: row('open', WARDEN_REQUESTS.close, (session, body) => {
    const sandbox = session.heldSandbox(body.sandbox);
    if (sandbox === undefined) return noSuchSandbox();
    sandbox.closeTerminal(body.terminal, body.serial);
    return { reply: {} };
  }),

  // Safe: as `compute`: reads only, one look at a time. Names from the machine are bounded and cleaned.
  containers: row('open', WARDEN_REQUESTS.containers, async (session, body) => {
    const sandbox = session.heldSandbox(body.sandbox);
    if (sandbox === undefined) return noSuchSandbox();
    if (isBusy(sandbox)) return busy();
    const read = await attemptLater(() => sandbox.containers());
    return read.ok ? { reply: { containers: read.value } } : notAsked(read.problem);
  }),

  // Safe: looks at a pace of the warden's own, one for all watches; checks are data. A file is read as a
  // process of the sandbox sees it, and a probe does what the learner could type, within the same limits.
  watch: row('open', WARDEN_REQUESTS.watch, (session, body) => {
    const sandbox = session.heldSandbox(body.sandbox);
    if (sandbox === undefined) return noSuchSandbox();
    if (sandbox.watcher.watches >= PAGE_LIMITS.watches) {
      return refused('bad-message', `${PAGE_LIMITS.watches} watches are on this machine already.`);
    }
    const number = session.nextNumber();
    const watch: Watch = {
      key: body.key,
      checks: body.checks,
      xray: body.xray,
      tellCheck: (state) => session.voice.send({ type: 'check', watch: number, state }),
      tellXray: (snapshot) => session.voice.send({ type: 'xray', watch: number, snapshot }),
    };
    session.watches.set(number, { sandbox, watch });
    return { reply: { watch: number }, after: () => sandbox.watcher.add(watch) };
  }),

  // Safe: gives up something of one's own.
  unwatch: row('open', WARDEN_REQUESTS.unwatch, (session, { watch }) => {
    session.unwatch(watch);
    return { reply: {} };
  }),

  // Safe: as `watch`; looks never overlap, so asking often only makes one look follow the other.
  look: row('open', WARDEN_REQUESTS.look, (session, { watch }) => {
    const watched = session.watches.get(watch);
    watched?.sandbox.life?.use();
    watched?.sandbox.watcher.look(watched.watch);
    return { reply: {} };
  }),

  // Safe: reads only; questions are data, one at a time asks the kernel, and no more may wait than pages
  // could have a hand in.
  compute: row('open', WARDEN_REQUESTS.compute, async (session, { sandbox: id, question }) => {
    const sandbox = session.heldSandbox(id);
    if (sandbox === undefined) return noSuchSandbox();
    if (isBusy(sandbox)) return busy();
    const computed = await attemptLater(() => sandbox.compute(question));
    return computed.ok ? { reply: { texts: [...computed.value] } } : notAsked(computed.problem);
  }),
} as const satisfies Record<WardenRequestName, Row>;

/** Ties a handler to its schema: it sees nothing that did not parse. */
function row<Body, Reply>(
  phase: Phase,
  schemas: { readonly request: z.ZodType<Body>; readonly reply: z.ZodType<Reply> },
  handle: (session: Session, body: Body) => Outcome<Reply> | Promise<Outcome<Reply>>,
): Row {
  return {
    phase,
    answer: (session, body) => {
      const parsed = schemas.request.safeParse(body);
      return parsed.success ? handle(session, parsed.data) : undefined;
    },
  };
}

/** The owner has a place in the line; the page is there as soon as it knows. */
function waits(session: Session, owner: string): Outcome<WardenReply<'hold'>> {
  const place = session.reception.placeOf(owner);
  if (place === undefined || session.countWaits(owner) >= PAGE_LIMITS.holds) {
    return refused('lab-full', `${PAGE_LIMITS.holds} pages wait for this machine already.`);
  }
  const wait = session.nextNumber();
  return {
    reply: { kind: 'waits', wait, place },
    // A turn that came before the reply would be nobody's.
    after: () => session.beginWaiting(wait, owner),
  };
}

const sizeOf = ({ columns, rows }: { columns: number; rows: number }) => ({ columns, rows });

const isBusy = (sandbox: Sandbox) => sandbox.computations >= PAGE_LIMITS.computations;

function isLessons(name: TerminalName): name is LessonTerminal {
  return lessonTerminal.safeParse(name).success;
}

type Attempted<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string };

function attempt<T>(action: () => T): Attempted<T> {
  try {
    return { ok: true, value: action() };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

async function attemptLater<T>(action: () => Promise<T>): Promise<Attempted<T>> {
  try {
    return { ok: true, value: await action() };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

const problemOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function refused(code: ErrorReport['code'], message: string, hint = ''): Outcome<never> {
  return { refused: { code, message, hint } };
}

const noSuchSandbox = () =>
  refused('no-such-sandbox', 'The machine is gone, or this page is not on it.', 'Start a new one.');

const noSuchTerminal = (name: TerminalName) =>
  refused('no-such-terminal', `The terminal ${name} is not open.`);

const noSuchContainer = () =>
  refused('no-such-container', 'The kernel shows no such container: it has ended.');

const tooManyTerminals = () =>
  refused('too-many-terminals', 'Every terminal of the machine is open.', 'Close one.');

const busy = () =>
  refused('bad-message', `${PAGE_LIMITS.computations} questions are being answered.`);

const notAsked = (problem: string) =>
  refused('no-such-sandbox', `The kernel could not be asked: ${problem}`);

const terminalFailed = (problem: string) =>
  refused(
    'terminal-failed',
    `The terminal could not be opened: ${problem}`,
    'The machine may have too many processes: end some, or reset it.',
  );
