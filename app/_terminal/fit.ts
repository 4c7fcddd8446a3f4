import { FitAddon } from '@xterm/addon-fit';
import type { Terminal } from '@xterm/xterm';

export type Fitting = {
  /** Fits the terminal now: its cells have another size. */
  readonly fit: () => void;
  readonly stop: () => void;
};

/** Keeps the number of columns and rows to what fits, at most once a frame. A hidden terminal keeps its size. */
export function keepFitted(
  terminal: Terminal,
  host: HTMLElement,
  onResize: (columns: number, rows: number) => void,
): Fitting {
  const addon = new FitAddon();
  terminal.loadAddon(addon);
  let frame = 0;
  let settling = 0;
  const fit = () => {
    const size = host.clientWidth > 0 && host.clientHeight > 0 && addon.proposeDimensions();
    if (!size || (size.cols === terminal.cols && size.rows === terminal.rows)) return;
    if (Number.isNaN(size.cols) || Number.isNaN(size.rows)) return;
    terminal.resize(size.cols, size.rows);
    // After xterm.js has drawn it: its frame was asked for before this one.
    cancelAnimationFrame(settling);
    settling = requestAnimationFrame(() => settleScroll(terminal));
    onResize(size.cols, size.rows);
  };
  const observer = new ResizeObserver(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(fit);
  });
  fit();
  observer.observe(host);
  return {
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
