'use client';

import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import type { TerminalName } from '../../server/protocol/identifiers.ts';
import { type GroupName, isExtra, neighbourTab, TAB_NAME_MAX, type Tabs } from '../_lab/tabs.ts';
import type { TerminalStates } from '../_lab/terminals-state.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Icon } from '../_ui/Icon.tsx';
import { dragTab } from './drag-tab.ts';
import { type Title, titleOf } from './title.ts';

export type TabStripProps = {
  readonly group: GroupName;
  readonly tabs: Tabs;
  readonly terminals: TerminalStates;
  readonly nameOf: (terminal: TerminalName) => string | undefined;
  readonly renaming: TerminalName | null;
  /** A terminal that was asked for here and could not be opened has the last tab, and is shown. */
  readonly hasRefused: boolean;
  readonly onSelect: (terminal: TerminalName) => void;
  readonly onClose: (terminal: TerminalName) => void;
  readonly onMove: (terminal: TerminalName, to: GroupName) => void;
  readonly onRename: (terminal: TerminalName | null) => void;
  readonly onRenamed: (terminal: TerminalName, name: string) => void;
  /** The menu of a tab is wanted. */
  readonly onMenu: (terminal: TerminalName, anchor: Element) => void;
  readonly onDismissRefused: () => void;
};

/** Id of a tab, and of the panel that it shows. */
export const tabId = (terminal: TerminalName) => `tab-${terminal}`;
export const panelId = (terminal: TerminalName) => `panel-${terminal}`;

/** The terminals of one group: one stop of the Tab key, arrow keys between them. */
export function TabStrip(props: TabStripProps) {
  const { group, tabs, terminals, nameOf, renaming, hasRefused } = props;
  const text = useText();
  const { tabs: all, selected } = tabs[group];
  const focusTab = (terminal: TerminalName) => document.getElementById(tabId(terminal))?.focus();
  const press = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.target instanceof HTMLInputElement) return;
    const target = {
      ArrowLeft: neighbourTab(tabs, selected, -1),
      ArrowRight: neighbourTab(tabs, selected, 1),
      Home: all[0],
      End: all.at(-1),
    }[event.key];
    if (target !== undefined) {
      props.onSelect(target);
      focusTab(target);
    } else if (event.key === 'Delete' && isExtra(selected)) {
      focusTab(neighbourTab(tabs, selected, -1));
      props.onClose(selected);
    } else if (event.key === 'F2') props.onRename(selected);
    else return;
    event.preventDefault();
  };
  return (
    <div
      role="tablist"
      aria-label={fill(text.live.tabs.list, { name: text.live[group] })}
      className="tab-strip"
      tabIndex={-1}
      onKeyDown={press}
    >
      {all.map((terminal) => {
        const title = titleOf(text, terminal, nameOf(terminal));
        return terminal === renaming ? (
          <NameField
            key={terminal}
            title={title}
            onDone={(name) => {
              if (name !== null) props.onRenamed(terminal, name);
              props.onRename(null);
              requestAnimationFrame(() => focusTab(terminal));
            }}
          />
        ) : (
          <Tab
            key={terminal}
            terminal={terminal}
            title={title}
            isSelected={terminal === selected && !hasRefused}
            state={terminals[terminal]}
            strip={props}
          />
        );
      })}
      {hasRefused && (
        <div
          role="tab"
          aria-selected="true"
          aria-controls="panel-refused"
          tabIndex={0}
          className="tab"
        >
          <span className="tab-name">{text.live.tabs.new}</span>
          <CloseMark onClose={props.onDismissRefused} />
        </div>
      )}
    </div>
  );
}

type TabProps = {
  readonly terminal: TerminalName;
  readonly title: Title;
  readonly isSelected: boolean;
  readonly state: TerminalStates[TerminalName];
  readonly strip: TabStripProps;
};

function Tab({ terminal, title, isSelected, state, strip }: TabProps) {
  const { tabs: words } = useText().live;
  const canClose = isExtra(terminal);
  const hasEnded = state?.shell.kind === 'ended' || state?.shell.kind === 'failed';
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isSelected && element.current) reveal(element.current);
  }, [isSelected]);
  const begin = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    strip.onSelect(terminal);
    if (canClose) dragTab(event, (to) => strip.onMove(terminal, to));
  };
  return (
    <div
      ref={element}
      role="tab"
      id={tabId(terminal)}
      aria-selected={isSelected}
      aria-controls={panelId(terminal)}
      tabIndex={isSelected ? 0 : -1}
      className="tab"
      title={canClose ? `/dev/${terminal}` : undefined}
      onPointerDown={begin}
      onClick={() => strip.onSelect(terminal)}
      onDoubleClick={() => strip.onRename(terminal)}
      onAuxClick={(event) => {
        if (event.button === 1 && canClose) strip.onClose(terminal);
      }}
      onContextMenu={(event) => {
        event.preventDefault();
        strip.onMenu(terminal, event.currentTarget);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === ' ') strip.onSelect(terminal);
      }}
    >
      {state?.unseen && !isSelected && (
        <span className="tab-unseen">
          <span className="sr-only">{words.unseen}: </span>
        </span>
      )}
      <span className="tab-name">{title.name}</span>
      {hasEnded && <span className="tab-ended">{words.ended}</span>}
      {canClose && <CloseMark onClose={() => strip.onClose(terminal)} />}
    </div>
  );
}

/** Scrolls the strip only: `scrollIntoView` would also make the tab the place from where the Tab key goes on. */
function reveal(tab: HTMLElement): void {
  const strip = tab.parentElement;
  if (!strip) return;
  const end = tab.offsetLeft + tab.offsetWidth;
  strip.scrollLeft = Math.min(Math.max(strip.scrollLeft, end - strip.clientWidth), tab.offsetLeft);
}

/** For the pointer; the keyboard has Delete, and the menu says it to everybody. */
function CloseMark({ onClose }: { onClose: () => void }) {
  return (
    <span
      aria-hidden="true"
      className="tab-close"
      onPointerDown={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
      onClick={(event) => {
        event.stopPropagation();
        onClose();
      }}
    >
      <Icon name="cross" />
    </span>
  );
}

type NameFieldProps = { readonly title: Title; readonly onDone: (name: string | null) => void };

/** In the tab's place: Enter keeps the name, Escape the one before. */
function NameField({ title, onDone }: NameFieldProps) {
  const { tabs: words } = useText().live;
  const [name, setName] = useState(title.name);
  const isDone = useRef(false);
  const finish = (kept: string | null) => {
    if (isDone.current) return;
    isDone.current = true;
    onDone(kept);
  };
  return (
    <input
      // biome-ignore lint/a11y/noAutofocus: it takes the place of the tab that had the focus
      autoFocus
      aria-label={words.name}
      className="tab-field"
      value={name}
      maxLength={TAB_NAME_MAX}
      size={Math.max(name.length, 6)}
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setName(event.target.value)}
      onBlur={() => finish(name)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !event.nativeEvent.isComposing) finish(name);
        else if (event.key === 'Escape') finish(null);
      }}
    />
  );
}
