'use client';

import type { TerminalName } from '../../server/protocol/identifiers.ts';
import { fill, useText } from '../_messages/text.tsx';
import { IconButton } from '../_ui/Button.tsx';
import { Icon } from '../_ui/Icon.tsx';
import { useObservable } from '../_ui/observable.ts';
import { LinkTooltip } from './LinkTooltip.tsx';
import { TerminalMenu } from './TerminalMenu.tsx';
import type { Title } from './title.ts';
import type { PageTerminal } from './use-xterm.ts';

type HeaderToolsProps = {
  readonly name: TerminalName;
  readonly title: Title;
  readonly terminal: PageTerminal | undefined;
};

/** At the end of a terminal's header: whether its bell has rung, and its menu. */
export function HeaderTools({ name, title, terminal }: HeaderToolsProps) {
  if (!terminal) return null;
  return (
    <span className="terminal-tools">
      <Bell terminal={terminal} />
      <MenuButton title={title} terminal={terminal} />
      <TerminalMenu name={name} title={title} terminal={terminal} />
      <LinkTooltip screen={terminal.screen} />
    </span>
  );
}

/** A mark and no sound. It is not announced: a program may ring it a thousand times. */
function Bell({ terminal: { screen } }: { terminal: PageTerminal }) {
  const { terminalTools } = useText();
  const rung = useObservable(screen.state, (state) => state.bell);
  if (!rung) return null;
  return (
    <span
      className="flex text-warn"
      role="img"
      aria-label={terminalTools.bell}
      title={terminalTools.bell}
    >
      <Icon name="bell" />
    </span>
  );
}

function MenuButton({ title, terminal: { screen } }: { title: Title; terminal: PageTerminal }) {
  const { menu } = useText().terminalTools;
  const isOpen = useObservable(screen.state, (state) => state.menu !== null);
  return (
    <IconButton
      icon="more"
      label={fill(title.isNumbered ? menu.buttonNumbered : menu.button, { name: title.name })}
      aria-haspopup="menu"
      aria-expanded={isOpen}
      onClick={(event) => {
        if (isOpen) return screen.state.set({ menu: null });
        const { right, bottom } = event.currentTarget.getBoundingClientRect();
        screen.openMenu({ x: right, y: bottom });
      }}
    />
  );
}
