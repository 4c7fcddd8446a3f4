import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { type CheckQuestion, checkQuestion } from '../protocol/check.ts';
import { lessonLanguage, slug } from '../protocol/identifiers.ts';
import { type SandboxNeed, sandboxNeeds } from '../protocol/needs.ts';
import { computedAnswer } from '../protocol/quiz.ts';

const choiceNumber = z.int().min(0).max(15);

/** A quiz with what is right, which only the server knows. */
const quizFacts = z.object({
  id: slug,
  right: z.union([
    z.strictObject({ choices: z.array(choiceNumber).min(1) }),
    z.strictObject({ texts: z.array(z.string().min(1)).min(1) }),
    z.strictObject({ computed: computedAnswer }),
  ]),
  /** What is said to a right and to a wrong answer. */
  words: z.record(lessonLanguage, z.object({ because: z.string(), wrong: z.string() })),
});
export type QuizFacts = z.infer<typeof quizFacts>;

const stepFacts = z.object({
  id: slug,
  checks: z.array(checkQuestion).max(4),
  quizzes: z.array(quizFacts),
});
type StepFacts = z.infer<typeof stepFacts>;

const lessonFacts = z.object({ needs: sandboxNeeds, steps: z.array(stepFacts) });

/** What web knows of a lesson. Checked here, and again by the warden. */
export type LessonFacts = z.infer<typeof lessonFacts>;

const schema = z.record(slug, lessonFacts);

/** What web knows of all lessons, from the file that set-up makes of them. */
export class Lessons {
  readonly #file: string;
  #lessons: ReadonlyMap<string, LessonFacts> = new Map();

  /** Throws when the file is not there or not what it should be. */
  constructor(file: string) {
    this.#file = file;
    this.read();
  }

  /** Reads the file again. Throws as the constructor does, and then what was known stays. */
  read(): void {
    const facts = schema.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
    this.#lessons = new Map(Object.entries(facts));
  }

  hasStep(lesson: string, step: string): boolean {
    return this.#step(lesson, step) !== undefined;
  }

  /** Optional parts of a machine for this lesson; none for a lesson that is not known. */
  needsOf(lesson: string): readonly SandboxNeed[] {
    return this.#lessons.get(lesson)?.needs ?? [];
  }

  /** The checks of a step; nothing when there is no such step, or it has none. */
  checksOf(lesson: string, step: string): readonly CheckQuestion[] | undefined {
    const checks = this.#step(lesson, step)?.checks ?? [];
    return checks.length === 0 ? undefined : checks;
  }

  quizOf(lesson: string, step: string, quiz: string): QuizFacts | undefined {
    return this.#step(lesson, step)?.quizzes.find(({ id }) => id === quiz);
  }

  #step(lesson: string, step: string): StepFacts | undefined {
    return this.#lessons.get(lesson)?.steps.find(({ id }) => id === step);
  }
}
