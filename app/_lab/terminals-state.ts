import type { ToBrowser } from '../../server/protocol/browser.ts';
import type { ErrorReport } from '../../server/protocol/errors.ts';
import {
  type ExtraTerminal,
  type LessonTerminal,
  TERMINALS,
  type TerminalName,
} from '../../server/protocol/identifiers.ts';
import type { ContainerPlace, OpenTerminal } from '../../server/protocol/terminals.ts';

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
  /** Which opening of its name it is; 0 until the lab has said. */
  readonly serial: number;
  /** The container that it was opened in; `null` for the machine. */
  readonly inside: ContainerPlace | null;
  /** It has printed while it was not shown. */
  readonly unseen: boolean;
};

/** The lesson's two always, the others while they are open in the machine. */
export type TerminalStates = Readonly<
  Record<LessonTerminal, TerminalState> & Partial<Record<ExtraTerminal, TerminalState>>
>;

/** What has become of the new terminal that this page has asked for last. */
export type NewTerminal =
  | { readonly kind: 'none' }
  | { readonly kind: 'asked' }
  | { readonly kind: 'made'; readonly terminal: TerminalName; readonly serial: number }
  | { readonly kind: 'refused'; readonly error: ErrorReport };

const CLOSED: TerminalState = {
  shell: { kind: 'closed' },
  keysDropped: 0,
  missedBytes: 0,
  foreignSize: null,
  serial: 0,
  inside: null,
  unseen: false,
};

export const CLOSED_TERMINALS: TerminalStates = { machine: CLOSED, container: CLOSED };

/** The state of a terminal; one that is not there is closed. */
export function terminalIn(terminals: TerminalStates, name: TerminalName): TerminalState {
  return terminals[name] ?? CLOSED;
}

/** Those that are there, by their numbers. */
export function namesOf(terminals: TerminalStates): TerminalName[] {
  return TERMINALS.filter((name) => terminals[name] !== undefined);
}

/** With a change of one that is there. */
export function withTerminal(
  terminals: TerminalStates,
  name: TerminalName,
  change: Partial<TerminalState>,
): TerminalStates {
  const before = terminals[name];
  return before === undefined ? terminals : { ...terminals, [name]: { ...before, ...change } };
}

/** Without one that a learner had opened. */
export function withoutTerminal(terminals: TerminalStates, name: TerminalName): TerminalStates {
  const { machine, container, [name]: _, ...others } = terminals;
  return { machine, container, ...others };
}

/** Each with no shell, because there is no machine: which they were, and where, stays. */
export function allClosed(terminals: TerminalStates): TerminalStates {
  return namesOf(terminals).reduce((all, name) => {
    const { serial, inside, unseen } = terminalIn(terminals, name);
    return withTerminal(all, name, { ...CLOSED, serial, inside, unseen });
  }, terminals);
}

/** What the lab says of one terminal. */
export function afterNews(
  terminals: TerminalStates,
  message: Extract<
    ToBrowser,
    { type: 'terminal' | 'terminal-started' | 'terminal-ended' | 'terminal-failed' }
  >,
): TerminalStates {
  const { terminal } = message;
  switch (message.type) {
    case 'terminal':
      return withTerminal(terminals, terminal, {
        shell: message.running ? { kind: 'running' } : { kind: 'ended', exitCode: null, signal: 0 },
        serial: message.serial,
        keysDropped: 0,
      });
    case 'terminal-started':
      return withTerminal(terminals, terminal, { shell: { kind: 'running' } });
    case 'terminal-ended': {
      const { exitCode, signal } = message;
      return withTerminal(terminals, terminal, { shell: { kind: 'ended', exitCode, signal } });
    }
    case 'terminal-failed':
      return withTerminal(terminals, terminal, { shell: { kind: 'failed', error: message.error } });
  }
}

/** Those that are open now, as the lab says. One whose name is used again is another. */
export function afterList(
  terminals: TerminalStates,
  open: readonly OpenTerminal[],
): TerminalStates {
  const listed = open.map(({ terminal, serial, inside, running }) => {
    const before = terminals[terminal];
    const isSame = before !== undefined && (before.serial === serial || before.serial === 0);
    const known = isSame ? before : CLOSED;
    // Another page may have started a new shell, which only the list says.
    const isBack = running && known.shell.kind === 'ended';
    const shell: TerminalState['shell'] = isBack ? { kind: 'running' } : known.shell;
    return [terminal, { ...known, serial, inside, shell }] as const;
  });
  const { machine, container } = terminals;
  return { machine, container, ...Object.fromEntries(listed) };
}

/** Those that are being opened can't be: the lab does not say which of them it means. */
export function failOpening(terminals: TerminalStates, error: ErrorReport): TerminalStates {
  return namesOf(terminals)
    .filter((name) => terminals[name]?.shell.kind === 'opening')
    .reduce(
      (all, name) => withTerminal(all, name, { shell: { kind: 'failed', error } }),
      terminals,
    );
}

/** These are on the page now: what they have printed is seen. */
export function seen(terminals: TerminalStates, names: readonly TerminalName[]): TerminalStates {
  return names
    .filter((name) => terminals[name]?.unseen)
    .reduce((all, name) => withTerminal(all, name, { unseen: false }), terminals);
}
