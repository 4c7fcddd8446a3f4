'use client';

import '@xterm/xterm/css/xterm.css';
import './terminal.css';
import './terminal-tools.css';
import { useRef } from 'react';
import type { TerminalName } from '../../server/protocol/identifiers.ts';
import type { LabSession } from '../_lab/session.ts';
import { useLab } from '../_lab/use-lab.ts';
import { fill, useText } from '../_messages/text.tsx';
import { EndedBar } from './EndedBar.tsx';
import { PressureBar } from './PressureBar.tsx';
import { QuestionBar } from './QuestionBar.tsx';
import { SearchBar } from './SearchBar.tsx';
import { TerminalHeader } from './TerminalHeader.tsx';
import { useXterm } from './use-xterm.ts';

type TerminalPaneProps = {
  readonly name: TerminalName;
  readonly session: LabSession;
  readonly screenReader: boolean;
};

/** One terminal: who it is, its screen, and what to do when its shell has ended. */
export function TerminalPane({ name, session, screenReader }: TerminalPaneProps) {
  const { live } = useText();
  const host = useRef<HTMLDivElement>(null);
  const label = fill(live.terminal.input, { name: live[name] });
  const terminal = useXterm({ host, name, session, screenReader, label });
  const connected = useLab(
    session.store,
    (lab) => lab.link.kind === 'open' && lab.machine.kind !== 'gone',
  );
  const foreign = useLab(session.store, (lab) => lab.terminals[name].foreignSize !== null);
  return (
    <section
      className="lab-pane terminal-pane"
      data-pane={name}
      aria-label={fill(live.terminal.region, { name: live[name] })}
    >
      <TerminalHeader name={name} store={session.store} terminal={terminal} />
      {terminal && <SearchBar name={name} screen={terminal.screen} />}
      <div className="terminal-screen" data-connected={connected} data-foreign={foreign}>
        <div ref={host} className="terminal-host" />
      </div>
      {terminal && <QuestionBar screen={terminal.screen} />}
      <PressureBar session={session} />
      <EndedBar name={name} session={session} />
    </section>
  );
}
