import { FitAddon } from '@xterm/addon-fit';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal } from '@xterm/xterm';
import type { TerminalScreen } from '../_lab/terminal-attachment.ts';
import { copyText } from '../_ui/copy.ts';
import { gapSequence } from './gap.ts';
import { readTheme } from './theme.ts';

export type XtermEvents = {
  readonly onText: (text: string) => void;
  readonly onBinary: (text: string) => void;
  /** There is room for another size. */
  readonly onResize: () => void;
  /** The keyboard is in the terminal now. */
  readonly onFocus: () => void;
};

export type XtermScreen = TerminalScreen & {
  readonly setColourScheme: (scheme: 'light' | 'dark') => void;
  readonly setScreenReaderMode: (on: boolean) => void;
  readonly setLabel: (label: string) => void;
  /** The sentence for output that is not kept. */
  readonly setMissedText: (text: (bytes: number) => string) => void;
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
  drawWithGraphicsCard(terminal);
  const fitting = keepFitted(terminal, host, events.onResize);
  let missedText = (bytes: number) => String(bytes);
  terminal.attachCustomKeyEventHandler((event) => isForTerminal(terminal, event));
  terminal.onData(events.onText);
  terminal.onBinary(events.onBinary);
  terminal.textarea?.addEventListener('focus', events.onFocus);
  return {
    size: fitting.size,
    // Its turn comes when what was written before it is drawn.
    resize: ({ columns, rows }) => terminal.write('', () => terminal.resize(columns, rows)),
    write: (bytes, drawn) => terminal.write(bytes, drawn),
    reset: () => terminal.write(RESET),
    skip: (bytes) => terminal.write(gapSequence(bytes === undefined ? '' : missedText(bytes))),
    conceal: (on) => {
      // Not `visibility`: what is not visible loses the keyboard.
      host.style.opacity = on ? '0' : '';
    },
    wantsMarkedPastes: () => terminal.modes.bracketedPasteMode,
    focus: () => terminal.focus(),
    setColourScheme: (scheme) => {
      terminal.options.theme = readTheme(scheme);
    },
    setScreenReaderMode: (on) => {
      terminal.options.screenReaderMode = on;
    },
    setLabel: (label) => terminal.textarea?.setAttribute('aria-label', label),
    setMissedText: (text) => {
      missedText = text;
    },
    dispose: () => {
      fitting.stop();
      terminal.dispose();
    },
  };
}

/** Draws with WebGL where that is fast; elsewhere, and when the context is lost, xterm.js draws with elements. */
function drawWithGraphicsCard(terminal: Terminal): void {
  if (!hasFastWebgl()) return;
  try {
    const webgl = new WebglAddon();
    webgl.onContextLoss(() => webgl.dispose());
    terminal.loadAddon(webgl);
  } catch {
    // The browser has no context left to give.
  }
}

/** Names that drawing in software goes by; browsers do not always count it as the caveat it is. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** A context made in software is slower than elements. The one made to find out is given back at once. */
function hasFastWebgl(): boolean {
  const context = document
    .createElement('canvas')
    .getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (!context) return false;
  const names = context.getExtension('WEBGL_debug_renderer_info');
  const renderer: unknown = context.getParameter(
    names ? names.UNMASKED_RENDERER_WEBGL : context.RENDERER,
  );
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return !SOFTWARE.test(String(renderer));
}

/**
 * Knows the number of columns and rows that fit, and tells when they change, at most once a frame. A hidden
 * terminal keeps its size. The size it has is the session's to decide: another page may be using it.
 */
function keepFitted(terminal: Terminal, host: HTMLElement, onResize: () => void) {
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  let frame = 0;
  let size = { columns: terminal.cols, rows: terminal.rows };
  const fitNow = () => {
    const room = host.clientWidth > 0 && host.clientHeight > 0 && fit.proposeDimensions();
    if (!room || (room.cols === size.columns && room.rows === size.rows)) return;
    if (Number.isNaN(room.cols) || Number.isNaN(room.rows)) return;
    size = { columns: room.cols, rows: room.rows };
    onResize();
  };
  const observer = new ResizeObserver(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(fitNow);
  });
  fitNow();
  terminal.resize(size.columns, size.rows);
  observer.observe(host);
  return {
    size: () => size,
    stop: () => {
      observer.disconnect();
      cancelAnimationFrame(frame);
    },
  };
}

/**
 * Which keys the terminal leaves to the page and the browser. Copying and pasting is done by the
 * browser's own events, so it asks for no permission and works on pages served without TLS.
 */
function isForTerminal(terminal: Terminal, event: KeyboardEvent): boolean {
  if (event.key === 'F6') return false;
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
