'use client';

import '@xterm/xterm/css/xterm.css';
import './terminal.css';
import './terminal-tools.css';
import { useEffect, useRef } from 'react';
import type { TerminalName } from '../../server/protocol/identifiers.ts';
import type { LabSession } from '../_lab/session.ts';
import { terminalIn } from '../_lab/terminals-state.ts';
import { useLab } from '../_lab/use-lab.ts';
import { useText } from '../_messages/text.tsx';
import { EndedBar } from './EndedBar.tsx';
import { PressureBar } from './PressureBar.tsx';
import { QuestionBar } from './QuestionBar.tsx';
import { SearchBar } from './SearchBar.tsx';
import { panelId } from './TabStrip.tsx';
import { TerminalHeader } from './TerminalHeader.tsx';
import { titleOf } from './title.ts';
import { useXterm } from './use-xterm.ts';
import type { XtermScreen } from './xterm.ts';

type TerminalPaneProps = {
  readonly name: TerminalName;
  /** The name that the learner has given it, if any. */
  readonly given: string | undefined;
  /** False while another tab of its group is shown: it receives, but nobody sees it. */
  readonly isShown: boolean;
  readonly session: LabSession;
  readonly screenReader: boolean;
  readonly onClose: () => void;
};

/** One terminal: who it is, its screen, and what to do when its shell has ended. */
export function TerminalPane(props: TerminalPaneProps) {
  const { name, given, isShown, session, screenReader, onClose } = props;
  const host = useRef<HTMLDivElement>(null);
  const title = titleOf(useText(), name, given);
  const terminal = useXterm({ host, name, isShown, session, screenReader, label: title.input });
  const screen = terminal?.screen;
  useFocusWhenNew(name, isShown ? screen : undefined, session);
  const connected = useLab(
    session.store,
    (lab) => lab.link.kind === 'open' && lab.machine.kind !== 'gone',
  );
  const foreign = useLab(
    session.store,
    (lab) => terminalIn(lab.terminals, name).foreignSize !== null,
  );
  return (
    <div
      role="tabpanel"
      id={panelId(name)}
      className="terminal-pane"
      data-shown={isShown}
      aria-label={title.region}
    >
      <TerminalHeader name={name} title={title} store={session.store} terminal={terminal} />
      <div className="terminal-body">
        {screen && <SearchBar title={title} screen={screen} />}
        <div className="terminal-screen" data-connected={connected} data-foreign={foreign}>
          <div ref={host} className="terminal-host" />
        </div>
        {screen && <QuestionBar screen={screen} />}
        <PressureBar session={session} />
        <EndedBar name={name} session={session} onClose={onClose} />
      </div>
    </div>
  );
}

/** Who has opened a terminal types in it next. */
function useFocusWhenNew(
  name: TerminalName,
  screen: XtermScreen | undefined,
  session: LabSession,
): void {
  const isNew = useLab(
    session.store,
    ({ newTerminal }) => newTerminal.kind === 'made' && newTerminal.terminal === name,
  );
  useEffect(() => {
    if (!isNew || screen === undefined) return;
    screen.focus();
    session.store.dispatch({ type: 'new-terminal-dismissed' });
  }, [isNew, screen, session]);
}
