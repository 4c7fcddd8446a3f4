'use client';

import type { LessonTerminal } from '../../server/protocol/identifiers.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Button } from '../_ui/Button.tsx';
import { Keys } from '../_ui/Keys.tsx';
import { useLessonActions, useReadOnly } from './actions.ts';
import { TerminalTag } from './TerminalTag.tsx';

/** A key to press in a terminal; the button presses it. `name` is as `Ctrl-C`, `Ctrl-D`, `q`. */
export function KeyBlock({ terminal, name }: { terminal: LessonTerminal; name: string }) {
  const text = useText();
  const { connected, onKey } = useLessonActions();
  const readOnly = useReadOnly();
  return (
    <div className="flex items-center gap-3 rounded-6 border border-line bg-sunken min-h-9 py-1 pr-1 pl-3">
      <TerminalTag terminal={terminal} />
      <Keys keys={name.split('-')} />
      <span className="flex-1" />
      {!readOnly && (
        <Button
          size="small"
          icon="play"
          disabled={!connected}
          aria-label={fill(text.lesson.pressIn, { key: name, terminal: text.terminal[terminal] })}
          title={connected ? undefined : text.lesson.noMachine}
          onClick={() => onKey(terminal, name)}
        >
          {text.lesson.press}
        </Button>
      )}
    </div>
  );
}
