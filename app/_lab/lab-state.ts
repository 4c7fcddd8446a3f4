import type { FromBrowser, ToBrowser } from '../../server/protocol/browser.ts';
import type { StepState } from '../../server/protocol/check.ts';
import type { ErrorReport } from '../../server/protocol/errors.ts';
import type { TerminalName } from '../../server/protocol/identifiers.ts';
import type { Lifetime, LinePlace } from '../../server/protocol/lifetime.ts';
import type { Pressure } from '../../server/protocol/pressure.ts';
import type { QuizGiven, QuizVerdict } from '../../server/protocol/quiz.ts';
import type { GoneReason, SandboxState } from '../../server/protocol/sandbox-state.ts';
import type { XraySnapshot } from '../../server/protocol/xray.ts';

/** The page's connection to the lab. */
export type Link =
  /** `attempt` counts from 0, and from 0 again once the lab has answered. */
  | { readonly kind: 'connecting'; readonly attempt: number }
  | { readonly kind: 'open' }
  /** Not connected; the next attempt is made at `retryAt` (this page's clock). */
  | {
      readonly kind: 'lost';
      readonly attempt: number;
      readonly retryAt: number;
      readonly restarting: boolean;
    }
  /** The lab does not talk to this page any more: only a reload helps. */
  | { readonly kind: 'refused' };

export type Machine =
  | { readonly kind: 'making' }
  /** The lab is full: this is the page's place in the line. */
  | { readonly kind: 'waiting'; readonly place: LinePlace; readonly clockOffsetMs: number }
  /** The learner does not want to wait. */
  | { readonly kind: 'left-line' }
  | { readonly kind: 'running'; readonly state: SandboxState; readonly clockOffsetMs: number }
  | { readonly kind: 'gone'; readonly reason: GoneReason }
  | { readonly kind: 'failed'; readonly error: ErrorReport };

export type TerminalState = {
  readonly shell:
    | { readonly kind: 'closed' }
    | { readonly kind: 'opening' }
    | { readonly kind: 'running' }
    /** `null` where the page came too late to be told how. */
    | { readonly kind: 'ended'; readonly exitCode: number | null; readonly signal: number }
    | { readonly kind: 'failed'; readonly error: ErrorReport };
  /** Keys that were pressed while nothing could receive them; shown, then forgotten once they can be. */
  readonly keysDropped: number;
  /** Output that was not kept, where a full-screen program leaves no place to say so. */
  readonly missedBytes: number;
  /** The size it has because another page decides it, when that is not what this page has room for. */
  readonly foreignSize: { readonly columns: number; readonly rows: number } | null;
};

export type OpenCheck = {
  readonly lesson: string;
  readonly step: string;
  /** `null` until the warden has said. */
  readonly state: StepState | null;
};

export type QuizPlace = Extract<FromBrowser, { type: 'answer-quiz' }>['place'];

/** What has become of an answer to a quiz. */
export type QuizReply =
  | { readonly kind: 'asked'; readonly given: QuizGiven }
  | ({ readonly kind: 'judged'; readonly given: QuizGiven } & QuizVerdict);

/** All that the lab's components show. Nothing else is remembered between renders. */
export type LabState = {
  readonly link: Link;
  readonly machine: Machine;
  readonly terminals: Readonly<Record<TerminalName, TerminalState>>;
  readonly check: OpenCheck | null;
  /** By `quizKey`: the answers that were given on this page. */
  readonly quizzes: Readonly<Record<string, QuizReply>>;
  readonly xray: XraySnapshot | null;
  /** The limit that the machine ran into last, until it is dismissed. */
  readonly pressure: Pressure | null;
  /** An error that ends nothing, until something else is done. */
  readonly error: ErrorReport | null;
  /** True while the lab can't save what is done. */
  readonly unsaved: boolean;
};

