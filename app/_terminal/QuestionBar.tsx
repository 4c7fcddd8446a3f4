'use client';

import { useEffect, useRef } from 'react';
import { fill, useText } from '../_messages/text.tsx';
import { Button } from '../_ui/Button.tsx';
import { useObservable } from '../_ui/observable.ts';
import { isApple } from '../_ui/platform.ts';
import { PasteQuestion } from './PasteQuestion.tsx';
import { TextPreview } from './TextPreview.tsx';
import type { XtermScreen } from './xterm.ts';

type ScreenProps = { readonly screen: XtermScreen };

/**
 * Below the screen, never over it: what the learner is asked before a paste, before a program gets at
 * their clipboard, and what to press where the browser does not let the page.
 */
export function QuestionBar({ screen }: ScreenProps) {
  const question = useObservable(screen.state, (state) => state.question);
  const wanted = useObservable(screen.state, (state) => state.wantsClipboard);
  return (
    <div role="status">
      {question === null && wanted !== null && <ClipboardQuestion text={wanted} screen={screen} />}
      {question?.kind === 'paste' && (
        <PasteQuestion key={question.text} text={question.text} screen={screen} />
      )}
      {question?.kind === 'copy-by-key' && <CopyByKey text={question.text} screen={screen} />}
      {question?.kind === 'paste-by-key' && <PasteByKey screen={screen} />}
    </div>
  );
}

/** A program asks, so it gets no focus: the next key that the learner types must not be an answer. */
function ClipboardQuestion({ text, screen }: ScreenProps & { text: string }) {
  const { clipboard: texts } = useText().terminalTools;
  const refuse = useRef<HTMLButtonElement>(null);
  const answering = useObservable(screen.state, (state) => state.answering);
  useEffect(() => {
    if (!answering) return;
    refuse.current?.focus();
    screen.state.set({ answering: false });
  }, [answering, screen]);
  const { answer } = screen.requests;
  return (
    // biome-ignore lint/a11y/useSemanticElements: no field of a form is asked for
    <div
      role="group"
      aria-label={fill(texts.ask, { count: text.length })}
      className="terminal-question"
      onKeyDown={(event) => event.key === 'Escape' && answer('refused', text)}
    >
      <p>{fill(texts.ask, { count: text.length })}</p>
      <TextPreview label={texts.preview} text={text} />
      <div className="terminal-answers">
        <Button size="small" onClick={() => answer('once', text)}>
          {texts.once}
        </Button>
        <Button size="small" onClick={() => answer('always', text)}>
          {texts.always}
        </Button>
        <Button ref={refuse} size="small" onClick={() => answer('refused', text)}>
          {texts.refuse}
        </Button>
      </div>
    </div>
  );
}

function useClose(screen: XtermScreen): () => void {
  return () => {
    screen.state.set({ question: null });
    screen.focus();
  };
}

/** Copying a text that is selected in a field needs nobody's permission. */
function CopyByKey({ text, screen }: ScreenProps & { text: string }) {
  const { copy: texts } = useText().terminalTools;
  const field = useRef<HTMLTextAreaElement>(null);
  const close = useClose(screen);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes it wherever the focus is
    <div
      className="terminal-question"
      onKeyDown={(event) => event.key === 'Escape' && close()}
      // The browser copies after this event, out of the field.
      onCopy={() => setTimeout(close)}
    >
      <p>{fill(texts.byKey, { keys: isApple() ? '⌘C' : 'Ctrl+C' })}</p>
      <textarea
        ref={field}
        readOnly
        rows={2}
        aria-label={texts.field}
        className="terminal-preview"
        value={text}
      />
      <div className="terminal-answers">
        <Button size="small" onClick={close}>
          {texts.close}
        </Button>
      </div>
    </div>
  );
}

function PasteByKey({ screen }: ScreenProps) {
  const { paste, copy } = useText().terminalTools;
  const close = useClose(screen);
  return (
    <div className="terminal-question">
      <p>{fill(paste.byKey, { keys: isApple() ? '⌘V' : 'Ctrl+Shift+V' })}</p>
      <Button size="small" onClick={close}>
        {copy.close}
      </Button>
    </div>
  );
}
