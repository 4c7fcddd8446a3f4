import type { Block, Lesson } from '../../lessons/schema.ts';
import type { HueName } from '../_ui/namespace-colour.ts';

/** What a page must know of another lesson to lead to it. */
export type LessonLink = {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly namespace: HueName | null;
  readonly minutes: number;
  /** Ids of its steps, in order. */
  readonly steps: readonly string[];
  /** Where its questions are, in order. */
  readonly quizzes: readonly { readonly step: string; readonly quiz: string }[];
};

export function lessonLink(lesson: Lesson): LessonLink {
  const { id, number, title, namespace, minutes } = lesson;
  return {
    id,
    number,
    title,
    namespace,
    minutes,
    steps: lesson.steps.map((step) => step.id),
    quizzes: quizzesOf(lesson),
  };
}

/** Every question of a lesson. None hides in a hint or a solution. */
export function quizzesOf({ steps }: Lesson): LessonLink['quizzes'] {
  return steps.flatMap((step) =>
    step.blocks.filter(isQuiz).map((block) => ({ step: step.id, quiz: block.id })),
  );
}

function isQuiz(block: Block): block is Extract<Block, { kind: 'quiz' }> {
  return block.kind === 'quiz';
}
