'use client';

import type { Step } from '../../lessons/schema.ts';
import type { StepState } from '../../server/protocol/check.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Hints } from './Hints.tsx';
import { TaskCard } from './TaskCard.tsx';

type TasksProps = {
  step: Step;
  /** What the kernel says now; `null` while that is unknown. */
  state: StepState | null;
  /** The whole step is done: now, or at another time. */
  done: boolean;
  connected: boolean;
  onCheckNow: () => void;
};

/** What to do in a step, one task after the other, each with its own help. */
export function Tasks({ step, state, done, connected, onCheckNow }: TasksProps) {
  const { lesson } = useText();
  return step.tasks.map((task, index) => {
    const check = state?.checks[index] ?? null;
    return (
      <div key={task.check.task} className="flex flex-col gap-4">
        <TaskCard
          name={
            step.tasks.length === 1 ? lesson.task : fill(lesson.taskNumber, { number: index + 1 })
          }
          check={task.check}
          state={check}
          done={done || check?.done === true}
          cut={state?.cut ?? false}
          connected={connected}
          onCheckNow={onCheckNow}
        />
        <Hints task={task} />
      </div>
    );
  });
}
