import { Terminal } from '@xterm/xterm';
import type { TerminalScreen } from '../_lab/terminal-attachment.ts';
import { createObservable, type Observable } from '../_ui/observable.ts';
import { boundSequences } from './bounded-sequences.ts';
import { MACHINE_WIDTHS } from './cell-width.ts';
import { attachClipboard, type ScreenClipboard } from './clipboard.ts';
import { attachClipboardRequests, type ClipboardRequests } from './clipboard-requests.ts';
import { keepFitted } from './fit.ts';
import { chooseFontSize, FONT_SIZE, fontSize, watchFontSize } from './font-size.ts';
import { gapSequence } from './gap.ts';
import { graphicsCard } from './graphics-card.ts';
import { isForTerminal } from './keys.ts';
import { attachLinks } from './links.ts';
import { cursorPoint, openMenuOnClick } from './menu-events.ts';
import { QUIET, type ScreenState } from './screen-state.ts';
import { attachSearch, type ScreenSearch } from './search.ts';
import { readTheme } from './theme.ts';
import { type Transcript, transcript } from './transcript.ts';

export type XtermEvents = {
  readonly onText: (text: string) => void;
  readonly onBinary: (text: string) => void;
  /** There is room for another size. */
  readonly onResize: () => void;
  /** It has another size now. */
  readonly onSized: (columns: number, rows: number) => void;
  /** The keyboard is in the terminal now. */
  readonly onFocus: () => void;
  /** Output has arrived, which begins at this offset. */
  readonly onOutput: (offset: number, bytes: Uint8Array) => void;
  readonly hasRecording: () => boolean;
};

export type XtermScreen = TerminalScreen & {
  /** What is around the screen. */
  readonly state: Observable<ScreenState>;
  readonly clipboard: ScreenClipboard;
  readonly requests: ClipboardRequests;
  readonly search: ScreenSearch;
  readonly openMenu: (at?: { readonly x: number; readonly y: number }) => void;
  readonly selectAll: () => void;
  /** Leaves the line with the cursor, and nothing above it. */
  readonly clear: () => void;
  readonly changeFont: (change: keyof typeof FONT_CHANGES) => void;
  readonly transcript: () => Transcript;
  readonly setColourScheme: (scheme: 'light' | 'dark') => void;
  /** It is on the page, or behind another tab. */
  readonly setShown: (shown: boolean) => void;
  readonly setScreenReaderMode: (on: boolean) => void;
  readonly setLabel: (label: string) => void;
  /** The sentence for output that is not kept. */
  readonly setMissedText: (text: (bytes: number) => string) => void;
  readonly dispose: () => void;
};

const FONT_CHANGES = {
  larger: () => fontSize() + 1,
  smaller: () => fontSize() - 1,
  normal: () => FONT_SIZE.normal,
} as const;

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
    fontSize: fontSize(),
    lineHeight: 1.25,
    fontWeightBold: '600',
    // It would write each byte of noise that is no sequence to the console.
    logLevel: 'off',
    macOptionClickForcesSelection: true,
    minimumContrastRatio: 4.5,
    scrollback: 5000,
  });
  const state = createObservable(QUIET);
  let isReplay = () => false;
  terminal.unicode.register(MACHINE_WIDTHS);
  terminal.unicode.activeVersion = MACHINE_WIDTHS.version;
  boundSequences(terminal);
  terminal.open(host);
  const graphics = graphicsCard(terminal);
  const fitting = keepFitted(terminal, host, events.onResize);
  let missedText = (bytes: number) => String(bytes);
  const stopFont = watchFontSize(() => {
    terminal.options.fontSize = fontSize();
    fitting.fit();
  });
  const clipboard = attachClipboard(terminal, host, state);
  const requests = attachClipboardRequests(terminal, state, () => isReplay());
  const search = attachSearch(terminal, state);
  attachLinks(terminal, state);
  markBell(terminal, state, () => isReplay());
  const openMenu: XtermScreen['openMenu'] = (at = cursorPoint(terminal, host)) =>
    state.set({
      menu: {
        ...at,
        hasSelection: terminal.hasSelection(),
        hasRecording: events.hasRecording(),
        isFullScreen: terminal.buffer.active.type === 'alternate',
        link: state.get().link?.address ?? null,
      },
      link: null,
    });
  const stopMenu = openMenuOnClick(terminal, host, openMenu);
  const changeFont: XtermScreen['changeFont'] = (change) => chooseFontSize(FONT_CHANGES[change]());
  terminal.attachCustomKeyEventHandler((event) =>
    isForTerminal(event, terminal, {
      copySelection: clipboard.copySelection,
      openSearch: search.open,
      openMenu,
      changeFont,
    }),
  );
  terminal.onData(events.onText);
  terminal.onBinary(events.onBinary);
  terminal.onResize(({ cols, rows }) => events.onSized(cols, rows));
  terminal.textarea?.addEventListener('focus', events.onFocus);
  // A reset takes back the colours that programs have set, too: xterm.js keeps them.
  terminal.parser.registerEscHandler({ final: 'c' }, () => {
    terminal.options.theme = { ...terminal.options.theme };
    return false;
  });
  return {
    state,
    clipboard,
    requests,
    search,
    openMenu,
    changeFont,
    size: fitting.size,
    // Its turn comes when what was written before it is drawn.
    resize: ({ columns, rows }) => terminal.write('', () => terminal.resize(columns, rows)),
    write(bytes, drawn, output) {
      if (output !== undefined) {
        isReplay = output.isReplay;
        events.onOutput(output.offset, bytes);
      }
      terminal.write(bytes, drawn);
    },
    reset: () => terminal.write(RESET),
    skip: (bytes) => terminal.write(gapSequence(bytes === undefined ? '' : missedText(bytes))),
    conceal: (on) => {
      // Not `visibility`: what is not visible loses the keyboard.
      host.style.opacity = on ? '0' : '';
    },
    wantsMarkedPastes: () => terminal.modes.bracketedPasteMode,
    focus: () => terminal.focus(),
    selectAll: () => terminal.selectAll(),
    clear() {
      terminal.clearSelection();
      terminal.clear();
    },
    transcript: () => transcript(terminal),
    setColourScheme: (scheme) => {
      terminal.options.theme = readTheme(scheme);
    },
    setShown(shown) {
      graphics.use(shown);
      if (shown) fitting.fit();
    },
    setScreenReaderMode: (on) => {
      terminal.options.screenReaderMode = on;
    },
    setLabel: (label) => terminal.textarea?.setAttribute('aria-label', label),
    setMissedText: (text) => {
      missedText = text;
    },
    dispose() {
      graphics.use(false);
      fitting.stop();
      stopFont();
      stopMenu();
      clipboard.dispose();
      requests.dispose();
      terminal.dispose();
    },
  };
}

/** The bell is a mark that is there until somebody comes or types. What rang before the page came is past. */
function markBell(
  terminal: Terminal,
  state: Observable<ScreenState>,
  isReplay: () => boolean,
): void {
  const seen = () => {
    if (state.get().bell) state.set({ bell: false });
  };
  terminal.onBell(() => {
    if (!state.get().bell && !isReplay()) state.set({ bell: true });
  });
  terminal.onKey(seen);
  terminal.textarea?.addEventListener('focus', seen);
}
