import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labName } from '../configuration.ts';
import { baseImageDirectory } from '../images/base-image.ts';
import type { SandboxState } from '../protocol/sandbox-state.ts';
import { installWeb } from '../setup/data-directory.ts';
import { parseOptions } from '../setup/options.mjs';
import { BUILD } from '../setup/paths.mjs';
import { eventually } from '../testing/eventually.ts';
import { TestLab } from '../testing/lab.ts';
import { newSecret, TestPage } from '../testing/page.ts';
import { removeLeftovers, STAGE } from '../warden/janitor.ts';
import { openNative } from '../warden/native.ts';
import { Program } from './program.ts';

/** Where the attacking program is in a sandbox. */
const ATTACK = '/usr/lib/glassbox-escape/attack';

/** A sandbox and the page that its learner has. */
export type Inhabited = { readonly secret: string; page: TestPage; state: SandboxState };

/**
 * A whole lab as `npm start` starts it, with two learners in it: one who attacks, and a neighbour. The
 * one thing in it that a lab has not is the attacking program, in the layer of our own programs.
 */
export class World {
  readonly lab: TestLab;
  readonly labName: string;
  /** Where web answers; it is another port when web was started anew. */
  address: string;
  /** The attacking program, for controls and witnesses on the host. */
  readonly attackOnHost: string;
  /** A file that only the host has. */
  readonly marker: string;
  /** In the environment of the server and of `enter`, and nowhere else. */
  readonly canary: string;
  readonly attacker: Inhabited;
  readonly neighbour: Inhabited;
  readonly #directory: string;

  private constructor(parts: {
    lab: TestLab;
    address: string;
    directory: string;
    marker: string;
    canary: string;
    attacker: Inhabited;
    neighbour: Inhabited;
  }) {
    this.lab = parts.lab;
    this.labName = labName(parts.lab.data);
    this.address = parts.address;
    this.marker = parts.marker;
    this.canary = parts.canary;
    this.attacker = parts.attacker;
    this.neighbour = parts.neighbour;
    this.attackOnHost = join(BUILD, 'native/escape/attack');
    this.#directory = parts.directory;
  }

  static async open(): Promise<World> {
    const directory = mkdtempSync(join(tmpdir(), 'glassbox-escape-'));
    chmodSync(directory, 0o755);
    const marker = join(directory, 'host-only');
    const canary = `canary-${randomBytes(8).toString('hex')}`;
    writeFileSync(marker, 'only the host has this');
    const native = join(directory, 'native');
    for (const part of ['libglassbox.so', 'enter', 'probe', 'layer']) {
      cpSync(join(BUILD, 'native', part), join(native, part), { recursive: true });
    }
    mkdirSync(join(native, 'layer', ATTACK, '..'), { recursive: true });
    copyFileSync(join(BUILD, 'native/escape/attack'), join(native, 'layer', ATTACK));
    const data = join(directory, 'data');
    mkdirSync(data);
    installWeb(data);
    process.env.GLASSBOX_CANARY = canary;
    const lab = new TestLab(data, ['--port', '0', '--native', native]);
    try {
      const address = await lab.address();
      const [attacker, neighbour] = [await inhabit(address), await inhabit(address)];
      return new World({ lab, address, directory, marker, canary, attacker, neighbour });
    } catch (error) {
      await lab.stop().catch((reason: unknown) => console.error(reason));
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** Throws when the lab does not end as it should; nothing of it is left all the same. */
  async close(): Promise<void> {
    this.attacker.page.socket.terminate();
    this.neighbour.page.socket.terminate();
    try {
      const exitCode = await this.lab.stop();
      if (exitCode !== 0) throw new Error(`The lab ended with ${exitCode}: ${this.lab.printed}`);
    } catch (error) {
      await this.#removeSandboxes();
      throw error;
    } finally {
      rmSync(this.#directory, { recursive: true, force: true });
    }
  }

  /** As the next start of the lab would: what attacks here must not disturb other tests. */
  async #removeSandboxes(): Promise<void> {
    const native = openNative({
      libraryDirectory: join(this.#directory, 'native'),
      cgroupParent: this.labName,
      stage: STAGE,
    });
    await removeLeftovers(native);
    await native.close();
  }

  /**
   * The attacking program, started in a sandbox by the real `enter`, as a terminal's shell is. `needs`:
   * the mask of what its lesson declares, which is what the filter of the shell lets through.
   */
  start(
    sandbox: SandboxState,
    args: readonly string[],
    look?: () => void | Promise<void>,
    terminal = 0,
    needs = 0,
  ): Program {
    return this.startCommand(sandbox, [ATTACK, ...args], look, terminal, needs);
  }

  startCommand(
    { hostPid, id }: SandboxState,
    command: readonly string[],
    look?: () => void | Promise<void>,
    terminal = 0,
    needs = 0,
  ): Program {
    const namespace = /\d+/.exec(readlinkSync(`/proc/${hostPid}/ns/pid`))?.[0] ?? '';
    const entering = [
      String(hostPid),
      namespace,
      this.labName,
      id,
      String(terminal),
      'machine',
      String(needs),
    ];
    return new Program(
      {
        file: this.enter,
        arguments: [...entering, ...command],
        environment: { GLASSBOX_CANARY: this.canary },
      },
      look,
    );
  }

  /** The program that puts shells into this lab's sandboxes. */
  get enter(): string {
    return join(this.#directory, 'native/enter');
  }

  /** Files of the base image, which all sandboxes share. */
  get imageFiles(): readonly string[] {
    const { images } = parseOptions([], process.env);
    return ['usr/bin/true', 'usr/bin/bash', 'etc/passwd', 'etc/hostname'].map((file) =>
      join(baseImageDirectory(images), file),
    );
  }

  /** The same program on the host: as a witness, or to prove that an attack would work without a sandbox. */
  onHost(args: readonly string[], look?: () => void | Promise<void>): Program {
    return new Program({ file: this.attackOnHost, arguments: args }, look);
  }

  /** The same path in a sandbox, seen from the host. */
  inside({ hostPid }: SandboxState, path: string): string {
    return `/proc/${hostPid}/root${path}`;
  }

  /** First host id of a sandbox. */
  idBase({ hostPid }: SandboxState): number {
    const [, outside] = readFileSync(`/proc/${hostPid}/uid_map`, 'utf8').trim().split(/\s+/);
    return Number(outside);
  }

  /** A fresh machine for the attacker; the one it has is removed with all that is in it. */
  async renew(): Promise<void> {
    const { page } = this.attacker;
    page.forget();
    page.say({ type: 'reset' });
    this.attacker.state = (await page.hear('machine')).state;
  }

  /** Web may be being started anew just now. */
  #connect(): Promise<TestPage> {
    return eventually('a page connects', async () => {
      this.address = await this.lab.address();
      return TestPage.connect(this.address).catch(() => undefined);
    });
  }

  /** New pages and machines for both: something did not answer, and the next row needs what does. */
  async recover(): Promise<void> {
    for (const who of [this.attacker, this.neighbour]) {
      who.page.socket.terminate();
      who.page = await this.#connect();
      await who.page.hello(who.secret);
      who.page.forget();
      who.page.say({ type: 'reset' });
      who.state = (await who.page.hear('machine')).state;
    }
  }
}

async function inhabit(address: string): Promise<Inhabited> {
  const page = await TestPage.connect(address);
  const secret = newSecret();
  return { page, secret, state: await page.hello(secret) };
}
