import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { type Assertion, checkConditions } from '../protocol/check.ts';
import { slug } from '../protocol/identifiers.ts';

const schema = z.record(slug, z.record(slug, checkConditions));

/** The conditions of every check, by lesson and step. Checked here, and again by the warden. */
export type Lessons = {
  readonly conditionsOf: (lesson: string, step: string) => readonly Assertion[] | undefined;
};

/** Reads the file that set-up made from the lessons. Throws when it is not there or not what it should be. */
export function readLessons(file: string): Lessons {
  const lessons = new Map(
    Object.entries(schema.parse(JSON.parse(readFileSync(file, 'utf8')))).map(([lesson, steps]) => [
      lesson,
      new Map(Object.entries(steps)),
    ]),
  );
  return { conditionsOf: (lesson, step) => lessons.get(lesson)?.get(step) };
}
