import type { Lesson } from '../../lessons/schema.ts';
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
};

export function lessonLink(lesson: Lesson): LessonLink {
  const { id, number, title, namespace, minutes } = lesson;
  return { id, number, title, namespace, minutes, steps: lesson.steps.map((step) => step.id) };
}
