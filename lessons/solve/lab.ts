import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfiguration } from '../../server/configuration.ts';
import { baseImageDirectory } from '../../server/images/base-image.ts';
import { imageStoreAttachment } from '../../server/images/store.ts';
import type { SandboxNeed } from '../../server/protocol/needs.ts';
import { prepareDiskTemplate } from '../../server/warden/disk-template.ts';
import { FloodQueue } from '../../server/warden/flood-queue.ts';
import { prepareStage, STAGE } from '../../server/warden/janitor.ts';
import { openNative } from '../../server/warden/native.ts';
import type { Native } from '../../server/warden/native-interface.ts';
import { MACHINE_HOSTNAME, Sandbox } from '../../server/warden/sandbox.ts';
import { SANDBOX_LIMITS } from '../../server/warden/sandbox-limits.ts';
import { Turns } from '../../server/warden/turns.ts';

/** Host ids that no lab hands out, should one be running. */
const ID_BASE = 3_800_000_000;
const IDS_EACH = 65_536;

/** They mostly wait, so that several go side by side on one CPU. */
const SIDE_BY_SIDE = 3;

/** A sandbox that was made for one play, with the library that it is asked by. */
export type PlayedSandbox = { readonly sandbox: Sandbox; readonly native: Native };

/** Fresh sandboxes of its own, a few at a time, as the warden makes them. */
export class SolveLab {
  readonly #native: Native;
  readonly #turns = new Turns(SIDE_BY_SIDE);
  readonly #images: string;
  readonly #layer: string;
  readonly #close: () => void;
  readonly #free = Array.from({ length: SIDE_BY_SIDE }, (_, index) => ID_BASE + index * IDS_EACH);

  constructor() {
    const { imagesDirectory, nativeDirectory } = parseConfiguration([], process.env);
    this.#images = imagesDirectory;
    this.#layer = join(nativeDirectory, 'layer');
    const removeStage = prepareStage();
    const data = mkdtempSync(join(imagesDirectory, 'solve-'));
    this.#close = () => {
      removeStage();
      rmSync(data, { recursive: true });
    };
    this.#native = openNative({
      libraryDirectory: nativeDirectory,
      cgroupParent: `glassbox-solve-${randomBytes(4).toString('hex')}`,
      stage: STAGE,
      diskImage: prepareDiskTemplate(data),
    });
  }

  /** Gives a fresh sandbox when it is its turn, and takes it away whatever happened in it. */
  inSandbox<T>(
    needs: readonly SandboxNeed[],
    play: (played: PlayedSandbox) => Promise<T>,
  ): Promise<T> {
    return this.#turns.take(async () => {
      const idBase = this.#free.pop();
      if (idBase === undefined) throw new Error('More sandboxes at a time than there are turns.');
      try {
        return await this.#play(idBase, needs, play);
      } finally {
        this.#free.push(idBase);
      }
    });
  }

  /** Removes the control groups, and the sandboxes that an interrupted play has left in them. */
  async close(): Promise<void> {
    for (const id of await this.#native.leftovers()) await this.#native.destroy(id, undefined);
    await this.#native.close();
    this.#close();
  }

  async #play<T>(
    idBase: number,
    needs: readonly SandboxNeed[],
    play: (played: PlayedSandbox) => Promise<T>,
  ): Promise<T> {
    const native = this.#native;
    const id = randomBytes(6).toString('hex');
    const created = await native.create({
      attachments: [imageStoreAttachment(this.#images)],
      ...SANDBOX_LIMITS,
      id,
      hostname: MACHINE_HOSTNAME,
      lowerdirs: [this.#layer, baseImageDirectory(this.#images)],
      idBase,
      needs,
    });
    const failures: unknown[] = [];
    const sandbox = new Sandbox({
      id,
      needs,
      created,
      native,
      floods: new FloodQueue(),
      events: {
        terminalEnded: () => {},
        inspectFailed: (_, error) => failures.push(error),
      },
    });
    try {
      const result = await play({ sandbox, native });
      if (failures.length > 0) throw failures[0];
      return result;
    } finally {
      const closed = sandbox.close();
      await native.destroy(id, created.pidfd);
      await closed;
    }
  }
}
