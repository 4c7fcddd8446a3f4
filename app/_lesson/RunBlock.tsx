'use client';

import { useId } from 'react';
import type { Block } from '../../lessons/schema.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Button } from '../_ui/Button.tsx';
import { Keys } from '../_ui/Keys.tsx';
import { useLessonActions, useReadOnly } from './actions.ts';
import { CopyButton } from './CopyButton.tsx';
import { Output } from './Output.tsx';
import { TerminalTag } from './TerminalTag.tsx';

type RunBlockProps = { block: Extract<Block, { kind: 'run' }> };

/** A command, where it belongs, and what it should answer. A click types it into that terminal. */
export function RunBlock({ block }: RunBlockProps) {
  const { terminal, command, interrupt, output } = block;
  const text = useText();
  const readOnly = useReadOnly();
  const { connected, onRun } = useLessonActions();
  const commandId = useId();
  return (
    <figure className="rounded-6 border border-line bg-sunken">
      <figcaption className="flex items-center gap-1 border-b border-line py-1 pr-1 pl-3">
        <TerminalTag terminal={terminal} />
        {interrupt && <Interrupts />}
        <span className="flex-1" />
        <CopyButton text={command} label={text.lesson.copyCommand} />
        {!readOnly && (
          <Button
            size="small"
            icon="play"
            disabled={!connected}
            aria-label={fill(text.lesson.runIn, { terminal: text.terminal[terminal] })}
            aria-describedby={commandId}
            title={connected ? undefined : text.lesson.noMachine}
            onClick={() => onRun(terminal, command, interrupt)}
          >
            {text.lesson.run}
          </Button>
        )}
      </figcaption>
      <pre className="px-3 py-2.5 font-mono text-14 break-words whitespace-pre-wrap text-ink">
        <code id={commandId}>{command}</code>
      </pre>
      {output !== null && <Output lines={output} />}
    </figure>
  );
}

/** What still runs in the terminal is ended first. */
function Interrupts() {
  const [before = '', after = ''] = useText().lesson.interruptFirst.split('Ctrl-C');
  return (
    <span className="ml-2 inline-flex flex-wrap items-center gap-1 text-12 text-ink-3">
      {before.trim()}
      <Keys keys={['Ctrl', 'C']} />
      {after.trim()}
    </span>
  );
}
