'use client';

import { useState } from 'react';
import type { Step } from '../../lessons/schema.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Icon } from '../_ui/Icon.tsx';
import { Inline } from './Inline.tsx';

type StepNavigationProps = {
  steps: readonly Step[];
  step: Step;
  done: ReadonlySet<string>;
  onStep: (stepId: string) => void;
};

/** Where the reader is: a mark for each step, and the titles of all of them on demand. */
export function StepNavigation({ steps, step, done, onStep }: StepNavigationProps) {
  const { lesson } = useText();
  const [open, setOpen] = useState(false);
  const index = steps.indexOf(step);
  return (
    <nav aria-label={lesson.steps}>
      <div className="flex items-center gap-3">
        <button
          type="button"
          aria-expanded={open}
          title={lesson.allSteps}
          onClick={() => setOpen(!open)}
          className="-ml-1.5 inline-flex h-7 shrink-0 items-center gap-1 rounded-6 px-1.5 text-13 text-ink-2 hover:bg-sunken hover:text-ink"
        >
          {fill(lesson.stepOf, { step: index + 1, total: steps.length })}
          <Icon name="chevron-down" className={open ? 'rotate-180' : ''} />
        </button>
        <div aria-hidden="true" className="flex h-1 flex-1 gap-1">
          {steps.map((each) => (
            <span
              key={each.id}
              className={`h-full flex-1 ${markClass(each === step, done.has(each.id))}`}
            />
          ))}
        </div>
      </div>
      {open && (
        <ol className="mt-2 border-y border-line py-1">
          {steps.map((each, number) => (
            <li key={each.id}>
              <a
                href={`#${each.id}`}
                aria-current={each === step ? 'step' : undefined}
                onClick={(event) => {
                  event.preventDefault();
                  setOpen(false);
                  onStep(each.id);
                }}
                className="flex items-start gap-2 rounded-6 px-1.5 py-1 text-14 text-ink-2 hover:bg-sunken hover:text-ink aria-[current]:font-semibold aria-[current]:text-ink"
              >
                <span className="w-5 shrink-0 text-right tabular-nums">{number + 1}</span>
                <span className="flex-1">
                  <Inline text={each.title} />
                </span>
                <StepState done={done.has(each.id)} />
              </a>
            </li>
          ))}
        </ol>
      )}
    </nav>
  );
}

function StepState({ done }: { done: boolean }) {
  const { lesson } = useText();
  return (
    <span
      className={`inline-flex shrink-0 items-center gap-1 text-12 ${done ? 'text-ok' : 'text-ink-3'}`}
    >
      <Icon name={done ? 'check' : 'ring'} />
      {done ? lesson.stepDone : lesson.stepOpen}
    </span>
  );
}

/** Done is green, open is a line, and the present one is in ink. The words are in the list and in the button. */
function markClass(current: boolean, done: boolean): string {
  if (current) return 'bg-ink';
  return done ? 'bg-ok' : 'bg-line';
}
