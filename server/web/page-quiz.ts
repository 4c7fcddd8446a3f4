import type { FromBrowser } from '../protocol/browser.ts';
import type { QuizVerdict } from '../protocol/quiz.ts';
import { judge } from './judge.ts';
import type { Lessons } from './lessons.ts';
import type { WatchingPage } from './page-watch.ts';
import { NO_MACHINE, NO_QUIZ } from './refusals.ts';

/** Judges what one page answers to quizzes. */
export class PageQuiz {
  readonly #lessons: Lessons;
  readonly #page: Pick<WatchingPage, 'ask' | 'failed'>;
  #asking = false;

  constructor(lessons: Lessons, page: Pick<WatchingPage, 'ask' | 'failed'>) {
    this.#lessons = lessons;
    this.#page = page;
  }

  /**
   * Judges an answer; a question about the machine asks its kernel first. The kernel is asked once at a
   * time: what a page says meanwhile is not heard, as its button is not to be pressed.
   */
  answer(
    { place, given, language }: Extract<FromBrowser, { type: 'answer-quiz' }>,
    sandbox: string | undefined,
    tell: (verdict: QuizVerdict) => void,
  ): void {
    const quiz = this.#lessons.quizOf(place.lesson, place.step, place.quiz);
    if (quiz === undefined) {
      this.#page.failed(NO_QUIZ);
    } else if (!('computed' in quiz.right)) {
      tell(judge(quiz, given, language, []));
    } else if (sandbox === undefined) {
      this.#page.failed(NO_MACHINE);
    } else if (!this.#asking) {
      this.#asking = true;
      this.#page.ask('compute', { sandbox, question: quiz.right.computed }, (answer) => {
        this.#asking = false;
        if (answer.ok) tell(judge(quiz, given, language, answer.reply.texts));
        else this.#page.failed(answer.error);
      });
    }
  }
}
