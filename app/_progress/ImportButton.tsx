'use client';

import { type ChangeEvent, useId, useRef } from 'react';
import { PROGRESS_BYTES_MAX } from '../../server/protocol/progress.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Button } from '../_ui/Button.tsx';
import type { Outcome } from './ProgressSection.tsx';
import { parseRecord } from './record.ts';
import { importProgress } from './sync.ts';

/** Takes a file that was exported, here or on another computer, and joins it with what is there. */
export function ImportButton({ onOutcome }: { onOutcome: (outcome: Outcome) => void }) {
  const { progress: texts } = useText();
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const refuse = (why: keyof typeof texts.refused) =>
    onOutcome({ ok: false, sentence: texts.refused[why] });

  const chosen = async (event: ChangeEvent<HTMLInputElement>) => {
    const { currentTarget } = event;
    const file = currentTarget.files?.[0];
    if (file === undefined) return;
    const text = file.size > PROGRESS_BYTES_MAX ? undefined : await file.text();
    // The same file can be chosen again.
    currentTarget.value = '';
    if (text === undefined) return refuse('too-large');
    const record = parseRecord(text);
    if (record === undefined) return refuse('not-a-record');
    const answer = await importProgress(record);
    if (!answer.ok) return refuse(answer.why);
    const { steps, quizzes } = record;
    const counts = { steps: steps.length, quizzes: quizzes.length };
    onOutcome({ ok: true, sentence: fill(texts.imported, counts) });
  };
  return (
    <>
      <label htmlFor={id} className="sr-only">
        {texts.importLabel}
      </label>
      <input
        ref={input}
        id={id}
        type="file"
        accept=".json,application/json"
        tabIndex={-1}
        className="sr-only"
        onChange={chosen}
      />
      <Button icon="upload" onClick={() => input.current?.click()}>
        {texts.import}
      </Button>
    </>
  );
}
