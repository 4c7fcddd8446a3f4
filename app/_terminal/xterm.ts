import { FitAddon } from '@xterm/addon-fit';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { Terminal } from '@xterm/xterm';
import { pageKey } from '../_lab/page-keys.ts';
import type { TerminalScreen } from '../_lab/terminal-attachment.ts';
import { copyText } from '../_ui/copy.ts';
import { readTheme } from './theme.ts';
import { drawWithGraphicsCard } from './webgl.ts';

export type XtermEvents = {
  readonly onText: (text: string) => void;
  readonly onBinary: (text: string) => void;
  readonly onResize: () => void;
};

export type XtermScreen = TerminalScreen & {
  readonly setColourScheme: (scheme: 'light' | 'dark') => void;
  readonly setScreenReaderMode: (on: boolean) => void;
  readonly setLabel: (label: string) => void;
  readonly dispose: () => void;
};

const FONT_SIZE = 13;

/**
 * Ends whatever sequence the parser is in, then resets. Written, not called, so that it takes its place
 * among output that is still waiting to be drawn.
 */
const RESET = '\x18\x1bc';

/** Puts xterm.js into an element that is on the page. Everything it holds is given back by `dispose`. */
export function openXterm(host: HTMLElement, events: XtermEvents): XtermScreen {
  const terminal = new Terminal({
    allowProposedApi: true,
    cursorInactiveStyle: 'outline',
    fontFamily: getComputedStyle(host).fontFamily,
    fontSize: FONT_SIZE,
    lineHeight: 1.25,
    fontWeightBold: '600',
    minimumContrastRatio: 4.5,
    scrollback: 5000,
  });
  terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = '11';
  terminal.open(host);
  const stopDrawing = drawWithGraphicsCard(terminal, host);
  const stopFitting = keepFitted(terminal, host, events.onResize);
  terminal.attachCustomKeyEventHandler((event) => isForTerminal(terminal, event));
  terminal.onData(events.onText);
  terminal.onBinary(events.onBinary);
  return {
    size: () => ({ columns: terminal.cols, rows: terminal.rows }),
    write: (bytes, drawn) => terminal.write(bytes, drawn),
    reset: () => terminal.write(RESET),
    wantsMarkedPastes: () => terminal.modes.bracketedPasteMode,
    focus: () => terminal.focus(),
    setColourScheme: (scheme) => {
      terminal.options.theme = readTheme(scheme);
    },
    setScreenReaderMode: (on) => {
      terminal.options.screenReaderMode = on;
    },
    setLabel: (label) => terminal.textarea?.setAttribute('aria-label', label),
    dispose: () => {
      stopFitting();
      stopDrawing();
      terminal.dispose();
    },
  };
}

/** Keeps the number of columns and rows to what fits, at most once a frame. A hidden terminal keeps its size. */
function keepFitted(terminal: Terminal, host: HTMLElement, onResize: () => void): () => void {
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  let frame = 0;
  const fitNow = () => {
    const size = host.clientWidth > 0 && host.clientHeight > 0 && fit.proposeDimensions();
    if (!size || (size.cols === terminal.cols && size.rows === terminal.rows)) return;
    if (Number.isNaN(size.cols) || Number.isNaN(size.rows)) return;
    terminal.resize(size.cols, size.rows);
    onResize();
  };
  const observer = new ResizeObserver(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(fitNow);
  });
  fitNow();
  observer.observe(host);
  return () => {
    observer.disconnect();
    cancelAnimationFrame(frame);
  };
}

/**
 * Which keys the terminal leaves to the page and the browser. Copying and pasting is done by the
 * browser's own events, so it asks for no permission and works on pages served without TLS.
 */
function isForTerminal(terminal: Terminal, event: KeyboardEvent): boolean {
  if (pageKey(event) !== undefined) return false;
  if (!event.ctrlKey || event.altKey || event.metaKey) return true;
  const key = event.key.toLowerCase();
  if (key === 'c' && (event.shiftKey || terminal.hasSelection())) {
    if (event.type === 'keydown') copySelection(terminal, event);
    return false;
  }
  // Full-screen programs (nano, vim) have a use for Ctrl-V; at a prompt everybody means paste.
  if (key === 'v') return !event.shiftKey && terminal.buffer.active.type === 'alternate';
  return true;
}

/** The selection goes with it, so that a second Ctrl-C interrupts. */
function copySelection(terminal: Terminal, event: KeyboardEvent): void {
  event.preventDefault();
  const selection = terminal.getSelection();
  if (selection === '') return;
  void copyText(selection);
  terminal.clearSelection();
}
