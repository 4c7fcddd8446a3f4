import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import { spawn } from 'node-pty';
import { type Assertion, assertion } from '../protocol/check.ts';
import { evidenceOf } from '../warden/check/evidence.ts';
import { answerFiles } from '../warden/check/files.ts';
import { needsOf } from '../warden/check/needs.ts';
import { CheckProgress } from '../warden/check/progress.ts';
import type {
  Attachment,
  CreatedSandbox,
  Native,
  SandboxSpec,
} from '../warden/native-interface.ts';
import { SANDBOX_LIMITS } from '../warden/sandbox-limits.ts';
import type { Snapshot, SnapshotSection } from '../warden/snapshot.ts';
import { lowerdirs, openTestNative } from './native.ts';

/** More than any script of a test takes on a busy machine. */
const SCRIPT_TIMEOUT_MS = 120_000;

/** Ends what a script prints. */
const ALL_READ = '\u001e';

/** A sandbox in which a test types commands. */
export class Machine {
  /** Name of its lab's control group. */
  readonly lab: string;
  readonly #native: Native;
  readonly #id: string;
  readonly #sandbox: CreatedSandbox;

  private constructor(lab: string, native: Native, id: string, sandbox: CreatedSandbox) {
    this.lab = lab;
    this.#native = native;
    this.#id = id;
    this.#sandbox = sandbox;
  }

  /** One with these directories of the host; gone after the test. */
  static async make(
    context: TestContext,
    attachments: readonly Attachment[],
    changes: Partial<SandboxSpec> = {},
  ): Promise<Machine> {
    const lab = `glassbox-${randomBytes(4).toString('hex')}`;
    const native = openTestNative(context, lab);
    const id = randomBytes(6).toString('hex');
    const sandbox = await native.create({
      ...SANDBOX_LIMITS,
      id,
      hostname: 'machine',
      lowerdirs: lowerdirs(),
      idBase: 100_000,
      needs: [],
      attachments,
      ...changes,
    });
    return new Machine(lab, native, id, sandbox);
  }

  /** What the kernel says of it now. */
  snapshot(sections: readonly SnapshotSection[]): Promise<Snapshot> {
    return this.#native.snapshot(this.#id, sections);
  }

  /** Is this true of it now, of files it has too, but for probes? */
  async holds(condition: Assertion): Promise<boolean> {
    const parsed = assertion.parse(condition);
    const { sections, files } = needsOf([parsed]);
    const { namespaces: machine, cgroupVersion } = this.#sandbox;
    const evidence = evidenceOf({
      snapshot: await this.snapshot([...sections]),
      machine,
      cgroupVersion,
      hostname: 'machine',
    });
    const answers = await answerFiles(files, evidence, (process, path, bytesMax) =>
      this.#native.file(this.#id, process, path, bytesMax),
    );
    const question = { conditions: [parsed], hints: [] };
    return new CheckProgress().look(question, { ...evidence, answers }).done;
  }

  /** What runs a command in it for a moment. */
  probeArguments(command: readonly string[]) {
    return this.#native.probeArguments(this.#id, this.#sandbox, command);
  }

  /** Removes it before the test is over. */
  destroy(): Promise<void> {
    return this.#native.destroy(this.#id, this.#sandbox.pidfd);
  }

  /** What a script prints, errors included, when root runs it there. */
  async run(script: string): Promise<string> {
    return (await this.end(script)).printed;
  }

  /** The same for a script that must succeed. */
  async succeed(script: string): Promise<string> {
    const { printed, exitCode } = await this.end(`set -euo pipefail\n${script}`);
    assert.equal(exitCode, 0, printed);
    return printed;
  }

  /** What a script prints, and the exit code it ends with. */
  async end(script: string): Promise<{ printed: string; exitCode: number }> {
    // The outer shell ends only when all was read: what is still in a terminal when it is hung up is lost.
    const outer = [
      '/bin/bash',
      '-c',
      `/bin/bash -c "$1"; code=$?; printf '\\036'; read -rs; exit $code`,
      '-',
    ];
    const { file, arguments: arguments_ } = this.#native.enterArguments(
      this.#id,
      this.#sandbox,
      1,
      [...outer, script],
    );
    const terminal = spawn(file, [...arguments_], { cols: 200, encoding: 'utf8', env: {} });
    let printed = '';
    terminal.onData((text) => {
      printed += text;
      if (text.includes(ALL_READ)) terminal.write('\n');
    });
    const timer = setTimeout(() => terminal.kill('SIGKILL'), SCRIPT_TIMEOUT_MS);
    const { exitCode } = await new Promise<{ exitCode: number }>((resolve) => {
      terminal.onExit(resolve);
    });
    clearTimeout(timer);
    const [said = ''] = printed.split(ALL_READ);
    return { printed: said.replaceAll('\r\n', '\n'), exitCode };
  }
}
