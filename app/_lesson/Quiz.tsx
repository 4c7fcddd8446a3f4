'use client';

import { type FormEvent, useId, useState } from 'react';
import type { Block } from '../../lessons/schema.ts';
import type { QuizGiven } from '../../server/protocol/quiz.ts';
import { quizKey } from '../_lab/lab-state.ts';
import { useText } from '../_messages/text.tsx';
import { useProgress } from '../_progress/local.ts';
import { isAnsweredRight } from '../_progress/record.ts';
import { Button } from '../_ui/Button.tsx';
import { Icon } from '../_ui/Icon.tsx';
import { useLessonActions } from './actions.ts';
import { isSameAnswer, useGivenAnswer } from './given-answers.ts';
import { QuizFields } from './QuizFields.tsx';
import { Verdict } from './Verdict.tsx';

export type QuizBlock = Extract<Block, { kind: 'quiz' }>;

/**
 * A question that the server judges. It can be answered as often as one likes; what was said to the last
 * answer stands below it, until another one is chosen. The focus stays on the button.
 */
export function Quiz({ quiz }: { quiz: QuizBlock }) {
  const text = useText();
  const { connected, language, lesson, step, quizzes, onAnswer } = useLessonActions();
  const place = { lesson, step, quiz: quiz.id };
  const { reply, given, setGiven } = useAnswer(quizKey(place), quizzes, quiz.computed);
  const rightBefore = isAnsweredRight(useProgress(), place);
  const [missing, setMissing] = useState(false);
  const [heading, reason] = [useId(), useId()];

  const answer = (event: FormEvent) => {
    event.preventDefault();
    const empty = isEmpty(given);
    setMissing(empty);
    if (!empty && connected && reply?.kind !== 'asked') onAnswer(place, language, trimmed(given));
  };
  const shown = reply !== null && isSameAnswer(reply.given, trimmed(given)) ? reply : null;
  const right = shown?.kind === 'judged' && shown.verdict === 'right';
  return (
    <section
      aria-labelledby={heading}
      className={`rounded-10 border p-4 ${right ? 'border-ok bg-soft-ok' : 'border-line bg-raised'}`}
    >
      <p className="flex items-center gap-2 text-13 text-ink-2">
        <Icon name="question" />
        <span id={heading} className="font-semibold">
          {text.quiz.label}
        </span>
        {shown === null && (
          <span className={rightBefore ? 'text-ok' : 'text-ink-3'}>
            {rightBefore ? text.quiz.before : text.quiz.open}
          </span>
        )}
      </p>
      <form onSubmit={answer} noValidate>
        <QuizFields
          quiz={quiz}
          given={given}
          onGive={(next) => {
            setMissing(false);
            setGiven(next);
          }}
        />
        <div className="mt-4 flex flex-wrap items-center gap-x-3 gap-y-1">
          <Button
            submits
            disabled={!connected}
            aria-describedby={reason}
            aria-busy={reply?.kind === 'asked'}
          >
            {text.quiz.answer}
          </Button>
          <p id={reason} role={missing ? 'alert' : undefined} className="text-13 text-ink-3">
            {!connected
              ? text.lesson.noMachine
              : missing && (quiz.form === 'text' ? text.quiz.typeFirst : text.quiz.chooseFirst)}
          </p>
        </div>
      </form>
      <div role="status">
        <Verdict reply={shown} />
      </div>
    </section>
  );
}

/**
 * The answer in the fields, and the last one with its verdict: of this page, or of another time in this
 * browser. A computed answer of another time is not put back: on another machine it is another one.
 */
function useAnswer(
  key: string,
  quizzes: ReturnType<typeof useLessonActions>['quizzes'],
  computed: boolean,
) {
  const kept = useGivenAnswer(key);
  const remembered = kept !== null && !computed ? kept : null;
  const [chosen, setGiven] = useState<QuizGiven | null>(null);
  const reply =
    quizzes[key] ??
    (remembered && {
      kind: 'judged' as const,
      given: remembered.given,
      verdict: remembered.right ? ('right' as const) : ('wrong' as const),
      because: remembered.because,
      language: remembered.language,
    });
  return { reply, given: chosen ?? reply?.given ?? null, setGiven };
}

function isEmpty(given: QuizGiven | null): given is null {
  if (given === null) return true;
  return 'choices' in given ? given.choices.length === 0 : given.text.trim() === '';
}

/** As it is sent. */
function trimmed<Given extends QuizGiven | null>(given: Given): Given | { text: string } {
  return given !== null && 'text' in given ? { text: given.text.trim() } : given;
}
