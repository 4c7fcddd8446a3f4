'use client';

import { type ComponentProps, useSyncExternalStore } from 'react';
import type { TerminalName } from '../../server/protocol/identifiers.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Menu, MenuGroup, MenuItem } from '../_ui/Menu.tsx';
import { useObservable } from '../_ui/observable.ts';
import { isApple } from '../_ui/platform.ts';
import { FONT_SIZE, fontSize, watchFontSize } from './font-size.ts';
import { openLink } from './link-address.ts';
import { saveRecording, saveTranscript } from './save.ts';
import type { OpenMenu } from './screen-state.ts';
import type { Title } from './title.ts';
import type { PageTerminal } from './use-xterm.ts';

type TerminalMenuProps = {
  readonly name: TerminalName;
  readonly title: Title;
  readonly terminal: PageTerminal;
};

type Item = Omit<ComponentProps<typeof MenuItem>, 'children'> & { readonly label: string };

/** All that can be done with a terminal, where the learner has asked for it. */
export function TerminalMenu(props: TerminalMenuProps) {
  const { screen } = props.terminal;
  const menu = useObservable(screen.state, (state) => state.menu);
  return menu && <Opened menu={menu} {...props} />;
}

function Opened({ menu, name, title, terminal }: TerminalMenuProps & { menu: OpenMenu }) {
  const { screen, recorder } = terminal;
  const { terminalTools: texts } = useText();
  const size = useSyncExternalStore(watchFontSize, fontSize, fontSize);
  const asked = useObservable(
    screen.state,
    ({ wantsClipboard, question }) => wantsClipboard !== null && question === null,
  );
  const files = { id: name, title, texts };
  const command = isApple() ? '⌘' : 'Ctrl+Shift+';
  const words = texts.menu;
  const item = (label: string, onChoose: () => void, more: Partial<Item> = {}): Item => ({
    label,
    onChoose,
    ...more,
  });
  const { link } = menu;
  const groups: Item[][] = [
    asked ? [item(words.answer, () => screen.state.set({ answering: true }))] : [],
    link === null
      ? []
      : [
          item(words.openLink, () => openLink(link), { icon: 'external' }),
          item(words.copyLink, () => screen.clipboard.copy(link)),
        ],
    [
      item(words.copy, screen.clipboard.copySelection, {
        icon: 'copy',
        keys: `${command}C`,
        disabled: !menu.hasSelection,
      }),
      item(words.paste, screen.clipboard.paste, { keys: `${command}V` }),
      item(words.selectAll, screen.selectAll),
      item(words.search, screen.search.open, { icon: 'search', keys: `${command}F` }),
    ],
    [
      item(words.larger, () => screen.changeFont('larger'), {
        keys: 'Ctrl+Shift++',
        disabled: size >= FONT_SIZE.max,
        stays: true,
      }),
      item(words.smaller, () => screen.changeFont('smaller'), {
        keys: 'Ctrl+Shift+-',
        disabled: size <= FONT_SIZE.min,
        stays: true,
      }),
      item(words.normal, () => screen.changeFont('normal'), {
        keys: 'Ctrl+Shift+0',
        disabled: size === FONT_SIZE.normal,
        stays: true,
      }),
    ],
    [
      item(words.clear, screen.clear, { disabled: menu.isFullScreen }),
      item(words.reset, screen.reset, { icon: 'reset' }),
    ],
    [
      item(words.transcript, () => saveTranscript(screen.transcript(), files), {
        icon: 'download',
      }),
      item(words.recording, () => saveRecording(recorder.events(), screen.size(), files), {
        disabled: !menu.hasRecording,
      }),
    ],
  ];
  return (
    <Menu
      label={fill(title.isNumbered ? words.buttonNumbered : words.button, { name: title.name })}
      at={menu}
      onClose={() => screen.state.set({ menu: null })}
    >
      {groups
        .filter((items) => items.length > 0)
        .map((items) => (
          <MenuGroup key={items[0]?.label}>
            {items.map(({ label, onChoose, ...more }) => (
              <MenuItem
                key={label}
                {...more}
                onChoose={() => {
                  // What is done to a terminal leaves the keyboard in it.
                  if (!more.stays) screen.focus();
                  onChoose();
                }}
              >
                {label}
              </MenuItem>
            ))}
          </MenuGroup>
        ))}
    </Menu>
  );
}