export type LabEvent =
  | { readonly type: 'link'; readonly link: Link }
  | { readonly type: 'received'; readonly message: ToBrowser; readonly at: number }
  /** The page has asked for a machine. */
  | { readonly type: 'machine-asked' }
  | { readonly type: 'line-left' }
  | { readonly type: 'terminal-asked'; readonly terminal: TerminalName }
  | { readonly type: 'key-dropped'; readonly terminal: TerminalName }
  | { readonly type: 'output-missed'; readonly terminal: TerminalName; readonly bytes: number }
  /** The learner types again, and has seen what the terminal's header said. */
  | { readonly type: 'notices-seen'; readonly terminal: TerminalName }
  | {
      readonly type: 'foreign-size';
      readonly terminal: TerminalName;
      readonly size: TerminalState['foreignSize'];
    }
  | { readonly type: 'step-opened'; readonly lesson: string; readonly step: string }
  | { readonly type: 'step-closed' }
  | { readonly type: 'quiz-asked'; readonly place: QuizPlace; readonly given: QuizGiven }
  | { readonly type: 'pressure-dismissed' }
  | { readonly type: 'error-dismissed' };

const CLOSED: TerminalState = {
  shell: { kind: 'closed' },
  keysDropped: 0,
  missedBytes: 0,
  foreignSize: null,
};
const CLOSED_TERMINALS = { machine: CLOSED, container: CLOSED } as const;

export const INITIAL_LAB_STATE: LabState = {
  link: { kind: 'connecting', attempt: 0 },
  machine: { kind: 'making' },
  terminals: CLOSED_TERMINALS,
  check: null,
  quizzes: {},
  xray: null,
  pressure: null,
  error: null,
  unsaved: false,
};

/** The state after an event. Pure: the same state comes back when nothing changes. */
export function transition(state: LabState, event: LabEvent): LabState {
  switch (event.type) {
    case 'link':
      // A new connection is told anew whether the lab can save.
      return { ...state, link: event.link, unsaved: false, quizzes: withoutAsked(state) };
    case 'received':
      return received(state, event.message, event.at);
    case 'machine-asked':
      return { ...state, machine: { kind: 'making' }, error: null };
    case 'line-left':
      return { ...state, machine: { kind: 'left-line' } };
    case 'terminal-asked':
      return withTerminal(state, event.terminal, { shell: { kind: 'opening' } });
    case 'key-dropped':
      return withTerminal(state, event.terminal, {
        keysDropped: state.terminals[event.terminal].keysDropped + 1,
      });
    case 'output-missed':
      return withTerminal(state, event.terminal, { missedBytes: event.bytes });
    case 'notices-seen':
      return withTerminal(state, event.terminal, { keysDropped: 0, missedBytes: 0 });
    case 'foreign-size':
      return withTerminal(state, event.terminal, { foreignSize: event.size });
    case 'step-opened':
      return { ...state, check: { lesson: event.lesson, step: event.step, state: null } };
    case 'step-closed':
      return { ...state, check: null };
    case 'quiz-asked':
      return withQuiz(state, event.place, { kind: 'asked', given: event.given });
    case 'pressure-dismissed':
      return { ...state, pressure: null };
    case 'error-dismissed':
      return { ...state, error: null };
  }
}

/** Under which a quiz is remembered. */
export function quizKey({ lesson, step, quiz }: QuizPlace): string {
  return `${lesson}/${step}/${quiz}`;
}

/** True while commands can be typed and checks asked. */
export function isLive(state: LabState): boolean {
  return state.link.kind === 'open' && state.machine.kind === 'running';
}

function received(state: LabState, message: ToBrowser, at: number): LabState {
  switch (message.type) {
    case 'machine':
      return {
        ...state,
        machine: {
          kind: 'running',
          state: message.state,
          clockOffsetMs: message.state.life.now - at,
        },
        ...(isSameMachine(state, message.state) ? {} : forgetMachine(state)),
        error: null,
      };
    case 'gone':
      return { ...state, ...forgetMachine(state), machine: machineAfter(state, message.reason) };
    case 'life':
      return withLife(state, message.life, at);
    case 'place':
      return {
        ...state,
        machine: {
          kind: 'waiting',
          place: message.place,
          clockOffsetMs: message.place.now - at,
        },
        error: null,
      };
    case 'terminal':
      return withTerminal(state, message.terminal, {
        shell: message.running ? { kind: 'running' } : { kind: 'ended', exitCode: null, signal: 0 },
        keysDropped: 0,
      });
    case 'terminal-started':
      return withTerminal(state, message.terminal, { shell: { kind: 'running' } });
    case 'terminal-ended':
      return withTerminal(state, message.terminal, {
        shell: { kind: 'ended', exitCode: message.exitCode, signal: message.signal },
      });
    case 'check':
      return isOpenStep(state, message)
        ? {
            ...state,
            check: { lesson: message.lesson, step: message.step, state: message.state },
          }
        : state;
    case 'quiz': {
      const { place, verdict, because } = message;
      const asked = state.quizzes[quizKey(place)];
      if (asked === undefined) return state;
      return withQuiz(state, place, { kind: 'judged', given: asked.given, verdict, because });
    }
    case 'pressure':
      return { ...state, pressure: message.pressure };
    case 'xray':
      return { ...state, xray: message.snapshot };
    case 'progress-unsaved':
      return { ...state, unsaved: true };
    case 'progress-saved':
      return { ...state, unsaved: false };
    case 'error':
      return failed(state, message.error);
    case 'terminal-size':
    case 'terminal-skipped':
    case 'pong':
      return state;
  }
}

