import type { Terminal } from '@xterm/xterm';

/** True when the program in the terminal is told of clicks. Shift keeps a click for the page. */
export function programWantsMouse(terminal: Terminal): boolean {
  return terminal.modes.mouseTrackingMode !== 'none';
}
