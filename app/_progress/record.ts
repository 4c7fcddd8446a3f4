import {
  PROGRESS_ENTRIES_MAX,
  PROGRESS_FORMAT,
  PROGRESS_VERSION,
  type ProgressRecord,
  progressRecord,
} from '../../server/protocol/progress.ts';
import type { QuizVerdict } from '../../server/protocol/quiz.ts';

/** What a learner did. The browser and the server each keep one; what one lacks, the other brings. */
export type Progress = Pick<ProgressRecord, 'steps' | 'quizzes' | 'times'>;

type StepPlace = { readonly lesson: string; readonly step: string };
type Place = StepPlace & { readonly quiz: string };
type Answered = Progress['quizzes'][number];

export const NO_PROGRESS: Progress = { steps: [], quizzes: [], times: [] };

/** Reads a stored record. Whatever is not one (older, broken, somebody else's) counts as none. */
export function parseProgress(stored: string | null): Progress {
  const parsed = progressRecord.safeParse(parseJson(stored ?? ''));
  return parsed.success ? parsed.data : NO_PROGRESS;
}

/** Reads what a file of the learner's holds, or nothing when it is no record. */
export function parseRecord(text: string): ProgressRecord | undefined {
  const parsed = progressRecord.safeParse(parseJson(text));
  return parsed.success ? parsed.data : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The record as it is stored, sent and exported. */
export function asRecord({ steps, quizzes, times }: Progress, now: number): ProgressRecord {
  return {
    format: PROGRESS_FORMAT,
    version: PROGRESS_VERSION,
    exportedAt: now,
    steps: steps.slice(0, PROGRESS_ENTRIES_MAX),
    quizzes: quizzes.slice(0, PROGRESS_ENTRIES_MAX),
    times: times.slice(0, PROGRESS_ENTRIES_MAX),
  };
}

/** Both together, by the server's rules: the earlier moment, the higher number. Nothing gets lower. */
export function mergeProgress(one: Progress, other: Progress): Progress {
  return {
    steps: merged(one.steps, other.steps, (a, b) => ({ ...a, at: Math.min(a.at, b.at) })),
    quizzes: merged(one.quizzes, other.quizzes, mergeAnswers),
    times: merged(one.times, other.times, (a, b) => ({
      ...a,
      seconds: Math.max(a.seconds, b.seconds),
    })),
  };
}

function mergeAnswers(a: Answered, b: Answered): Answered {
  const attempts = Math.max(a.attempts, b.attempts);
  if (a.right !== b.right) return { ...(a.right ? a : b), attempts };
  return { ...a, attempts, at: a.right ? Math.min(a.at, b.at) : Math.max(a.at, b.at) };
}

function merged<Entry extends StepPlace & { readonly quiz?: string }>(
  ones: readonly Entry[],
  others: readonly Entry[],
  join: (one: Entry, other: Entry) => Entry,
): Entry[] {
  const entries = new Map(ones.map((entry) => [keyOf(entry), entry]));
  for (const other of others) {
    const one = entries.get(keyOf(other));
    entries.set(keyOf(other), one === undefined ? other : join(one, other));
  }
  return [...entries.values()];
}

function keyOf({ lesson, step, quiz }: StepPlace & { readonly quiz?: string }): string {
  return `${lesson}/${step}/${quiz ?? ''}`;
}

/** True when the first has something that the second does not know of. */
export function knowsMore(mine: Progress, theirs: Progress): boolean {
  const both = mergeProgress(theirs, mine);
  return JSON.stringify(sorted(both)) !== JSON.stringify(sorted(theirs));
}

function sorted({ steps, quizzes, times }: Progress): string[] {
  const texts = (entries: readonly (StepPlace & { readonly quiz?: string })[]) =>
    entries.map((entry) => JSON.stringify(Object.entries(entry).sort())).sort();
  return [...texts(steps), ...texts(quizzes), ...texts(times)];
}

/** The record with one more step done; the first time counts. */
export function withStep(progress: Progress, place: StepPlace, at: number): Progress {
  const { lesson, step } = place;
  return mergeProgress(progress, { ...NO_PROGRESS, steps: [{ lesson, step, at }] });
}

/** The record with one more answer to a quiz. One that could not be judged is no attempt. */
export function withAnswer(
  progress: Progress,
  { lesson, step, quiz }: Place,
  verdict: QuizVerdict['verdict'],
  at: number,
): Progress {
  if (verdict === 'unanswerable') return progress;
  const before = progress.quizzes.find(isAt({ lesson, step, quiz }));
  const attempts = (before?.attempts ?? 0) + 1;
  const answer = { lesson, step, quiz, at, attempts, right: verdict === 'right' };
  return mergeProgress(progress, { ...NO_PROGRESS, quizzes: [answer] });
}

function isAt(place: Place): (entry: Place) => boolean {
  return (entry) => keyOf(entry) === keyOf(place);
}

/** Which of these steps are done, in their order. Steps that a lesson no longer has do not count. */
export function doneAmong(
  progress: Progress,
  lesson: string,
  stepIds: readonly string[],
): string[] {
  const done = doneSteps(progress, lesson);
  return stepIds.filter((id) => done.has(id));
}

/** Ids of the done steps of a lesson. */
export function doneSteps(progress: Progress, lesson: string): ReadonlySet<string> {
  return new Set(progress.steps.filter((entry) => entry.lesson === lesson).map(({ step }) => step));
}

/** True when the quiz was answered right once. */
export function isAnsweredRight(progress: Progress, place: Place): boolean {
  return progress.quizzes.find(isAt(place))?.right === true;
}

/** How long a lesson was read. */
export function secondsOf(progress: Progress, lesson: string): number {
  return progress.times
    .filter((entry) => entry.lesson === lesson)
    .reduce((sum, { seconds }) => sum + seconds, 0);
}
