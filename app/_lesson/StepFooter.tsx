'use client';

import type { Step } from '../../lessons/schema.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Button } from '../_ui/Button.tsx';
import { Icon } from '../_ui/Icon.tsx';
import { plain } from './Inline.tsx';

type StepFooterProps = {
  previous: Step | undefined;
  next: Step | undefined;
  /** Whether all tasks of this step are done; `null` when it has none. */
  taskDone: boolean | null;
  onStep: (stepId: string) => void;
};

/** Always in sight below the lesson: back, on, and whether the task of this step is done. */
export function StepFooter({ previous, next, taskDone, onStep }: StepFooterProps) {
  const { lesson } = useText();
  return (
    <div className="flex items-center gap-2 border-t border-line bg-surface px-4 py-2 wide:px-6">
      <Button
        kind="quiet"
        icon="chevron-left"
        className="-ml-3"
        disabled={previous === undefined}
        title={previous && fill(lesson.previousStep, { title: plain(previous.title) })}
        onClick={() => previous && onStep(previous.id)}
      >
        {lesson.previous}
      </Button>
      <span className="flex-1" />
      {taskDone !== null && (
        <span
          className={`inline-flex items-center gap-1.5 px-2 text-13 ${taskDone ? 'text-ok' : 'text-ink-3'}`}
        >
          <Icon name={taskDone ? 'check-ring' : 'ring'} />
          {lesson.task} {taskDone ? lesson.taskDone : lesson.taskWaiting}
        </span>
      )}
      {next !== undefined && (
        <Button
          kind={taskDone === false ? 'plain' : 'primary'}
          title={fill(lesson.nextStep, { title: plain(next.title) })}
          onClick={() => onStep(next.id)}
        >
          {lesson.next}
          <Icon name="chevron-right" />
        </Button>
      )}
    </div>
  );
}
