'use client';

import './group.css';
import { useState } from 'react';
import type { TerminalName } from '../../server/protocol/identifiers.ts';
import { type Arrangement, toggleOnly } from '../_lab/arrangement.ts';
import type { LabSession } from '../_lab/session.ts';
import { type GroupName, isExtra, neighbourTab, otherGroup } from '../_lab/tabs.ts';
import { terminalIn } from '../_lab/terminals-state.ts';
import { useLab } from '../_lab/use-lab.ts';
import type { TabsControl } from '../_lab/use-tabs.ts';
import { useText } from '../_messages/text.tsx';
import { Button, IconButton } from '../_ui/Button.tsx';
import { below, useMenu } from '../_ui/Menu.tsx';
import { GroupMenu } from './GroupMenu.tsx';
import { NewTerminal } from './NewTerminal.tsx';
import { TabStrip, tabId } from './TabStrip.tsx';
import { TerminalPane } from './TerminalPane.tsx';

type TerminalGroupProps = {
  readonly group: GroupName;
  readonly session: LabSession;
  readonly control: TabsControl;
  readonly screenReader: boolean;
  readonly arrangement: Arrangement;
  readonly onArrange: (next: (before: Arrangement) => Arrangement) => void;
  /** Puts the keyboard into the terminal that is shown. */
  readonly onFocus: (group: GroupName) => void;
};

/** One side of the terminals: its tabs, and the terminal that is shown. All stay mounted and receive. */
export function TerminalGroup(props: TerminalGroupProps) {
  const { group, session, control, arrangement, onArrange } = props;
  const { live } = useText();
  const menu = useMenu();
  const [renaming, setRenaming] = useState<TerminalName | null>(null);
  const terminals = useLab(session.store, (lab) => lab.terminals);
  const made = useLab(session.store, (lab) => lab.newTerminal);
  const { tabs } = control;
  const { selected } = tabs[group];
  const refusal = made.kind === 'refused' && control.asked === group ? made.error : null;
  const dismiss = () => session.store.dispatch({ type: 'new-terminal-dismissed' });
  const select = (terminal: TerminalName) => {
    if (refusal !== null) dismiss();
    control.select(terminal);
  };
  const close = (terminal: TerminalName) => {
    if (!isExtra(terminal)) return;
    session.closeTerminal(terminal);
    const next = neighbourTab(tabs, selected, -1);
    if (terminal === selected)
      requestAnimationFrame(() => document.getElementById(tabId(next))?.focus());
  };
  const isAlone = arrangement.only === group;
  return (
    <div
      className="lab-pane terminal-group"
      data-pane={group}
      data-tabs={tabs[group].tabs.length > 1 || refusal !== null ? 'many' : 'one'}
      data-hidden={arrangement.only !== null && !isAlone}
    >
      <TabStrip
        group={group}
        tabs={tabs}
        terminals={terminals}
        nameOf={control.nameOf}
        renaming={renaming}
        hasRefused={refusal !== null}
        onSelect={select}
        onClose={close}
        onMove={control.move}
        onRename={setRenaming}
        onRenamed={control.rename}
        onMenu={(terminal, anchor) => {
          select(terminal);
          menu.open(below(anchor));
        }}
        onDismissRefused={dismiss}
      />
      <div className="group-actions">
        <NewTerminal session={session} onOpen={(inside) => control.openNew(group, inside)} />
        <IconButton
          icon={isAlone ? 'split' : 'maximise'}
          label={isAlone ? live.tabs.both : live.tabs.alone}
          className="wide-only"
          onClick={() => onArrange((before) => toggleOnly(before, group))}
        />
        <GroupMenu
          menu={menu}
          group={group}
          selected={selected}
          arrangement={arrangement}
          onArrange={onArrange}
          onRename={() => setRenaming(selected)}
          onMove={() => {
            control.move(selected, otherGroup(group));
            props.onFocus(otherGroup(group));
          }}
          onClose={() => close(selected)}
        />
      </div>
      {tabs[group].tabs.map((terminal) => (
        <TerminalPane
          key={paneKey(terminal, terminalIn(terminals, terminal).serial)}
          name={terminal}
          given={control.nameOf(terminal)}
          isShown={terminal === selected && refusal === null}
          session={session}
          screenReader={props.screenReader}
          onClose={() => close(terminal)}
        />
      ))}
      {refusal !== null && (
        <div
          id="panel-refused"
          role="tabpanel"
          aria-label={live.tabs.new}
          className="group-refusal"
        >
          <p role="alert">{live.status.errors[refusal.code]}</p>
          <Button size="small" onClick={dismiss}>
            {live.status.dismiss}
          </Button>
        </div>
      )}
    </div>
  );
}

/** A number that is used again is another terminal, with a screen of its own. */
function paneKey(terminal: TerminalName, serial: number): string {
  return isExtra(terminal) ? `${terminal}#${serial}` : terminal;
}
