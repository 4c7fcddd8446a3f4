import type Database from 'better-sqlite3';
import * as z from 'zod';
import {
  PROGRESS_ENTRIES_MAX,
  PROGRESS_FORMAT,
  PROGRESS_VERSION,
  type ProgressRecord,
  progressRecord,
} from '../../protocol/progress.ts';
import type { Deed } from './deed.ts';

const STEP = `INSERT INTO step (learner, lesson, step, at) VALUES (@learner, @lesson, @step, @at)
  ON CONFLICT DO UPDATE SET at = excluded.at WHERE excluded.at < at`;

/** How a quiz that is known already takes what comes: one more answer, or what another record says. */
const quiz = (
  attempts: string,
) => `INSERT INTO quiz (learner, lesson, step, quiz, at, attempts, "right")
  VALUES (@learner, @lesson, @step, @quiz, @at, @attempts, @right)
  ON CONFLICT DO UPDATE SET
    at = CASE
      WHEN "right" = 1 AND excluded."right" = 1 THEN min(at, excluded.at)
      WHEN "right" = 1 THEN at
      WHEN excluded."right" = 1 THEN excluded.at
      ELSE max(at, excluded.at) END,
    attempts = min(1000000, ${attempts}),
    "right" = max("right", excluded."right")`;

const time = (seconds: string) => `INSERT INTO time (learner, lesson, step, seconds)
  VALUES (@learner, @lesson, @step, @seconds)
  ON CONFLICT DO UPDATE SET seconds = min(100000000, ${seconds})`;

const learnerRow = z.object({ id: z.int() });
const quizRow = z.object({ right: z.int() }).loose();

/** One learner would have more entries than lessons can have. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch';
}

/** The statements that progress is made of. Each write is one transaction: all of it is on the disk, or none. */
export class ProgressStore {
  readonly #database: Database.Database;
  readonly #statements;

  constructor(database: Database.Database) {
    this.#database = database;
    const select = (columns: string, table: string) =>
      database.prepare(`SELECT ${columns} FROM ${table} JOIN learner ON learner.id = learner
        WHERE owner = ? ORDER BY lesson, step`);
    this.#statements = {
      enter: database.prepare('INSERT INTO learner (owner) VALUES (?) ON CONFLICT DO NOTHING'),
      learner: database.prepare('SELECT id FROM learner WHERE owner = ?'),
      leave: database.prepare('DELETE FROM learner WHERE owner = ?'),
      step: database.prepare(STEP),
      addQuiz: database.prepare(quiz('attempts + excluded.attempts')),
      mergeQuiz: database.prepare(quiz('max(attempts, excluded.attempts)')),
      addTime: database.prepare(time('seconds + excluded.seconds')),
      mergeTime: database.prepare(time('max(seconds, excluded.seconds)')),
      steps: select('lesson, step, at', 'step'),
      quizzes: select('lesson, step, quiz, at, attempts, "right"', 'quiz'),
      times: select('lesson, step, seconds', 'time'),
    };
  }

  /** Writes what learners did. */
  add(deeds: ReadonlyMap<string, readonly Deed[]>): void {
    this.#database.transaction(() => {
      for (const [owner, done] of deeds) {
        const learner = this.#enter(owner);
        for (const deed of done) this.#write(learner, deed, 'add');
      }
    })();
  }

  /** Joins a record with what is there: the earlier moment, the higher number. Throws `TooMuch`, and changes nothing. */
  merge(owner: string, deeds: readonly Deed[]): void {
    this.#database.transaction(() => {
      const learner = this.#enter(owner);
      for (const deed of deeds) this.#write(learner, deed, 'merge');
      const { steps, quizzes, times } = this.read(owner);
      const most = Math.max(steps.length, quizzes.length, times.length);
      if (most > PROGRESS_ENTRIES_MAX) throw new TooMuch();
    })();
  }

  read(owner: string): ProgressRecord {
    const { steps, quizzes, times } = this.#statements;
    return {
      format: PROGRESS_FORMAT,
      version: PROGRESS_VERSION,
      exportedAt: Date.now(),
      steps: z.array(progressRecord.shape.steps.element).parse(steps.all(owner)),
      quizzes: z.array(progressRecord.shape.quizzes.element).parse(
        quizzes
          .all(owner)
          .map((row) => quizRow.parse(row))
          .map((row) => ({ ...row, right: row.right === 1 })),
      ),
      times: z.array(progressRecord.shape.times.element).parse(times.all(owner)),
    };
  }

  /** Removes a learner, from the log too: nothing of theirs is in the files any more. */
  remove(owner: string): void {
    this.#statements.leave.run(owner);
    this.#database.pragma('wal_checkpoint(TRUNCATE)');
  }

  close(): void {
    this.#database.close();
  }

  #enter(owner: string): number {
    this.#statements.enter.run(owner);
    return learnerRow.parse(this.#statements.learner.get(owner)).id;
  }

  #write(learner: number, deed: Deed, how: 'add' | 'merge'): void {
    const { step, addQuiz, mergeQuiz, addTime, mergeTime } = this.#statements;
    switch (deed.kind) {
      case 'step':
        step.run({ learner, ...deed });
        break;
      case 'quiz':
        (how === 'add' ? addQuiz : mergeQuiz).run({
          learner,
          ...deed,
          right: deed.right ? 1 : 0,
        });
        break;
      case 'time':
        (how === 'add' ? addTime : mergeTime).run({ learner, ...deed });
        break;
    }
  }
}
