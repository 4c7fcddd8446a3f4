import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { TerminalName } from '../../server/protocol/identifiers.ts';
import { type Arrangement, toggleOnly, withShown } from './arrangement.ts';
import { pageKey } from './page-keys.ts';
import { isPaneName, neighbour, type PaneName } from './panes.ts';
import { GROUPS, type GroupName, neighbourTab } from './tabs.ts';
import type { TabsControl } from './use-tabs.ts';

/** What the keys of the page act on. */
type PanesParts = {
  readonly control: TabsControl;
  readonly arrangement: Arrangement;
  readonly arrange: (next: (before: Arrangement) => Arrangement) => void;
};

/**
 * Which pane is shown where there is room for one only, and the page's keys: F6, the way from pane to pane by
 * keyboard, out of a terminal too, and those for tabs. A pane gets the focus back where it was left.
 */
export function usePanes(root: RefObject<HTMLElement | null>, parts: PanesParts) {
  const [shown, setShown] = useState<PaneName>('lesson');
  const latest = useRef(parts);
  latest.current = parts;
  const lastFocus = useRef(new Map<PaneName, HTMLElement>());

  /** With a terminal, that one is the tab that is shown. At once, because what is hidden takes no focus. */
  const show = useCallback((pane: PaneName, terminal?: TerminalName) => {
    const { control, arrange, arrangement } = latest.current;
    flushSync(() => {
      setShown(pane);
      if (terminal !== undefined) control.select(terminal);
    });
    const group = groupNamed(pane);
    if (group !== undefined && withShown(arrangement, group) !== arrangement)
      arrange((before) => withShown(before, group));
  }, []);
  const focus = useCallback(
    (pane: PaneName) => {
      show(pane);
      focusPane(root.current, pane, lastFocus.current.get(pane));
    },
    [root, show],
  );

  useEffect(() => {
    const remember = (event: FocusEvent) => {
      const pane = paneOf(event.target);
      if (pane && event.target instanceof HTMLElement) lastFocus.current.set(pane, event.target);
    };
    const press = (event: KeyboardEvent) => {
      const key = pageKey(event);
      if (key === undefined) return;
      event.preventDefault();
      const { control, arrange } = latest.current;
      const pane = paneOf(document.activeElement);
      const group = groupNamed(pane);
      if (key.does === 'next-pane' || key.does === 'previous-pane') {
        focus(nextPane(pane, key.does === 'previous-pane', latest.current.arrangement));
      } else if (group === undefined) return;
      else if (key.does === 'maximise') arrange((before) => toggleOnly(before, group));
      else if (key.does === 'tabs') toggleTabs(root.current, group, () => focus(group));
      else if (key.does === 'tab') {
        const { selected } = control.tabs[group];
        show(group, neighbourTab(control.tabs, selected, key.step));
        focus(group);
      }
    };
    document.addEventListener('focusin', remember);
    document.addEventListener('keydown', press);
    return () => {
      document.removeEventListener('focusin', remember);
      document.removeEventListener('keydown', press);
    };
  }, [root, show, focus]);
  return { shown, show, focus };
}

function paneOf(target: EventTarget | null): PaneName | undefined {
  if (!(target instanceof Element)) return undefined;
  const name = target.closest<HTMLElement>('[data-pane]')?.dataset.pane;
  return isPaneName(name) ? name : undefined;
}

function groupNamed(pane: PaneName | undefined): GroupName | undefined {
  return GROUPS.find((group) => group === pane);
}

/** Where both groups have room, one that is put away is left out. */
function nextPane(pane: PaneName | undefined, backwards: boolean, { only }: Arrangement): PaneName {
  const next = neighbour(pane, backwards);
  const group = groupNamed(next);
  const isAway = only !== null && group !== undefined && group !== only;
  return isAway && matchMedia('(width >= 800px)').matches ? neighbour(next, backwards) : next;
}

/** From the terminal to its tab, and back. */
function toggleTabs(root: HTMLElement | null, group: GroupName, focusTerminal: () => void): void {
  const tab = root?.querySelector<HTMLElement>(
    `[data-pane="${group}"] [role="tab"][aria-selected="true"]`,
  );
  if (tab === document.activeElement) focusTerminal();
  else tab?.focus();
}

function focusPane(root: HTMLElement | null, pane: PaneName, last: HTMLElement | undefined): void {
  const element = root?.querySelector<HTMLElement>(`[data-pane="${pane}"]`);
  const input = element?.querySelector<HTMLElement>('[data-shown="true"] .xterm-helper-textarea');
  const tab = element?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]');
  const target = input ?? (last?.isConnected ? last : (tab ?? element));
  target?.focus();
}
