'use client';

import { useEffect, useRef, useState } from 'react';
import { useText } from '../_messages/text.tsx';
import { Button } from '../_ui/Button.tsx';
import type { Outcome } from './ProgressSection.tsx';
import { deleteEverything } from './sync.ts';

/** Removes all that is kept, after one question. */
export function DeleteEverything({ onOutcome }: { onOutcome: (outcome: Outcome) => void }) {
  const { progress: texts } = useText();
  const [asking, setAsking] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setAsking(false);
    button.current?.focus();
  };
  const remove = async () => {
    const answer = await deleteEverything();
    onOutcome(
      answer.ok
        ? { ok: true, sentence: texts.deleted }
        : { ok: false, sentence: texts.refused[answer.why] },
    );
    close();
  };
  return (
    <>
      <Button ref={button} aria-expanded={asking} onClick={() => setAsking(!asking)}>
        {texts.delete}
      </Button>
      {asking && <Question onYes={remove} onNo={close} />}
    </>
  );
}

/** The focus goes to the harmless answer. */
function Question({ onYes, onNo }: { onYes: () => void; onNo: () => void }) {
  const { progress: texts } = useText();
  const keep = useRef<HTMLButtonElement>(null);
  useEffect(() => keep.current?.focus(), []);
  return (
    <div className="w-full rounded-10 border border-line bg-soft-warn p-4">
      <p role="alert" className="text-14 text-pretty">
        {texts.deleteAsk}
      </p>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button ref={keep} onClick={onNo} onKeyDown={(event) => event.key === 'Escape' && onNo()}>
          {texts.deleteNo}
        </Button>
        <Button kind="quiet" className="text-bad" onClick={onYes}>
          {texts.deleteYes}
        </Button>
      </div>
    </div>
  );
}
