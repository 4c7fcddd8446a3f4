import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import { spawn } from 'node-pty';
import type { Attachment, CreatedSandbox, Native } from '../warden/native-interface.ts';
import { SANDBOX_LIMITS } from '../warden/sandbox-limits.ts';
import { lowerdirs, openTestNative } from './native.ts';

/** A sandbox in which a test types commands. */
export class Machine {
  readonly #native: Native;
  readonly #id: string;
  readonly #sandbox: CreatedSandbox;

  private constructor(native: Native, id: string, sandbox: CreatedSandbox) {
    this.#native = native;
    this.#id = id;
    this.#sandbox = sandbox;
  }

  /** One with these directories of the host; gone after the test. */
  static async make(context: TestContext, attachments: readonly Attachment[]): Promise<Machine> {
    const native = openTestNative(context);
    const id = randomBytes(6).toString('hex');
    const sandbox = await native.create({
      ...SANDBOX_LIMITS,
      id,
      hostname: 'machine',
      lowerdirs: lowerdirs(),
      idBase: 100_000,
      needs: [],
      attachments,
    });
    return new Machine(native, id, sandbox);
  }

  /** What a script prints, errors included, when root runs it there. */
  async run(script: string): Promise<string> {
    const { file, arguments: arguments_ } = this.#native.enterArguments(
      this.#id,
      this.#sandbox,
      1,
      ['/bin/bash', '-c', script],
    );
    const terminal = spawn(file, [...arguments_], { encoding: 'utf8', env: {} });
    let printed = '';
    terminal.onData((text) => {
      printed += text;
    });
    await new Promise<void>((resolve) => {
      terminal.onExit(() => resolve());
    });
    return printed.replaceAll('\r\n', '\n');
  }
}
