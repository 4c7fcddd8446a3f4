import type { Terminal } from '@xterm/xterm';
import { programWantsMouse } from './mouse.ts';

type Point = { readonly x: number; readonly y: number };

const RIGHT_BUTTON = 2;

/**
 * A right click opens our menu; with Shift, the browser's own. A program that wants the mouse gets the
 * click instead. A touch that is held counts as a click of the page: programs know nothing of touch.
 */
export function openMenuOnClick(
  terminal: Terminal,
  host: HTMLElement,
  open: (at: Point) => void,
): () => void {
  const clicked = (event: MouseEvent) => {
    const isClick = event.button === RIGHT_BUTTON;
    if (isClick && event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (!(isClick && programWantsMouse(terminal))) open({ x: event.clientX, y: event.clientY });
  };
  host.addEventListener('contextmenu', clicked, { capture: true });
  return () => host.removeEventListener('contextmenu', clicked, { capture: true });
}

/** Below the cursor: where a menu opens that was asked for by key. */
export function cursorPoint(terminal: Terminal, host: HTMLElement): Point {
  const screen = host.querySelector('.xterm-screen')?.getBoundingClientRect();
  if (!screen) return { x: 0, y: 0 };
  const { cursorX, cursorY } = terminal.buffer.active;
  return {
    x: screen.left + (screen.width / terminal.cols) * cursorX,
    y: screen.top + (screen.height / terminal.rows) * (cursorY + 1),
  };
}
