'use client';

import { useId } from 'react';
import type { Check, Condition } from '../../lessons/schema.ts';
import type { CheckState } from '../../server/protocol/check.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Button } from '../_ui/Button.tsx';
import { Icon } from '../_ui/Icon.tsx';
import { Inline, plain } from './Inline.tsx';
import { StateHints } from './StateHints.tsx';

type TaskCardProps = {
  /** What it is called among the tasks of its step. */
  name: string;
  check: Check;
  /** What the kernel says now; `null` while that is unknown. */
  state: CheckState | null;
  /** Done now, or at another time. */
  done: boolean;
  /** The machine has more than the kernel was asked about. */
  cut: boolean;
  connected: boolean;
  onCheckNow: () => void;
};

/**
 * One thing to do in this step, and whether the kernel says that it is done. A change is told in a polite
 * live region and never takes the focus: the learner is typing in a terminal.
 */
export function TaskCard(props: TaskCardProps) {
  const { name, check, state, done, cut, connected, onCheckNow } = props;
  const { lesson } = useText();
  const heading = useId();
  return (
    <section
      aria-labelledby={heading}
      className={`rounded-10 border p-4 ${done ? 'border-ok bg-soft-ok' : 'border-line bg-raised'}`}
    >
      <div className={`flex items-center gap-2 text-13 ${done ? 'text-ok' : 'text-ink-2'}`}>
        <Icon name={done ? 'check-ring' : 'ring'} />
        <h3 id={heading} className="font-semibold">
          {name}
        </h3>
        <span className={done ? '' : 'text-ink-3'}>
          {done ? lesson.taskDone : lesson.taskWaiting}
        </span>
        <span className="flex-1" />
        {!done && (
          <Button
            size="small"
            disabled={!connected}
            title={connected ? lesson.checkedAutomatically : lesson.noMachine}
            onClick={onCheckNow}
          >
            {lesson.checkNow}
          </Button>
        )}
      </div>
      <p className="mt-2 font-serif text-18">
        <Inline text={check.task} />
      </p>
      {(!done || state?.done) && <Conditions conditions={check.conditions} state={state} />}
      <StateHints hints={check.hints} due={done ? [] : (state?.hints ?? [])} />
      {cut && !done && (
        <p className="mt-3 flex gap-2 text-13 text-ink-3">
          <Icon name="warning" className="mt-0.5 text-warn" />
          {lesson.cut}
        </p>
      )}
      {done && (
        <p className="mt-3 border-t border-ok/30 pt-3 font-serif text-18">
          <Inline text={check.done} />
        </p>
      )}
      <p role="status" className="sr-only">
        {announcement(check, state, done, lesson)}
      </p>
    </section>
  );
}

type ConditionsProps = { conditions: readonly Condition[]; state: CheckState | null };

function Conditions({ conditions, state }: ConditionsProps) {
  const { lesson } = useText();
  return (
    <ul className="mt-3 flex flex-col gap-1.5 text-13">
      {conditions.map((condition, index) => {
        const holds = state?.conditions[index];
        return (
          <li key={condition.label} className="flex items-start gap-2">
            <Icon
              name={holds ? 'check' : 'ring'}
              className={`mt-0.5 ${holds ? 'text-ok' : 'text-ink-3'}`}
            />
            <span className="flex-1">
              <Inline text={condition.label} />
            </span>
            <span className={`shrink-0 ${holds ? 'text-ok' : 'text-ink-3'}`}>
              {holds === undefined
                ? lesson.conditionUnknown
                : holds
                  ? lesson.conditionTrue
                  : lesson.conditionFalse}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function announcement(
  check: Check,
  state: CheckState | null,
  done: boolean,
  texts: { doneAnnouncement: string; conditionAnnouncement: string },
): string {
  if (done) return fill(texts.doneAnnouncement, { text: plain(check.done) });
  const count = state?.conditions.filter(Boolean).length ?? 0;
  if (count === 0) return '';
  return fill(texts.conditionAnnouncement, { count, total: check.conditions.length });
}
