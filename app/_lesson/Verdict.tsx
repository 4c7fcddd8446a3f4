'use client';

import type { Language } from '../../server/protocol/identifiers.ts';
import type { QuizReply } from '../_lab/lab-state.ts';
import { useText } from '../_messages/text.tsx';
import { Icon } from '../_ui/Icon.tsx';
import { useLessonActions } from './actions.ts';
import { Inline } from './Inline.tsx';

const LOOKS = {
  right: { icon: 'check-ring', colour: 'text-ok' },
  wrong: { icon: 'cross', colour: 'text-bad' },
  unanswerable: { icon: 'clock', colour: 'text-warn' },
} as const;

/** What the server makes of an answer, and why. The reason of another time may be in the other language: then it is left out. */
export function Verdict({ reply }: { reply: (QuizReply & { language?: Language }) | null }) {
  const { quiz } = useText();
  const { language } = useLessonActions();
  if (reply === null) return null;
  if (reply.kind === 'asked') {
    return (
      <p className="mt-3 flex items-center gap-2 text-13 text-ink-3">
        <Icon name="ring" />
        {quiz.asked}
      </p>
    );
  }
  const { icon, colour } = LOOKS[reply.verdict];
  return (
    <div className="mt-3 border-t border-line pt-3">
      <p className={`flex items-center gap-2 text-13 font-semibold ${colour}`}>
        <Icon name={icon} />
        {quiz[reply.verdict]}
      </p>
      {(reply.language ?? language) === language && reply.because !== '' && (
        <p className="mt-1 font-serif text-18">
          <Inline text={reply.because} />
        </p>
      )}
    </div>
  );
}