/** What an error means depends on what was being waited for: the protocol does not say which request failed. */
function failed(state: LabState, error: ErrorReport): LabState {
  switch (error.code) {
    case 'lab-full':
    case 'too-many-machines':
    case 'too-many-at-once':
    case 'create-failed':
    case 'warden-unreachable':
      return { ...state, ...forgetMachine(state), machine: { kind: 'failed', error } };
    case 'terminal-failed':
    case 'no-such-terminal':
      return {
        ...state,
        terminals: {
          machine: failedIfOpening(state.terminals.machine, error),
          container: failedIfOpening(state.terminals.container, error),
        },
      };
    case 'life-maximum':
    case 'others-wait':
    case 'bad-message':
    case 'no-such-sandbox':
    case 'no-such-lesson':
      return { ...state, error, quizzes: withoutAsked(state) };
  }
}

function withQuiz(state: LabState, place: QuizPlace, reply: QuizReply): LabState {
  return { ...state, quizzes: { ...state.quizzes, [quizKey(place)]: reply } };
}

/** What was asked and will not be answered any more can be asked again. */
function withoutAsked({ quizzes }: LabState): LabState['quizzes'] {
  const judged = Object.entries(quizzes).filter(([, reply]) => reply.kind === 'judged');
  return judged.length === Object.keys(quizzes).length ? quizzes : Object.fromEntries(judged);
}

function failedIfOpening(terminal: TerminalState, error: ErrorReport): TerminalState {
  return terminal.shell.kind === 'opening'
    ? { ...terminal, shell: { kind: 'failed', error } }
    : terminal;
}

function isSameMachine(state: LabState, next: SandboxState): boolean {
  return state.machine.kind === 'running' && state.machine.state.id === next.id;
}

function isOpenStep(state: LabState, message: { lesson: string; step: string }): boolean {
  return state.check?.lesson === message.lesson && state.check.step === message.step;
}

function machineAfter({ machine }: LabState, reason: GoneReason): Machine {
  // The machine that this page has asked to be thrown away is gone, and the next one is on its way.
  if (machine.kind === 'making' && reason === 'reset') return machine;
  // Told again at each reconnect, where it is known already.
  if (machine.kind === 'left-line') return machine;
  if (machine.kind === 'gone' && machine.reason !== 'shutdown') return machine;
  return { kind: 'gone', reason };
}

function withLife(state: LabState, life: Lifetime, at: number): LabState {
  const { machine } = state;
  if (machine.kind !== 'running') return state;
  return {
    ...state,
    machine: { ...machine, state: { ...machine.state, life }, clockOffsetMs: life.now - at },
  };
}

/** What was known of a machine is not true of the next one. */
function forgetMachine(
  state: LabState,
): Pick<LabState, 'terminals' | 'check' | 'xray' | 'pressure'> {
  return {
    pressure: null,
    terminals: CLOSED_TERMINALS,
    check: state.check && { ...state.check, state: null },
    xray: null,
  };
}

function withTerminal(
  state: LabState,
  terminal: TerminalName,
  change: Partial<TerminalState>,
): LabState {
  return {
    ...state,
    terminals: { ...state.terminals, [terminal]: { ...state.terminals[terminal], ...change } },
  };
}
