/** What was done: by lesson and step, when (milliseconds since 1970). */
export type Progress = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Reads a stored record. Whatever is not one (older, broken, somebody else's) is left out, not refused. */
export function parseProgress(stored: string | null): Progress {
  if (stored === null) return {};
  let value: unknown;
  try {
    value = JSON.parse(stored);
  } catch {
    return {};
  }
  const lessons: Record<string, Record<string, number>> = {};
  for (const [lesson, steps] of entriesOf(value)) {
    const times = entriesOf(steps).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    );
    if (times.length > 0) lessons[lesson] = Object.fromEntries(times);
  }
  return lessons;
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value)
    : [];
}

/** When each done step of a lesson was done. */
export function stepTimes(progress: Progress, lessonId: string): Readonly<Record<string, number>> {
  return (Object.hasOwn(progress, lessonId) ? progress[lessonId] : undefined) ?? NONE;
}

const NONE: Readonly<Record<string, number>> = {};

/** The record with one more step done; the first time counts. */
export function withStep(
  progress: Progress,
  lessonId: string,
  stepId: string,
  time: number,
): Progress {
  return { ...progress, [lessonId]: { [stepId]: time, ...stepTimes(progress, lessonId) } };
}

/** Which of these steps are done, in their order. Steps that a lesson no longer has do not count. */
export function doneAmong(
  progress: Progress,
  lessonId: string,
  stepIds: readonly string[],
): string[] {
  const times = stepTimes(progress, lessonId);
  return stepIds.filter((id) => Object.hasOwn(times, id));
}
