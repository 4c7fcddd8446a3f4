import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { MissingNeed, SandboxNeed } from '../protocol/needs.ts';
import { Console } from '../testing/console.ts';
import { eventually } from '../testing/eventually.ts';
import { lowerdirs, openTestNative } from '../testing/native.ts';
import type { CreatedSandbox, Native } from '../warden/native-interface.ts';
import { MACHINE_HOSTNAME } from '../warden/sandbox.ts';
import { SANDBOX_LIMITS } from '../warden/sandbox-limits.ts';

const SHELL = ['/bin/bash', '--login'] as const;
const WIDE = { columns: 200, rows: 50 } as const;

/** A learner's machine with its two terminals, made for one test and gone after it. */
export class Machine {
  readonly #native: Native;
  readonly #id: string;
  readonly #created: CreatedSandbox;
  readonly #consoles: Console[] = [];

  private constructor(native: Native, id: string, created: CreatedSandbox) {
    this.#native = native;
    this.#id = id;
    this.#created = created;
  }

  static async start(context: TestContext, needs: readonly SandboxNeed[] = []): Promise<Machine> {
    const native = openTestNative(context);
    const id = randomBytes(6).toString('hex');
    const created = await native.create({
      ...SANDBOX_LIMITS,
      id,
      hostname: MACHINE_HOSTNAME,
      lowerdirs: lowerdirs(),
      idBase: 100_000,
      needs,
      attachments: [],
    });
    const machine = new Machine(native, id, created);
    context.after(() => machine.#close());
    return machine;
  }

  /** What this host could not give it of what it needs. */
  get missing(): readonly MissingNeed[] {
    return this.#created.missing;
  }

  /** Opens a terminal, 1 or 2, with a login shell on it. */
  open(index: number, size: { columns: number; rows: number } = WIDE): Console {
    const enter = this.#native.enterArguments(this.#id, this.#created, index, SHELL);
    const console = new Console({ ...enter, environment: {}, ...size });
    this.#consoles.push(console);
    return console;
  }

  /** Resolves when a program, and no shell, has the foreground of some terminal: only then are keys its own. */
  async inForeground(): Promise<void> {
    await eventually('a program has the terminal', async () => {
      const { processes } = await this.#native.snapshot(this.#id, []);
      return processes.some(
        ({ processGroup, foregroundGroup, command }) =>
          processGroup === foregroundGroup && !/^(bash|enter)$/.test(command),
      );
    });
  }

  async #close(): Promise<void> {
    await Promise.all(this.#consoles.map((console) => console.close()));
  }
}
