'use client';

import type { TerminalName } from '../../server/protocol/identifiers.ts';
import type { XraySide } from '../../server/protocol/xray.ts';
import { isLive, type LabState } from '../_lab/lab-state.ts';
import type { LabStore } from '../_lab/store.ts';
import { isExtra } from '../_lab/tabs.ts';
import { terminalIn } from '../_lab/terminals-state.ts';
import { useLab } from '../_lab/use-lab.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Icon } from '../_ui/Icon.tsx';
import { byteText } from './byte-text.ts';
import { HeaderTools } from './HeaderTools.tsx';
import type { Title } from './title.ts';
import type { PageTerminal } from './use-xterm.ts';

type TerminalHeaderProps = {
  readonly name: TerminalName;
  readonly title: Title;
  readonly store: LabStore;
  readonly terminal: PageTerminal | undefined;
};

/** Who this terminal is, beside its tab: hostname and pid as the kernel says now, and its connection if that is not well. */
export function TerminalHeader({ name, title, store, terminal }: TerminalHeaderProps) {
  const { live } = useText();
  const side = useLab(store, (lab) => sideOf(lab, name));
  const trouble = useLab(store, (lab) => troubleOf(lab, name));
  const missedBytes = useLab(store, (lab) => terminalIn(lab.terminals, name).missedBytes);
  const foreignSize = useLab(store, (lab) => terminalIn(lab.terminals, name).foreignSize);
  return (
    <header className="terminal-header">
      {side && <Identity side={side} />}
      {isExtra(name) && <Where name={name} store={store} />}
      {trouble ? (
        <span
          role={trouble.bad ? 'alert' : undefined}
          title={trouble.text === 'foreignSize' ? live.terminal.foreignSizeHint : undefined}
          className={`terminal-trouble ${trouble.bad ? 'text-warn' : 'text-ink-3'}`}
        >
          {trouble.bad && <Icon name="warning" />}
          <span className="truncate">
            {fill(live.terminal[trouble.text], {
              amount: byteText(missedBytes),
              columns: foreignSize?.columns ?? 0,
              rows: foreignSize?.rows ?? 0,
            })}
          </span>
        </span>
      ) : (
        <span className="terminal-leave">{live.terminal.leave}</span>
      )}
      <HeaderTools name={name} title={title} terminal={terminal} />
    </header>
  );
}

function Identity({ side }: { side: XraySide }) {
  const { live } = useText();
  const [machine, ...inside] = side.pids.slice(1);
  return (
    <span className="flex min-w-0 gap-3 font-mono text-12 text-ink-2">
      {side.hostname !== null && <span className="truncate">{side.hostname}</span>}
      {machine !== undefined && (
        <span
          className="whitespace-nowrap"
          title={fill(live.terminal.pidTitle, { command: side.command })}
        >
          {inside.length === 0
            ? fill(live.terminal.pid, { pid: machine })
            : fill(live.terminal.pidInside, { machine, inside: inside.join(' → ') })}
        </span>
      )}
    </span>
  );
}

/** The X-ray has the lesson's two side by side, and all others. */
function sideOf({ xray }: LabState, name: TerminalName): XraySide | null {
  if (xray === null) return null;
  if (name === 'machine' || name === 'container') return xray[name];
  return xray.others[name] ?? null;
}

/** Its device, and the container that it was opened in. */
function Where({ name, store }: { name: TerminalName; store: LabStore }) {
  const { live } = useText();
  const inside = useLab(store, (lab) => terminalIn(lab.terminals, name).inside);
  const place = inside && (inside.hostname || inside.command);
  return (
    <span className="terminal-where">
      <span className="font-mono">/dev/{name}</span>
      {place !== null && <span className="truncate">{fill(live.tabs.openedIn, { place })}</span>}
    </span>
  );
}

type Trouble = {
  readonly text:
    | 'opening'
    | 'ended'
    | 'failed'
    | 'notConnected'
    | 'keysDropped'
    | 'keysLost'
    | 'missedHere'
    | 'foreignSize';
  readonly bad: boolean;
};

const TROUBLES = {
  opening: { text: 'opening', bad: false },
  ended: { text: 'ended', bad: false },
  failed: { text: 'failed', bad: true },
  notConnected: { text: 'notConnected', bad: false },
  keysDropped: { text: 'keysDropped', bad: true },
  keysLost: { text: 'keysLost', bad: true },
  missedHere: { text: 'missedHere', bad: true },
  foreignSize: { text: 'foreignSize', bad: false },
} as const satisfies Record<string, Trouble>;

/** What stands between the learner's keys and the shell; `null` when nothing does. */
function troubleOf(lab: LabState, name: TerminalName): Trouble | null {
  const { shell, keysDropped, missedBytes, foreignSize } = terminalIn(lab.terminals, name);
  const isRunning = isLive(lab) && shell.kind === 'running';
  if (keysDropped > 0) return isRunning ? TROUBLES.keysLost : TROUBLES.keysDropped;
  if (isRunning && missedBytes > 0) return TROUBLES.missedHere;
  if (isRunning && foreignSize !== null) return TROUBLES.foreignSize;
  if (isBeginning(lab)) return TROUBLES.opening;
  if (!isLive(lab)) return TROUBLES.notConnected;
  switch (shell.kind) {
    case 'running':
      return null;
    case 'closed':
    case 'opening':
      return TROUBLES.opening;
    case 'ended':
    case 'failed':
      return TROUBLES[shell.kind];
  }
}

/** The page has just been opened, or asked for a machine: nothing is wrong yet. */
function isBeginning({ link, machine }: LabState): boolean {
  if (link.kind === 'connecting') return link.attempt === 0;
  return link.kind === 'open' && machine.kind === 'making';
}
