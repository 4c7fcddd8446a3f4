import type { CheckQuestion, StepState } from '../protocol/check.ts';
import type { ErrorReport } from '../protocol/errors.ts';
import type { Lessons } from './lessons.ts';
import { PageWatch, type WatchingPage } from './page-watch.ts';

type OpenStep = {
  readonly lesson: string;
  readonly step: string;
  readonly checks: readonly CheckQuestion[];
};

/** The step that a page shows, and the watch over its checks on whatever machine the page has. */
export class PageStep {
  readonly #lessons: Lessons;
  readonly #watch: PageWatch;
  #step: OpenStep | undefined;

  constructor(lessons: Lessons, watching: WatchingPage) {
    this.#lessons = lessons;
    this.#watch = new PageWatch(watching);
  }

  /** Makes this the open step. Says what is wrong if it has no check. */
  open(lesson: string, step: string): ErrorReport | undefined {
    const checks = this.#lessons.checksOf(lesson, step);
    this.#step = checks && { lesson, step, checks };
    if (checks !== undefined) return undefined;
    return {
      code: 'no-such-lesson',
      message: `There is no check for step ${step} of lesson ${lesson}.`,
      hint: 'The lessons were changed: reload the page.',
    };
  }

  close(): void {
    this.#step = undefined;
  }

  /** Makes the warden watch the step that is open, and no other. */
  follow(sandbox: string | undefined): void {
    const step = this.#step;
    this.#watch.follow(
      sandbox,
      step && { key: `${step.lesson}/${step.step}`, checks: [...step.checks], xray: false },
    );
  }

  /** The step that news of this watch is about; nothing for news of an older one. */
  stepOf(watch: number): { readonly lesson: string; readonly step: string } | undefined {
    return this.#watch.is(watch) ? this.#step : undefined;
  }

  look(): void {
    this.#watch.look();
  }

  /** The machine is gone. */
  forget(): void {
    this.#watch.forget();
  }
}

/** A step is done when all its checks are. */
export const isDone = ({ checks }: StepState): boolean => checks.every(({ done }) => done);
