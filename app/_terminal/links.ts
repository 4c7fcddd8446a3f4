import { WebLinksAddon } from '@xterm/addon-web-links';
import type { Terminal } from '@xterm/xterm';
import type { Observable } from '../_ui/observable.ts';
import { openLink, safeAddress } from './link-address.ts';
import { programWantsMouse } from './mouse.ts';
import type { ScreenState } from './screen-state.ts';

/**
 * Addresses on the screen, and links that a program makes (OSC 8), open at Ctrl or Cmd and click. What a
 * link says and where it leads are two things: the pointer on it shows the second.
 */
export function attachLinks(terminal: Terminal, state: Observable<ScreenState>): void {
  const hover = (event: MouseEvent, text: string) => {
    const address = safeAddress(text);
    if (address === undefined) return;
    const wantsShift = programWantsMouse(terminal);
    state.set({ link: { address, x: event.clientX, y: event.clientY, wantsShift } });
  };
  const leave = () => state.set({ link: null });
  const activate = (event: MouseEvent, text: string) => {
    if (event.button !== 0 || !(event.ctrlKey || event.metaKey)) return;
    if (programWantsMouse(terminal) && !event.shiftKey) return;
    const address = safeAddress(text);
    if (address !== undefined) openLink(address);
  };
  terminal.loadAddon(new WebLinksAddon(activate, { hover, leave }));
  terminal.options.linkHandler = { activate, hover, leave };
}
