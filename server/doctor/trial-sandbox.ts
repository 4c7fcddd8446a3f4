/**
 * `trial-sandbox.ts IMAGES`: makes one sandbox as the lab does and takes it away again, and prints what it
 * found as one line of JSON. Whatever no other probe of the doctor has thought of shows here.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { baseImageDirectory } from '../images/base-image.ts';
import { imageStoreAttachment } from '../images/store.ts';
import { BUILD } from '../setup/paths.mjs';
import { Stop } from '../setup/stop.mjs';
import { prepareStage, STAGE } from '../warden/janitor.ts';
import { openNative } from '../warden/native.ts';
import { NativeError } from '../warden/native-interface.ts';
import { SANDBOX_LIMITS } from '../warden/sandbox-limits.ts';
import { installToolsLayer } from '../warden/tools-layer.ts';
import { missing, ok } from './requirement.mjs';

/** Ids far above those that a lab hands out, should one be running. */
const TRIAL_IDS = 4_000_000_000;

console.log(JSON.stringify(await tryOne(process.argv[2] ?? '')));

async function tryOne(imagesDirectory: string) {
  const id = randomBytes(6).toString('hex');
  try {
    const base = baseImageDirectory(imagesDirectory);
    const store = imageStoreAttachment(imagesDirectory);
    const removeStage = prepareStage();
    const directory = mkdtempSync(join(imagesDirectory, 'doctor-'));
    const native = openNative({
      libraryDirectory: join(BUILD, 'native'),
      cgroupParent: `glassbox-doctor-${id}`,
      stage: STAGE,
    });
    try {
      const started = performance.now();
      const { pidfd } = await native.create({
        needs: [],
        attachments: [store],
        ...SANDBOX_LIMITS,
        id,
        hostname: 'machine',
        lowerdirs: [installToolsLayer(join(BUILD, 'native'), directory), base],
        idBase: TRIAL_IDS,
      });
      const ms = performance.now() - started;
      await native.destroy(id, pidfd);
      return ok(`made in ${ms.toFixed(1)} ms and removed`);
    } finally {
      await native.close();
      rmSync(directory, { recursive: true, force: true });
      removeStage();
    }
  } catch (reason) {
    if (reason instanceof NativeError) {
      const { step, object, error, hint } = reason.failure;
      return missing(`The step "${step}" failed on ${object}: ${error}.`, hint);
    }
    if (reason instanceof Stop) return missing(reason.message, 'npm start does it.');
    throw reason;
  }
}
