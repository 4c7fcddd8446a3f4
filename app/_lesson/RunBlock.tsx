'use client';

import { useId } from 'react';
import type { OutputLine } from '../../lessons/schema.ts';
import type { TerminalName } from '../../server/protocol/identifiers.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Button } from '../_ui/Button.tsx';
import { useLessonActions } from './actions.ts';
import { CopyButton } from './CopyButton.tsx';
import { Output } from './Output.tsx';
import { TerminalTag } from './TerminalTag.tsx';

type RunBlockProps = {
  terminal: TerminalName;
  command: string;
  output: readonly OutputLine[] | null;
};

/** A command, where it belongs, and what it should answer. A click types it into that terminal. */
export function RunBlock({ terminal, command, output }: RunBlockProps) {
  const text = useText();
  const { connected, onRun } = useLessonActions();
  const commandId = useId();
  return (
    <figure className="rounded-6 border border-line bg-sunken">
      <figcaption className="flex items-center gap-1 border-b border-line py-1 pr-1 pl-3">
        <TerminalTag terminal={terminal} />
        <span className="flex-1" />
        <CopyButton text={command} label={text.lesson.copyCommand} />
        <Button
          size="small"
          icon="play"
          disabled={!connected}
          aria-label={fill(text.lesson.runIn, { terminal: text.terminal[terminal] })}
          aria-describedby={commandId}
          title={connected ? undefined : text.lesson.noMachine}
          onClick={() => onRun(terminal, command)}
        >
          {text.lesson.run}
        </Button>
      </figcaption>
      <pre className="px-3 py-2.5 font-mono text-14 break-words whitespace-pre-wrap text-ink">
        <code id={commandId}>{command}</code>
      </pre>
      {output !== null && <Output lines={output} />}
    </figure>
  );
}
