import * as z from 'zod';
import { slug } from './identifiers.ts';

/**
 * What a lab keeps of a learner, over HTTP: `GET`, `PUT` and `DELETE` of `PROGRESS_PATH`, each with the
 * browser's secret in `SECRET_HEADER`, never in an address. The server keeps a hash of it only.
 *
 * - `GET` answers with a `progressRecord`: it is also the file that "export" saves.
 * - `PUT` takes such a file, merges it with what is there (nothing gets lower) and answers with the result.
 * - `DELETE` removes all of it from the disk and answers `progressDeleted`.
 * - What is refused is a `progressRefusal` with a status of its own.
 */
export const PROGRESS_PATH = '/api/progress';
export const SECRET_HEADER = 'x-glassbox-secret';

export const PROGRESS_FORMAT = 'glassbox-progress';
export const PROGRESS_VERSION = 1;

/** Largest file that is read. What nine lessons leave is a tenth of it. */
export const PROGRESS_BYTES_MAX = 256 * 1024;

/** Entries of one kind that one learner can have. */
export const PROGRESS_ENTRIES_MAX = 1_000;

/** Milliseconds since 1970, before the year 2200. */
const moment = z.int().min(0).max(7_258_118_400_000);

const step = { lesson: slug, step: slug };

/** The kernel said that the check of this step was done. */
const doneStep = z.strictObject({ ...step, at: moment });

const answeredQuiz = z.strictObject({
  ...step,
  quiz: slug,
  /** When it was answered last, or first answered right. */
  at: moment,
  attempts: z.int().min(1).max(1_000_000),
  right: z.boolean(),
});

const stepTime = z.strictObject({
  ...step,
  seconds: z.int().min(0).max(100_000_000),
});

export const progressRecord = z.strictObject({
  format: z.literal(PROGRESS_FORMAT),
  version: z.literal(PROGRESS_VERSION),
  exportedAt: moment,
  steps: z.array(doneStep).max(PROGRESS_ENTRIES_MAX),
  quizzes: z.array(answeredQuiz).max(PROGRESS_ENTRIES_MAX),
  times: z.array(stepTime).max(PROGRESS_ENTRIES_MAX),
});
export type ProgressRecord = z.infer<typeof progressRecord>;

export const progressDeleted = z.object({ deleted: z.literal(true) });

/** Why a request was refused; `message` is for the learner. */
export const PROGRESS_REFUSALS = {
  'not-allowed': 403,
  'no-secret': 401,
  'not-a-record': 400,
  'too-large': 413,
  'too-often': 429,
  'wrong-method': 405,
  'not-saved': 507,
} as const;
export type ProgressRefusalCode = keyof typeof PROGRESS_REFUSALS;

export const progressRefusal = z.object({
  code: z.enum(Object.keys(PROGRESS_REFUSALS) as [ProgressRefusalCode, ...ProgressRefusalCode[]]),
  message: z.string(),
});
export type ProgressRefusal = z.infer<typeof progressRefusal>;
