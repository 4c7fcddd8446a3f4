'use client';

import { useId } from 'react';
import { useText } from '../_messages/text.tsx';
import { buttonClass } from '../_ui/Button.tsx';
import { Icon } from '../_ui/Icon.tsx';
import { Keys } from '../_ui/Keys.tsx';

type KeysHelpProps = {
  readonly screenReader: boolean;
  readonly onScreenReader: (on: boolean) => void;
};

/** Every key the lab has, and the setting for screen readers, in a popover of the browser's own. */
export function KeysHelp({ screenReader, onScreenReader }: KeysHelpProps) {
  const { live, terminalTools } = useText();
  const { keys } = live;
  const tools = terminalTools.keys;
  const id = useId();
  const rows = [
    { keys: [['F6']], does: keys.nextPart },
    { keys: [['Shift', 'F6']], does: keys.previousPart },
    { keys: [['Ctrl', 'F6']], does: keys.tabs },
    { keys: [['Ctrl', 'Shift', 'F6']], does: keys.maximise },
    {
      keys: [
        ['Alt', 'PgUp'],
        ['Alt', 'PgDn'],
      ],
      does: keys.tab,
    },
    { keys: [['F2']], does: keys.rename },
    { keys: [['Delete']], does: keys.close },
    { keys: [['Shift', 'F10']], does: tools.menu },
    {
      keys: [
        ['Ctrl', 'Shift', 'C'],
        ['Ctrl', 'Insert'],
      ],
      does: keys.copy,
    },
    { keys: [['Ctrl', 'C']], does: keys.copySelected },
    {
      keys: [
        ['Ctrl', 'V'],
        ['Ctrl', 'Shift', 'V'],
        ['Shift', 'Insert'],
      ],
      does: keys.paste,
    },
    { keys: [[tools.middleClick]], does: tools.primary },
    { keys: [['Ctrl', 'Shift', 'F']], does: tools.search },
    { keys: [['Ctrl', tools.click]], does: tools.link },
    { keys: [['Shift', tools.click]], does: tools.mouse },
    {
      keys: [
        ['Ctrl', 'Shift', '+'],
        ['Ctrl', 'Shift', '-'],
        ['Ctrl', 'Shift', '0'],
      ],
      does: tools.font,
    },
    { keys: [['←'], ['→'], ['↑'], ['↓']], does: keys.divider },
    { keys: [['Enter']], does: keys.dividerReset },
  ];
  return (
    <>
      <button
        type="button"
        popoverTarget={id}
        className={buttonClass({ kind: 'quiet', size: 'small' })}
      >
        <Icon name="key" />
        <span className="sr-only lab:not-sr-only">{keys.button}</span>
      </button>
      <div id={id} popover="auto" className="lab-popover" role="dialog" aria-label={keys.title}>
        <h2 className="text-14 font-semibold">{keys.title}</h2>
        <dl className="lab-keys">
          {rows.map((row) => (
            <div key={row.does}>
              <dt>
                {row.keys.map((pressed) => (
                  <Keys key={pressed.join()} keys={pressed} />
                ))}
              </dt>
              <dd>{row.does}</dd>
            </div>
          ))}
        </dl>
        <label className="flex items-center gap-2 border-t border-line pt-3 text-13">
          <input
            type="checkbox"
            checked={screenReader}
            onChange={(event) => onScreenReader(event.target.checked)}
          />
          {keys.screenReader}
        </label>
        <button
          type="button"
          popoverTarget={id}
          popoverTargetAction="hide"
          className={`${buttonClass({ size: 'small' })} self-end`}
        >
          {keys.done}
        </button>
      </div>
    </>
  );
}
