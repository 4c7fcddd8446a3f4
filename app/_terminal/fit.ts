import { FitAddon } from '@xterm/addon-fit';
import type { Terminal } from '@xterm/xterm';
import type { TerminalSize } from '../_lab/terminal-attachment.ts';

export type Fitting = {
  /** The size that there is room for. */
  readonly size: () => TerminalSize;
  /** Looks now what fits: the cells have another size. */
  readonly fit: () => void;
  readonly stop: () => void;
};

/**
 * Knows the number of columns and rows that fit, and tells when they change, at most once a frame. A hidden
 * terminal keeps its size. The size it has is the session's to decide: another page may be using it.
 */
export function keepFitted(terminal: Terminal, host: HTMLElement, onResize: () => void): Fitting {
  const addon = new FitAddon();
  terminal.loadAddon(addon);
  let frame = 0;
  let settling = 0;
  let size = { columns: terminal.cols, rows: terminal.rows };
  const fit = () => {
    const room = host.clientWidth > 0 && host.clientHeight > 0 && addon.proposeDimensions();
    if (!room || (room.cols === size.columns && room.rows === size.rows)) return;
    if (Number.isNaN(room.cols) || Number.isNaN(room.rows)) return;
    size = { columns: room.cols, rows: room.rows };
    onResize();
  };
  terminal.onResize(() => {
    // After xterm.js has drawn it: its frame was asked for before this one.
    cancelAnimationFrame(settling);
    settling = requestAnimationFrame(() => settleScroll(terminal));
  });
  const observer = new ResizeObserver(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(fit);
  });
  fit();
  terminal.resize(size.columns, size.rows);
  observer.observe(host);
  return {
    size: () => size,
    fit,
    stop() {
      observer.disconnect();
      cancelAnimationFrame(frame);
      cancelAnimationFrame(settling);
    },
  };
}

/**
 * A terminal that was scrolled back when its size changed may think itself at the end, and then goes
 * no further, even when somebody types (xterm.js 6.0). One line up and down brings both together.
 */
function settleScroll(terminal: Terminal): void {
  const { viewportY, baseY } = terminal.buffer.active;
  if (viewportY === baseY) return;
  terminal.scrollLines(-1);
  terminal.scrollLines(1);
}
