import type { ErrorReport } from '../protocol/errors.ts';
import type { WardenReply, WardenRequest, WardenRequestName } from '../protocol/warden.ts';
import type { WardenAnswer } from './warden-link.ts';

/** What a page may want to have watched, on whatever machine it has. */
export type Wanted = Omit<WardenRequest<'watch'>, 'sandbox'>;

/** How a page asks the warden, and who gets what is seen. */
export type WatchingPage = {
  readonly ask: <N extends WardenRequestName>(
    name: N,
    body: WardenRequest<N>,
    answered: (answer: WardenAnswer<WardenReply<N>>) => void,
  ) => void;
  readonly own: (watch: number) => void;
  readonly disown: (watch: number) => void;
  readonly failed: (error: ErrorReport) => void;
};

/** One watch of a page in the warden: at most one at a time, and always the one wanted last. */
export class PageWatch {
  readonly #page: WatchingPage;
  #number: number | undefined;
  /** Grows with each wish; an answer to an older one comes too late. */
  #wish = 0;

  constructor(page: WatchingPage) {
    this.#page = page;
  }

  /** True for the number of the watch that is on. */
  is(watch: number): boolean {
    return watch === this.#number;
  }

  /** Ends the watch that is on and begins this one, if there is a machine and something is wanted. */
  follow(sandbox: string | undefined, wanted: Wanted | undefined): void {
    if (this.#number !== undefined) this.#unwatch(this.#number);
    this.forget();
    if (sandbox === undefined || wanted === undefined) return;
    const wish = this.#wish;
    this.#page.ask('watch', { ...wanted, sandbox }, (answer) => {
      if (!answer.ok) {
        this.#page.failed(answer.error);
      } else if (wish === this.#wish) {
        this.#number = answer.reply.watch;
        this.#page.own(this.#number);
      } else {
        this.#unwatch(answer.reply.watch);
      }
    });
  }

  /** Asks for the state now, changed or not. A watch that is only beginning tells it anyway. */
  look(): void {
    if (this.#number !== undefined) this.#page.ask('look', { watch: this.#number }, () => {});
  }

  /** The machine is gone, and the watch with it. */
  forget(): void {
    if (this.#number !== undefined) this.#page.disown(this.#number);
    this.#number = undefined;
    this.#wish += 1;
  }

  #unwatch(watch: number): void {
    this.#page.ask('unwatch', { watch }, () => {});
  }
}
