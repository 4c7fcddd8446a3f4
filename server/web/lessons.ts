import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { type Assertion, checkConditions } from '../protocol/check.ts';
import { slug } from '../protocol/identifiers.ts';
import { type SandboxNeed, sandboxNeeds } from '../protocol/needs.ts';

const schema = z.record(
  slug,
  z.object({
    needs: sandboxNeeds,
    /** Ids of all its steps. */
    steps: z.array(slug),
    conditions: z.record(slug, checkConditions),
  }),
);

/** What web knows of a lesson. Checked here, and again by the warden. */
export type LessonFacts = z.infer<typeof schema>[string];

export type Lessons = {
  readonly hasStep: (lesson: string, step: string) => boolean;
  /** Optional parts of a machine for this lesson; none for a lesson that is not known. */
  readonly needsOf: (lesson: string) => readonly SandboxNeed[];
  readonly conditionsOf: (lesson: string, step: string) => readonly Assertion[] | undefined;
};

/** Reads the file that set-up made from the lessons. Throws when it is not there or not what it should be. */
export function readLessons(file: string): Lessons {
  const lessons = new Map(Object.entries(schema.parse(JSON.parse(readFileSync(file, 'utf8')))));
  const conditions = new Map(
    [...lessons].map(([id, facts]) => [id, new Map(Object.entries(facts.conditions))]),
  );
  const steps = new Map([...lessons].map(([id, facts]) => [id, new Set(facts.steps)]));
  return {
    hasStep: (lesson, step) => steps.get(lesson)?.has(step) ?? false,
    needsOf: (lesson) => lessons.get(lesson)?.needs ?? [],
    conditionsOf: (lesson, step) => conditions.get(lesson)?.get(step),
  };
}
