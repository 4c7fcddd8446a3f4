'use client';

import { useSyncExternalStore } from 'react';
import type { TerminalName } from '../../server/protocol/identifiers.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Menu, type MenuItem } from '../_ui/Menu.tsx';
import { useObservable } from '../_ui/observable.ts';
import { isApple } from '../_ui/platform.ts';
import { FONT_SIZE, fontSize, watchFontSize } from './font-size.ts';
import { openLink } from './link-address.ts';
import { saveRecording, saveTranscript } from './save.ts';
import type { OpenMenu } from './screen-state.ts';
import type { PageTerminal } from './use-xterm.ts';

type TerminalMenuProps = { readonly name: TerminalName; readonly terminal: PageTerminal };

/** All that can be done with a terminal, where the learner has asked for it. */
export function TerminalMenu(props: TerminalMenuProps) {
  const { screen } = props.terminal;
  const menu = useObservable(screen.state, (state) => state.menu);
  return menu && <Opened key={`${menu.x},${menu.y}`} menu={menu} {...props} />;
}

function Opened({ menu, name, terminal }: TerminalMenuProps & { menu: OpenMenu }) {
  const { screen, recorder } = terminal;
  const { live, terminalTools: texts } = useText();
  const size = useSyncExternalStore(watchFontSize, fontSize, fontSize);
  const asked = useObservable(
    screen.state,
    ({ wantsClipboard, question }) => wantsClipboard !== null && question === null,
  );
  const files = { id: name, name: live[name], texts };
  const command = isApple() ? '⌘' : 'Ctrl+Shift+';
  const words = texts.menu;
  const item = (label: string, run: () => void, more: Partial<MenuItem> = {}): MenuItem => ({
    label,
    run,
    ...more,
  });
  const { link } = menu;
  const groups: MenuItem[][] = [
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
      label={fill(words.button, { name: live[name] })}
      at={menu}
      groups={groups
        .filter((items) => items.length > 0)
        .map((items) => items.map((each) => focusing(each, screen.focus)))}
      onClose={() => screen.state.set({ menu: null })}
    />
  );
}

/** What is done to a terminal leaves the keyboard in it. */
function focusing(item: MenuItem, focus: () => void): MenuItem {
  if (item.stays) return item;
  return {
    ...item,
    run() {
      focus();
      item.run();
    },
  };
}
