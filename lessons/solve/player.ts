import { LESSON_TERMINALS, type LessonTerminal } from '../../server/protocol/identifiers.ts';
import { eventually } from '../../server/testing/eventually.ts';
import { PATIENCE } from '../../server/testing/patience.ts';
import { matchesOutput, plainText } from '../format/output.ts';
import type { Block } from '../schema.ts';
import type { PlayedSandbox } from './lab.ts';
import { Typist } from './typist.ts';

/** In a text a command without an output prints nothing; a solution may leave outputs out; or none counts. */
export type Compare = 'all outputs' | 'given outputs' | 'no outputs';

/** Nothing has begun, ended or been printed for so long: what was typed has done what it does. */
const SETTLED_MS = 150;

/** A key that brings no prompt has done nothing more after so long. */
const QUIET_MS = 700 * PATIENCE;

export type Deed = Extract<Block, { kind: 'run' | 'key' }>;

/** Plays blocks in one sandbox as a learner does: through its terminals. */
export class Player {
  readonly #played: PlayedSandbox;
  readonly #typists: Readonly<Record<LessonTerminal, Typist>>;

  constructor(played: PlayedSandbox) {
    this.#played = played;
    const size = { columns: 200, rows: 50 };
    const typist = (name: LessonTerminal): Typist =>
      new Typist(name, played.sandbox.openTerminal(name, size));
    this.#typists = { machine: typist('machine'), container: typist('container') };
  }

  /** What there is to do and to answer, with the variants that this machine's control groups have. */
  blocksHere(blocks: readonly Block[]): Block[] {
    const { cgroupVersion } = this.#played.sandbox.created;
    return blocks.flatMap((block) => {
      if (block.kind !== 'variants') return [block];
      return this.blocksHere(cgroupVersion === 1 ? block.v1 : block.v2);
    });
  }

  /** Types a command or presses a key, and waits until it is done. Throws a sentence when it is not as said. */
  async play(block: Deed, compare: Compare): Promise<void> {
    const typist = this.#typists[block.terminal];
    if (block.kind === 'key') {
      await this.#press(typist, block.key);
      return;
    }
    if (block.interrupt) await this.#press(typist, 'Ctrl-C');
    await typist.type(block.command);
    const { output } = block;
    const expected = output?.map((line) => line.map((part) => part.text).join('')).join('\n');
    if (block.stays) {
      if (output !== null && compare !== 'no outputs') {
        await typist.printed(`this:\n${expected}`, (text) => matchesOutput(output, text));
      }
      await this.settled();
      if (typist.atPrompt) throw new Error('This command does not stay.');
      return;
    }
    await typist.prompt();
    // The prompt is back before what was started in the background, or killed, is what it will be.
    if (/&\s*$|kill|\brun -d\b/.test(block.command)) await this.settled();
    if (compare === 'no outputs' || (output === null && compare === 'given outputs')) return;
    if (matchesOutput(output ?? [], typist.output)) return;
    const printed = plainText(typist.output).join('\n').trimEnd();
    throw new Error(`This command printed\n${quoted(printed)}\nand not\n${quoted(expected ?? '')}`);
  }

  /** Resolves when programs have started what they start: two looks that are far enough apart agree. */
  async settled(): Promise<void> {
    let before = '';
    let since = performance.now();
    await eventually('the processes of the sandbox settle', async () => {
      const { sandbox, native } = this.#played;
      const { processes } = await native.snapshot(sandbox.id, []);
      const now = processes.map(({ pid, command, state }) => `${pid} ${command} ${state}`).join();
      if (now !== before) since = performance.now();
      before = now;
      const quietMs = Math.min(...LESSON_TERMINALS.map((name) => this.#typists[name].quietMs));
      return performance.now() - since > SETTLED_MS && quietMs > SETTLED_MS;
    });
  }

  /** What both terminals show. */
  get screens(): string {
    return LESSON_TERMINALS.map((name) => this.#typists[name].screen).join('\n');
  }

  async #press(typist: Typist, key: string): Promise<void> {
    // Not before a program has the terminal: until then a key is the shell's.
    await this.settled();
    await typist.press(key, QUIET_MS);
  }
}

function quoted(text: string): string {
  if (text === '') return '  (nothing)';
  return text
    .split('\n')
    .map((line) => `  │ ${line}`)
    .join('\n');
}
