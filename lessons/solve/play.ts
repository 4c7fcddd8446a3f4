import type { ParsedLesson } from '../format/parse.ts';
import type { ParsedStep, PlacedAttempt } from '../format/step.ts';
import type { Block } from '../schema.ts';
import type { PlayedSandbox } from './lab.ts';
import { type Compare, type Deed, Player } from './player.ts';
import { WatchedStep } from './watched-step.ts';

/** What did not go as the lesson says: where in its file, what, and what the terminals showed then. */
export class PlayFailure extends Error {
  override readonly name = 'PlayFailure';
  constructor(
    readonly place: string,
    message: string,
    readonly screens: string,
  ) {
    super(`${place}: ${message}\n${screens}`);
  }
}

/** What a text left to do: numbers of the tasks of each step that its commands do not solve. */
export type LeftToDo = ReadonlyMap<string, readonly number[]>;

/** One lesson in one fresh sandbox, played by somebody who does what they read. */
export class Play {
  readonly #parsed: ParsedLesson;
  readonly #played: PlayedSandbox;
  readonly #player: Player;

  constructor(parsed: ParsedLesson, played: PlayedSandbox) {
    this.#parsed = parsed;
    this.#played = played;
    this.#player = new Player(played);
  }

  /**
   * Does all that the text says, command by command, and holds each output against it. Where the commands
   * of a step leave a check red, that is the reader's own task, and its solution comes after them.
   */
  async text(): Promise<LeftToDo> {
    const left = new Map<string, number[]>();
    for (const step of this.#parsed.steps) {
      left.set(
        step.step.id,
        await this.#watching(step, (watched) => this.#readStep(step, watched)),
      );
    }
    return left;
  }

  /** Does what the solutions of a step say and nothing of its text, which a reader may have skipped. */
  async solutions(step: ParsedStep, left: LeftToDo): Promise<void> {
    await this.#goTo(step, left);
    await this.#watching(step, async (watched) => {
      await this.#expectRed(step, watched);
      for (const task of step.step.tasks.keys()) {
        await this.#solve(step, task, watched, 'given outputs');
      }
    });
  }

  /** Makes the mistake that a wrong attempt is: the check stays red, and its hint comes up. */
  async wrong(step: ParsedStep, { line, attempt }: PlacedAttempt, left: LeftToDo): Promise<void> {
    await this.#goTo(step, left);
    await this.#watching(step, async (watched) => {
      for (const task of step.step.tasks.keys()) {
        if (task < attempt.task) await this.#solve(step, task, watched, 'no outputs');
      }
      await this.#expectRed(step, watched, attempt.task);
      await this.#doAll(step, attempt.blocks, 'given outputs', watched);
      await this.#player.settled();
      await watched.look();
      if (watched.isDone(attempt.task)) {
        this.#fail(line, `“${attempt.name}” is wrong, and the check is green.`);
      }
      if (attempt.hint === null) return;
      if ((await watched.hintAfterMs(attempt.task, attempt.hint)) !== null) return;
      const up = watched.hintsUp(attempt.task).map((hint) => hint + 1);
      const others = up.length === 0 ? 'none is' : `only ${up.join(', ')} is`;
      this.#fail(line, `State hint ${attempt.hint + 1} should be up, and ${others}.`);
    });
  }

  async #readStep(step: ParsedStep, watched: WatchedStep): Promise<number[]> {
    await this.#expectRed(step, watched);
    await this.#doAll(step, step.step.blocks, 'all outputs', watched);
    const left: number[] = [];
    for (const task of step.step.tasks.keys()) {
      if ((await watched.greenAfterMs(task)) !== null) continue;
      left.push(task);
      await this.#solve(step, task, watched, 'no outputs');
    }
    return left;
  }

  /** Comes to a step as fast as one can type: outputs are the business of the text's own play. */
  async #goTo(step: ParsedStep, left: LeftToDo): Promise<void> {
    for (const earlier of this.#parsed.steps.slice(0, this.#parsed.steps.indexOf(step))) {
      await this.#doAll(earlier, earlier.step.blocks, 'no outputs');
      for (const task of left.get(earlier.step.id) ?? []) {
        await this.#doAll(earlier, earlier.step.tasks[task]?.solution ?? [], 'no outputs');
      }
    }
  }

  async #solve(
    step: ParsedStep,
    task: number,
    watched: WatchedStep,
    compare: Compare,
  ): Promise<void> {
    const line = step.tasks[task]?.line ?? step.line;
    await watched.look();
    if (watched.isDone(task)) this.#fail(line, 'This check is green before its own solution.');
    await this.#doAll(step, step.step.tasks[task]?.solution ?? [], compare, watched);
    if ((await watched.greenAfterMs(task)) === null) {
      const cut = watched.cut ? ' The machine has more of something than was looked at.' : '';
      this.#fail(
        line,
        `The solution leaves this check red. Missing: ${watched.missing(task)}.${cut}`,
      );
    }
    if (watched.hintsUp(task).length > 0)
      this.#fail(line, 'A state hint is up after the solution.');
  }

  async #expectRed(step: ParsedStep, watched: WatchedStep, only?: number): Promise<void> {
    await this.#player.settled();
    await watched.look();
    for (const [task, { line }] of step.tasks.entries()) {
      if (only !== undefined && only !== task) continue;
      if (watched.isDone(task)) this.#fail(line, 'This check is green before anything is done.');
    }
  }

  async #doAll(
    step: ParsedStep,
    blocks: readonly Block[],
    compare: Compare,
    watched?: WatchedStep,
  ): Promise<void> {
    const here = this.#player.blocksHere(blocks);
    for (const block of here) {
      if (block.kind === 'quiz' && block.computed && compare === 'all outputs') {
        await this.#answer(step, block);
      } else if (block.kind === 'run' || block.kind === 'key') {
        await this.#do(step, block, compare);
        // A learner takes longer than a look does; what was so for a moment has to be seen here too.
        if (watched !== undefined && block !== here.findLast(isDeed)) await watched.look();
      }
    }
  }

  async #do(step: ParsedStep, deed: Deed, compare: Compare): Promise<void> {
    try {
      await this.#player.play(deed, compare);
    } catch (error) {
      const what = deed.kind === 'run' ? deed.command : deed.key;
      const reason = error instanceof Error ? error.message : String(error);
      this.#fail(step.lines.get(deed) ?? step.line, `\`${what}\`: ${reason}`);
    }
  }

  /** A question about the learner's own machine has an answer where it stands. */
  async #answer(step: ParsedStep, quiz: Extract<Block, { kind: 'quiz' }>): Promise<void> {
    const line = step.lines.get(quiz) ?? step.line;
    const answer = step.answers.find((each) => each.quiz === quiz.id);
    if (answer === undefined || !('computed' in answer.right)) return;
    await this.#player.settled();
    const texts = await this.#played.sandbox.compute(answer.right.computed);
    if (texts.length === 0) this.#fail(line, `Nothing on the machine answers \`${quiz.id}\` here.`);
  }

  async #watching<T>(step: ParsedStep, act: (watched: WatchedStep) => Promise<T>): Promise<T> {
    const { id } = this.#parsed.lesson;
    const watched = new WatchedStep(this.#played.sandbox, id, step.step);
    try {
      return await act(watched);
    } finally {
      watched.end();
    }
  }

  #fail(line: number, message: string): never {
    throw new PlayFailure(`${this.#parsed.file}:${line}`, message, this.#player.screens);
  }
}

function isDeed(block: Block): boolean {
  return block.kind === 'run' || block.kind === 'key';
}
