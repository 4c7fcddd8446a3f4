'use client';

import { useEffect, useRef } from 'react';
import type { TerminalText } from '../_messages/terminal.en.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Button } from '../_ui/Button.tsx';
import { lineCount, onOneLine } from './paste.ts';
import { TextPreview } from './TextPreview.tsx';
import type { XtermScreen } from './xterm.ts';

type PasteQuestionProps = { readonly text: string; readonly screen: XtermScreen };

/** Before many lines go into a program, or more than one into a program that runs what it is given. */
export function PasteQuestion({ text, screen }: PasteQuestionProps) {
  const { terminalTools } = useText();
  const { paste } = terminalTools;
  const no = useRef<HTMLButtonElement>(null);
  useEffect(() => no.current?.focus(), []);
  const cancel = () => {
    screen.state.set({ question: null });
    screen.focus();
  };
  const lines = lineCount(text);
  const ask = lines === 1 ? paste.askOne : paste.ask;
  const question = fill(ask, { lines, size: sizeText(text, terminalTools) });
  return (
    // biome-ignore lint/a11y/useSemanticElements: no field of a form is asked for
    <div
      role="group"
      aria-label={question}
      className="terminal-question"
      onKeyDown={(event) => event.key === 'Escape' && cancel()}
    >
      <p>
        {question} {!screen.wantsMarkedPastes() && lines > 1 && paste.runs}
      </p>
      <TextPreview
        label={paste.preview}
        text={text}
        more={(rest) => fill(paste.more, { lines: rest })}
      />
      <div className="terminal-answers">
        <Button kind="primary" size="small" onClick={() => screen.clipboard.insert(text)}>
          {paste.yes}
        </Button>
        {lines > 1 && (
          <Button size="small" onClick={() => screen.clipboard.insert(onOneLine(text))}>
            {paste.oneLine}
          </Button>
        )}
        <Button ref={no} size="small" onClick={cancel}>
          {paste.no}
        </Button>
      </div>
    </div>
  );
}

function sizeText(text: string, { bytes, kibibytes }: TerminalText): string {
  const count = new TextEncoder().encode(text).byteLength;
  return count < 1024
    ? fill(bytes, { count })
    : fill(kibibytes, { count: Math.round(count / 1024) });
}
