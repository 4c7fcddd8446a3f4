/** Something wrong in a lesson file, for its author. */
export type Problem = {
  readonly file: string;
  readonly line: number;
  /** One sentence, with its full stop. */
  readonly message: string;
  /** What was probably meant. */
  readonly suggestion: string | null;
};

/** `file:line: sentence. Did you mean …?`, as editors and people read it. */
export function formatProblem(problem: Problem): string {
  const hint = problem.suggestion === null ? '' : ` Did you mean ${problem.suggestion}?`;
  return `${problem.file}:${problem.line}: ${problem.message}${hint}`;
}

/** Everything that is wrong at once, so that an author mends it in one go. */
export class LessonError extends Error {
  override readonly name = 'LessonError';
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
  }
}

/** Collects the problems of one file. */
export class Report {
  readonly problems: Problem[] = [];
  constructor(readonly file: string) {}

  add(line: number, message: string, suggestion: string | null = null): void {
    this.problems.push({ file: this.file, line, message, suggestion });
  }

  /** Something that is named and not there; one of the things that are was probably meant. */
  missing(line: number, message: string, word: string, known: readonly string[]): void {
    const near = closest(word, known);
    this.add(line, message, near === null ? null : `\`${near}\``);
  }

  /** A word that is not one of the words known at this place. */
  unknown(line: number, what: string, word: string, known: readonly string[]): void {
    const list = `Known: ${known.map((name) => `\`${name}\``).join(', ')}.`;
    this.missing(
      line,
      `Unknown ${what} \`${word}\`.${known.length > 0 ? ` ${list}` : ''}`,
      word,
      known,
    );
  }
}

/** The known word that a mistyped one is nearest to, or `null` when none is near. */
export function closest(word: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.ceil(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein's distance, with two letters in the wrong order as one mistake; one row at a time. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const changed = (last[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const swapped =
        from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
          ? (beforeLast[j - 2] ?? Number.POSITIVE_INFINITY) + 1
          : Number.POSITIVE_INFINITY;
      row.push(Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, changed, swapped));
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length] ?? 0;
}
