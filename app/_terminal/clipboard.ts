import type { Terminal } from '@xterm/xterm';
import { copyText } from '../_ui/copy.ts';
import type { Observable } from '../_ui/observable.ts';
import { programWantsMouse } from './mouse.ts';
import { cleanPaste, isToBeAsked } from './paste.ts';
import { lastSelection, rememberSelection } from './primary-selection.ts';
import type { ScreenState } from './screen-state.ts';

export type ScreenClipboard = {
  /** Copies a text; where the browser refuses, the learner is shown how to. */
  readonly copy: (text: string) => void;
  readonly copySelection: () => void;
  /** Pastes what is on the clipboard; where the browser refuses, the learner is told what to press. */
  readonly paste: () => void;
  /** Hands a text to the program, with no more questions. */
  readonly insert: (text: string) => void;
  readonly dispose: () => void;
};

const MIDDLE_BUTTON = 1;

/**
 * Copying and pasting. By key it is done by the browser's own events, so it asks for no permission and
 * works on pages served without TLS.
 */
export function attachClipboard(
  terminal: Terminal,
  host: HTMLElement,
  state: Observable<ScreenState>,
): ScreenClipboard {
  const insert = (text: string) => {
    state.set({ question: null });
    terminal.paste(text);
    terminal.focus();
  };
  const offer = (text: string) => {
    const clean = cleanPaste(text);
    if (clean === '') return;
    if (isToBeAsked(clean, terminal.modes.bracketedPasteMode))
      state.set({ question: { kind: 'paste', text: clean } });
    else insert(clean);
  };
  const copy = async (text: string) => {
    if (text === '' || (await copyText(text))) return;
    state.set({ question: { kind: 'copy-by-key', text } });
  };
  const paste = async () => {
    const text = await readClipboard();
    terminal.focus();
    if (text === undefined) state.set({ question: { kind: 'paste-by-key' } });
    else offer(text);
  };

  // While a search is open, what is selected is a match and not the learner's choice.
  const selecting = terminal.onSelectionChange(() => {
    if (state.get().search === null) rememberSelection(selectedText(terminal));
  });
  const stopListening = listen(host, {
    copy(event) {
      if (!terminal.hasSelection()) return;
      event.clipboardData?.setData('text/plain', selectedText(terminal));
      take(event);
    },
    paste(event) {
      if (state.get().question?.kind === 'paste-by-key') state.set({ question: null });
      offer(event.clipboardData?.getData('text/plain') ?? '');
      take(event);
    },
    // The browser of a system with a selection of its own would paste it now, unseen.
    mouseup(event) {
      if (event.button === MIDDLE_BUTTON) event.preventDefault();
    },
    auxclick(event) {
      if (event.button !== MIDDLE_BUTTON) return;
      take(event);
      if (!programWantsMouse(terminal) || event.shiftKey) offer(lastSelection());
    },
  });
  return {
    copy: (text) => void copy(text),
    copySelection: () => void copy(selectedText(terminal)),
    paste: () => void paste(),
    insert,
    dispose() {
      selecting.dispose();
      stopListening();
    },
  };
}

/** What is selected, without the spaces that programs fill lines up with. */
export function selectedText(terminal: Terminal): string {
  return terminal.getSelection().replace(/[^\S\r\n]+$/gm, '');
}

/** The text on the clipboard; `undefined` where the browser does not give it. */
async function readClipboard(): Promise<string | undefined> {
  try {
    // Not there on pages served without TLS.
    return await navigator.clipboard?.readText();
  } catch {
    return undefined;
  }
}

/** Nobody else is to act on this: not xterm.js, not the browser. */
function take(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}

type Listeners = {
  readonly [Type in 'copy' | 'paste' | 'mouseup' | 'auxclick']: (
    event: HTMLElementEventMap[Type],
  ) => void;
};

/** Listens before xterm.js does. */
function listen(host: HTMLElement, { copy, paste, mouseup, auxclick }: Listeners): () => void {
  const stop = new AbortController();
  const options = { capture: true, signal: stop.signal };
  host.addEventListener('copy', copy, options);
  host.addEventListener('paste', paste, options);
  host.addEventListener('mouseup', mouseup, options);
  host.addEventListener('auxclick', auxclick, options);
  return () => stop.abort();
}
