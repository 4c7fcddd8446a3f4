'use client';

import { useEffect, useMemo, useRef } from 'react';
import type { Lesson, Step } from '../../lessons/schema.ts';
import type { LabState, OpenCheck } from '../_lab/lab-state.ts';
import { useText } from '../_messages/text.tsx';
import { recordStep, useDoneSteps } from '../_progress/local.ts';
import { type LessonActions, LessonActionsProvider } from './actions.ts';
import { Blocks } from './Blocks.tsx';
import { Inline } from './Inline.tsx';
import { LessonEnd } from './LessonEnd.tsx';
import { LessonHead } from './LessonHead.tsx';
import type { LessonLink } from './lesson-link.ts';
import { StepFooter } from './StepFooter.tsx';
import { StepNavigation } from './StepNavigation.tsx';
import { useStep } from './step.ts';
import { Tasks } from './Tasks.tsx';

export type LessonPaneProps = {
  readonly lesson: Lesson;
  /** The lessons that it builds on. */
  readonly before: readonly LessonLink[];
  /** The lesson after this one, if there is one. */
  readonly next: LessonLink | null;
  /** What the kernel says, and of which step: right after a change of step it may still be the one before. */
  readonly check: OpenCheck | null;
  readonly quizzes: LabState['quizzes'];
  /** True while commands can be typed into terminals and the checks can be asked. */
  readonly live: boolean;
  readonly cgroupVersion: 1 | 2 | null;
  readonly onRun: LessonActions['onRun'];
  readonly onKey: LessonActions['onKey'];
  readonly onAnswer: LessonActions['onAnswer'];
  /** Called at first and each time another step is opened. */
  readonly onOpenStep: (stepId: string) => void;
  readonly onCheckNow: () => void;
};

/** The lesson: one step at a time. It fills its parent and scrolls by itself. */
export function LessonPane(props: LessonPaneProps) {
  const { lesson, before, next, check, quizzes, live, cgroupVersion } = props;
  const { onRun, onKey, onAnswer, onOpenStep, onCheckNow } = props;
  const text = useText();
  const [step, goToStep] = useStep(lesson);
  const doneSteps = useDoneSteps(lesson.id);
  const { scroller, heading } = useStartAtTop(step);
  const { id, language } = lesson;
  const actions = useMemo(
    () => ({
      connected: live,
      cgroupVersion,
      language,
      lesson: id,
      step: step.id,
      quizzes,
      onRun,
      onKey,
      onAnswer,
    }),
    [live, cgroupVersion, language, id, step.id, quizzes, onRun, onKey, onAnswer],
  );

  const stepState = check?.step === step.id ? check.state : null;
  const doneNow = stepState?.checks.every((task) => task.done) ?? false;
  useTellOpenStep(step.id, onOpenStep);
  useRecordDone(lesson.id, step.id, doneNow);

  const index = lesson.steps.indexOf(step);
  const nextStep = lesson.steps[index + 1];
  const hasTask = step.tasks.length > 0;
  const done = doneSteps.has(step.id) || doneNow;

  const leaveTo = (stepId: string) => {
    // A step without a task is done when it was read.
    if (!hasTask) recordStep(lesson.id, step.id);
    goToStep(stepId);
  };

  return (
    <LessonActionsProvider value={actions}>
      <section aria-label={text.lesson.label} className="flex h-full min-h-0 flex-col">
        <div
          ref={scroller}
          className="relative min-h-0 flex-1 overflow-y-auto px-4 pt-5 pb-10 wide:px-6"
        >
          <div className="lesson-step mx-auto flex max-w-[640px] flex-col gap-5">
            <LessonHead lesson={lesson} before={before} full={index === 0} />
            <StepNavigation steps={lesson.steps} step={step} done={doneSteps} onStep={leaveTo} />
            <h2 ref={heading} tabIndex={-1} className="pt-2 font-serif text-22 font-semibold">
              <Inline text={step.title} />
            </h2>
            <Blocks key={`blocks ${step.id}`} blocks={step.blocks} />
            <Tasks
              key={`tasks ${step.id}`}
              step={step}
              state={stepState}
              done={done}
              connected={live}
              onCheckNow={onCheckNow}
            />
            {nextStep === undefined && <LessonEnd lesson={lesson} next={next} done={doneSteps} />}
          </div>
        </div>
        <StepFooter
          previous={lesson.steps[index - 1]}
          next={nextStep}
          taskDone={hasTask ? done : null}
          onStep={leaveTo}
        />
      </section>
    </LessonActionsProvider>
  );
}

function useTellOpenStep(stepId: string, onOpenStep: (stepId: string) => void) {
  useEffect(() => onOpenStep(stepId), [stepId, onOpenStep]);
}

function useRecordDone(lessonId: string, stepId: string, done: boolean) {
  useEffect(() => {
    if (done) recordStep(lessonId, stepId);
  }, [lessonId, stepId, done]);
}

/**
 * A new step is read from its top. The focus goes to its title only if it was in the lesson: somebody
 * who is typing in a terminal keeps typing there.
 */
function useStartAtTop(step: Step) {
  const scroller = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(step.id);
  useEffect(() => {
    if (shown.current === step.id) return;
    shown.current = step.id;
    scroller.current?.scrollTo({ top: 0 });
    const pane = scroller.current?.parentElement;
    const focused = document.activeElement;
    if (focused === document.body || pane?.contains(focused)) {
      heading.current?.focus({ preventScroll: true });
    }
  }, [step.id]);
  return { scroller, heading };
}
