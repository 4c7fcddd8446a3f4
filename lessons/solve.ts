import type { CheckState } from '../server/protocol/check.ts';
import { TERMINALS, type TerminalName } from '../server/protocol/identifiers.ts';
import { eventually } from '../server/testing/eventually.ts';
import { PATIENCE } from '../server/testing/patience.ts';
import type { Native } from '../server/warden/native-interface.ts';
import type { Sandbox } from '../server/warden/sandbox.ts';
import type { Watch } from '../server/warden/watch.ts';
import { matchesOutput, plainText } from './output.ts';
import type { Block, Lesson, Step } from './schema.ts';
import { Typist } from './typist.ts';

/** More than any lesson starts. */
const PROCESSES_MAX = 256;

/** A green check later than this after the deed is too late for a learner; longer where the machine is emulated. */
const GREEN_WITHIN_MS = 1_000 * PATIENCE;

/** A step that was played: how many commands and keys, and how long after the last its check was green. */
export type Played = {
  readonly step: string;
  readonly deeds: number;
  /** `null`: the step has no check. */
  readonly greenMs: number | null;
};

type Deed = Extract<Block, { kind: 'run' | 'key' }>;

/** In a step's text a command without an output prints nothing; a solution leaves outputs out. */
type Compare = 'all outputs' | 'given outputs';

/** Plays lessons in one sandbox as a learner does: through its terminals, watched by the real checks. */
export class Solver {
  readonly #sandbox: Sandbox;
  readonly #native: Native;
  readonly #typists: Readonly<Record<TerminalName, Typist>>;

  constructor(sandbox: Sandbox, native: Native) {
    this.#sandbox = sandbox;
    this.#native = native;
    const size = { columns: 200, rows: 50 };
    const typist = (name: TerminalName): Typist =>
      new Typist(name, sandbox.openTerminal(name, size));
    this.#typists = { machine: typist('machine'), container: typist('container') };
  }

  /** Does what the step's text says, command by command, and holds each output against the lesson. */
  playStep(lesson: Lesson, step: Step): Promise<Played> {
    return this.#watched(lesson, step, step.blocks, 'all outputs');
  }

  /** Does what the step's solution says, and nothing of its text. */
  playSolution(lesson: Lesson, step: Step): Promise<Played> {
    return this.#watched(lesson, step, step.solution ?? [], 'given outputs');
  }

  async #watched(
    lesson: Lesson,
    step: Step,
    blocks: readonly Block[],
    compare: Compare,
  ): Promise<Played> {
    for (const name of TERMINALS) {
      // A terminal may still be busy with what the step before has left there.
      if (blocks.some((block) => 'terminal' in block && block.terminal === name)) {
        await this.#settled();
      }
    }
    const watched = step.check === null ? null : new WatchedCheck(this.#sandbox, lesson, step);
    try {
      const before = await watched?.look();
      if (before?.done)
        throw new Error(`The check of ${step.id} is green before anything is done.`);
      const deeds = blocks.filter((block) => block.kind === 'run' || block.kind === 'key');
      for (const deed of deeds) {
        await this.#playBlock(deed, compare);
        // A learner takes longer than a look does; what was so for a moment has to be seen here too.
        if (deed !== deeds.at(-1)) await watched?.look();
      }
      return { step: step.id, deeds: deeds.length, greenMs: (await watched?.green()) ?? null };
    } finally {
      watched?.end();
    }
  }

  async #playBlock(block: Deed, compare: Compare): Promise<void> {
    const typist = this.#typists[block.terminal];
    if (block.kind === 'key') {
      typist.press(block.key);
      await typist.prompt();
      return;
    }
    await typist.type(block.command);
    const { output } = block;
    const expected = output?.map((line) => line.map((part) => part.text).join('')).join('\n');
    if (block.stays) {
      if (output !== null) {
        await typist.printed(`this:\n${expected}`, (text) => matchesOutput(output, text));
      }
      await this.#settled();
      if (typist.atPrompt) throw new Error(`This command does not stay: ${block.command}`);
      return;
    }
    await typist.prompt();
    // The prompt is back before what was started in the background, or killed, is what it will be.
    if (/&\s*$|kill/.test(block.command)) await this.#settled();
    if (output === null && compare === 'given outputs') return;
    if (matchesOutput(output ?? [], typist.output)) return;
    const printed = plainText(typist.output).join('\n');
    const should = expected ?? '(nothing)';
    throw new Error(
      `${block.command}\nprinted in the ${block.terminal} terminal:\n${printed}\nand not:\n${should}`,
    );
  }

  /** Resolves when programs have started what they start: two looks that are far enough apart agree. */
  async #settled(): Promise<void> {
    let before = '';
    let since = performance.now();
    await eventually('the processes of the sandbox settle', async () => {
      const { processes } = await this.#native.inspect(this.#sandbox.id, PROCESSES_MAX);
      const now = processes.map(({ pid, command, state }) => `${pid} ${command} ${state}`).join();
      if (now !== before) since = performance.now();
      before = now;
      return performance.now() - since > 150;
    });
  }
}

/** The check of one step, as the page watches it. */
class WatchedCheck {
  readonly #sandbox: Sandbox;
  readonly #watch: Watch;
  readonly #labels: readonly string[];
  #state: CheckState | undefined;
  #told: () => void = () => {};

  constructor(sandbox: Sandbox, lesson: Lesson, step: Step) {
    const conditions = step.check?.conditions ?? [];
    this.#sandbox = sandbox;
    this.#labels = conditions.map(({ label }) => label);
    this.#watch = {
      key: `${lesson.id}/${step.id}`,
      conditions: conditions.map(({ assert }) => assert),
      xray: false,
      tellCheck: (state) => {
        this.#state = state;
        this.#told();
      },
      tellXray: () => {},
    };
    sandbox.watcher.add(this.#watch);
  }

  /** Asks the kernel now. Twice, because the first answer may have been on its way already. */
  async look(): Promise<CheckState | undefined> {
    for (const _time of [1, 2]) {
      const told = this.#nextTold();
      this.#sandbox.watcher.look(this.#watch);
      await told;
    }
    return this.#state;
  }

  /** Waits for green without asking. Gives the milliseconds, or fails with what is missing. */
  async green(): Promise<number> {
    const began = performance.now();
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#told();
    }, GREEN_WITHIN_MS);
    while (!this.#state?.done && !late) await this.#nextTold();
    clearTimeout(timer);
    if (this.#state?.done) return performance.now() - began;
    const missing = this.#labels.filter((_, index) => !this.#state?.conditions[index]);
    throw new Error(
      `The check is not green after ${GREEN_WITHIN_MS} ms. Missing: ${missing.join('; ')}.`,
    );
  }

  end(): void {
    this.#sandbox.watcher.remove(this.#watch);
  }

  #nextTold(): Promise<void> {
    return new Promise((resolve) => {
      this.#told = resolve;
    });
  }
}
