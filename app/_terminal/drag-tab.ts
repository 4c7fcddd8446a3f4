import type { PointerEvent } from 'react';
import { GROUPS, type GroupName } from '../_lab/tabs.ts';

/** A press that moves less is a click. */
const DRAG_FROM_PX = 8;

/**
 * Follows the pointer from a tab on. Let go over the other group, the tab belongs there; Escape takes it
 * back. While it is dragged, the group that would take it says so.
 */
export function dragTab(event: PointerEvent<HTMLElement>, drop: (to: GroupName) => void): void {
  const tab = event.currentTarget;
  const { clientX, clientY, pointerId } = event;
  const home = groupAt(clientX, clientY);
  let target: Element | undefined;
  let isDragged = false;
  const aim = (next: Element | undefined) => {
    if (target === next) return;
    target?.removeAttribute('data-takes');
    target = next;
    target?.setAttribute('data-takes', 'true');
  };
  const move = (moved: globalThis.PointerEvent) => {
    if (moved.pointerId !== pointerId) return;
    isDragged ||= Math.hypot(moved.clientX - clientX, moved.clientY - clientY) > DRAG_FROM_PX;
    if (!isDragged) return;
    tab.dataset.dragged = 'true';
    const over = groupAt(moved.clientX, moved.clientY);
    aim(over === home ? undefined : over);
  };
  const end = (dropped: boolean) => {
    const to = GROUPS.find((group) => target?.getAttribute('data-pane') === group);
    aim(undefined);
    delete tab.dataset.dragged;
    following.abort();
    if (dropped && to !== undefined) drop(to);
  };
  const following = new AbortController();
  const { signal } = following;
  window.addEventListener('pointermove', move, { signal });
  window.addEventListener('pointerup', () => end(true), { signal });
  window.addEventListener('pointercancel', () => end(false), { signal });
  const cancel = (pressed: KeyboardEvent) => {
    if (pressed.key === 'Escape') end(false);
  };
  window.addEventListener('keydown', cancel, { signal });
}

function groupAt(x: number, y: number): Element | undefined {
  const selector = GROUPS.map((group) => `[data-pane="${group}"]`).join();
  return document.elementFromPoint(x, y)?.closest(selector) ?? undefined;
}
