import { useCallback, useEffect, useMemo, useState } from 'react';
import type { TerminalName } from '../../server/protocol/identifiers.ts';
import type { ContainerPlace } from '../../server/protocol/terminals.ts';
import { readStored, writeStored } from '../_ui/stored.ts';
import type { LabState } from './lab-state.ts';
import type { LabSession } from './session.ts';
import {
  type GroupName,
  INITIAL_TABS,
  moveTab,
  nameKey,
  nameTab,
  parseTabs,
  type RememberedTabs,
  selectTab,
  syncTabs,
  type Tabs,
  tabsText,
} from './tabs.ts';
import { namesOf, type TerminalStates, terminalIn } from './terminals-state.ts';
import { useLab } from './use-lab.ts';

const KEY = 'glassbox.tabs';

export type TabsControl = {
  readonly tabs: Tabs;
  /** The name that a learner has given, if any. */
  readonly nameOf: (terminal: TerminalName) => string | undefined;
  readonly select: (terminal: TerminalName) => void;
  readonly move: (terminal: TerminalName, to: GroupName) => void;
  readonly rename: (terminal: TerminalName, name: string) => void;
  readonly openNew: (group: GroupName, inside: ContainerPlace | null) => void;
  /** The group in which a terminal was asked for last. */
  readonly asked: GroupName;
};

type TabsState = RememberedTabs & {
  readonly machine: string | null;
  readonly asked: GroupName;
  /** The opening that was asked for here and has its place already. */
  readonly placed: number;
};

/** Which terminal stands where, and how it is called: remembered in this browser for the machine. */
export function useTabs(session: LabSession): TabsControl {
  const machine = useLab(session.store, machineIdOf);
  const terminals = useLab(session.store, (lab) => lab.terminals);
  const made = useLab(session.store, (lab) => lab.newTerminal);
  const [state, setState] = useState<TabsState>({
    machine: null,
    tabs: INITIAL_TABS,
    names: {},
    asked: 'machine',
    placed: 0,
  });
  const met = meet(state, machine);
  const synced = sync(met, terminals, made);
  // While rendering, so that nothing is drawn that has been closed.
  if (synced !== state) setState(synced);
  const { tabs, names, asked } = synced;
  useEffect(() => {
    if (machine !== null) writeStored(KEY, tabsText(machine, { tabs, names }));
  }, [machine, tabs, names]);
  const change = useCallback(
    (next: (tabs: Tabs) => Tabs) => setState((now) => ({ ...now, tabs: next(now.tabs) })),
    [],
  );
  return useMemo(
    () => ({
      tabs,
      asked,
      nameOf: (terminal) => names[nameKey(terminal, terminalIn(terminals, terminal).serial)],
      select: (terminal) => change((now) => selectTab(now, terminal)),
      move: (terminal, to) => change((now) => moveTab(now, terminal, to)),
      rename: (terminal, name) => {
        const key = nameKey(terminal, terminalIn(terminals, terminal).serial);
        setState((now) => ({ ...now, names: nameTab(now.names, key, name) }));
      },
      openNew: (group, inside) => {
        setState((now) => ({ ...now, asked: group }));
        session.newTerminal(inside, tabs[group].selected);
      },
    }),
    [tabs, asked, names, terminals, change, session],
  );
}

function machineIdOf({ machine }: LabState): string | null {
  return machine.kind === 'running' ? machine.state.id : null;
}

/** What is remembered belongs to one machine. */
function meet(state: TabsState, machine: string | null): TabsState {
  if (machine === null || machine === state.machine) return state;
  return { ...state, ...parseTabs(readStored(KEY), machine), machine, placed: 0 };
}

/** A terminal that was asked for here goes where it was asked for; what other pages open, to its like. */
function sync(state: TabsState, terminals: TerminalStates, made: LabState['newTerminal']) {
  const isAwaited = made.kind === 'asked';
  const isLike = (name: TerminalName): GroupName =>
    terminalIn(terminals, name).inside === null ? 'machine' : 'container';
  const tabs = syncTabs(state.tabs, namesOf(terminals), (name) =>
    isAwaited ? state.asked : isLike(name),
  );
  if (made.kind === 'made' && made.serial !== state.placed) {
    const placed = selectTab(moveTab(tabs, made.terminal, state.asked), made.terminal);
    return { ...state, tabs: placed, placed: made.serial };
  }
  return tabs === state.tabs ? state : { ...state, tabs };
}
