import { type RefObject, useCallback, useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { isPaneName, neighbour, type PaneName } from './panes.ts';

/**
 * Which pane is shown where there is room for one only, and F6: the way from pane to pane by keyboard,
 * out of a terminal too. A pane gets the focus back where it was left.
 */
export function usePanes(root: RefObject<HTMLElement | null>) {
  const [shown, setShown] = useState<PaneName>('lesson');
  // At once, because what is hidden takes no focus.
  const show = useCallback((pane: PaneName) => flushSync(() => setShown(pane)), []);
  useEffect(() => {
    const lastFocus = new Map<PaneName, HTMLElement>();
    const remember = (event: FocusEvent) => {
      const pane = paneOf(event.target);
      if (pane && event.target instanceof HTMLElement) lastFocus.set(pane, event.target);
    };
    const press = (event: KeyboardEvent) => {
      if (event.key !== 'F6' || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      const pane = neighbour(paneOf(document.activeElement), event.shiftKey);
      show(pane);
      focusPane(root.current, pane, lastFocus.get(pane));
    };
    document.addEventListener('focusin', remember);
    document.addEventListener('keydown', press);
    return () => {
      document.removeEventListener('focusin', remember);
      document.removeEventListener('keydown', press);
    };
  }, [root, show]);
  return { shown, show };
}

function paneOf(target: EventTarget | null): PaneName | undefined {
  if (!(target instanceof Element)) return undefined;
  const name = target.closest<HTMLElement>('[data-pane]')?.dataset.pane;
  return isPaneName(name) ? name : undefined;
}

function focusPane(root: HTMLElement | null, pane: PaneName, last: HTMLElement | undefined): void {
  const element = root?.querySelector<HTMLElement>(`[data-pane="${pane}"]`);
  const input = element?.querySelector<HTMLElement>('.xterm-helper-textarea');
  const tab = element?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]');
  const target = input ?? (last?.isConnected ? last : (tab ?? element));
  target?.focus();
}
