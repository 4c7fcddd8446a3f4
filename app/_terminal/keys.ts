import type { Terminal } from '@xterm/xterm';
import { pageKey } from '../_lab/page-keys.ts';
import { isApple } from '../_ui/platform.ts';

/** What the page does itself when a key is pressed in a terminal. */
export type ScreenKeys = {
  readonly copySelection: () => void;
  readonly openSearch: () => void;
  readonly openMenu: () => void;
  readonly changeFont: (change: 'larger' | 'smaller' | 'normal') => void;
};

/**
 * True for a key that the terminal gets. The page's own keys lead out of it. Copy and paste by the keys that
 * browsers have for them is left to the browser, which then tells the page.
 */
export function isForTerminal(event: KeyboardEvent, terminal: Terminal, keys: ScreenKeys): boolean {
  if (pageKey(event) !== undefined) return false;
  const deed = deedOf(event, terminal, keys);
  if (deed === 'terminal') return true;
  if (deed === 'browser') return false;
  event.preventDefault();
  if (event.type === 'keydown') deed();
  return false;
}

type Deed = 'terminal' | 'browser' | (() => void);

function deedOf(event: KeyboardEvent, terminal: Terminal, keys: ScreenKeys): Deed {
  const key = event.key.toLowerCase();
  if (key === 'contextmenu' || (key === 'f10' && isOnly(event, 'shift'))) return keys.openMenu;
  if (key === 'insert' && isOnly(event, 'shift')) return 'browser';
  if (key === 'insert' && isOnly(event, 'ctrl')) return keys.copySelection;
  if (isApple() && isOnly(event, 'meta')) return appleDeed(key, keys);
  if (!event.ctrlKey || event.altKey || event.metaKey) return 'terminal';
  if (key === 'c') return event.shiftKey ? keys.copySelection : copyOrInterrupt(terminal, keys);
  // Full-screen programs (nano, vim) have a use for Ctrl-V; at a prompt everybody means paste.
  if (key === 'v')
    return !event.shiftKey && terminal.buffer.active.type === 'alternate' ? 'terminal' : 'browser';
  return event.shiftKey ? shiftedDeed(event, keys) : 'terminal';
}

function appleDeed(key: string, keys: ScreenKeys): Deed {
  if (key === 'c') return keys.copySelection;
  if (key === 'v') return 'browser';
  return key === 'f' ? keys.openSearch : 'terminal';
}

/** The selection goes with it, so that a second Ctrl-C interrupts. */
function copyOrInterrupt(terminal: Terminal, keys: ScreenKeys): Deed {
  if (!terminal.hasSelection()) return 'terminal';
  return () => {
    keys.copySelection();
    terminal.clearSelection();
  };
}

/** By what the key says, or by its place where Shift makes something else of it. */
function shiftedDeed({ key, code }: KeyboardEvent, keys: ScreenKeys): Deed {
  if (key.toLowerCase() === 'f') return keys.openSearch;
  if (key === '+' || code === 'NumpadAdd') return () => keys.changeFont('larger');
  if (key === '-' || key === '_' || code === 'NumpadSubtract')
    return () => keys.changeFont('smaller');
  if (code === 'Digit0' || code === 'Numpad0') return () => keys.changeFont('normal');
  return 'terminal';
}

type Modifier = 'shift' | 'ctrl' | 'meta';

function isOnly(event: KeyboardEvent, modifier: Modifier): boolean {
  return (
    event.shiftKey === (modifier === 'shift') &&
    event.ctrlKey === (modifier === 'ctrl') &&
    event.metaKey === (modifier === 'meta') &&
    !event.altKey
  );
}
