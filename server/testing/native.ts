import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { baseImageDirectory } from '../images/base-image.ts';
import { parseOptions } from '../setup/options.mjs';
import { BUILD } from '../setup/paths.mjs';
import { prepareDiskTemplate } from '../warden/disk-template.ts';
import { prepareStage, STAGE } from '../warden/janitor.ts';
import { openNative } from '../warden/native.ts';
import type { Native } from '../warden/native-interface.ts';
import { bindOutputGist } from '../warden/output-gist.ts';

/** The native library with control groups of the test's own, which are gone after it. */
export function openTestNative(
  context: TestContext,
  lab = `glassbox-${randomBytes(4).toString('hex')}`,
): Native {
  const removeStage = prepareStage();
  const data = mkdtempSync(join(parseOptions([], process.env).images, 'test-'));
  const native = openNative({
    libraryDirectory: join(BUILD, 'native'),
    cgroupParent: lab,
    stage: STAGE,
    diskImage: prepareDiskTemplate(data),
  });
  context.after(async () => {
    for (const id of await native.leftovers()) await native.destroy(id, undefined);
    await native.close();
    rmSync(data, { recursive: true });
    removeStage();
  });
  return native;
}

/** The native library's. */
export const gistOf = bindOutputGist(join(BUILD, 'native/libglassbox.so'));

/** What sandboxes are made of: the tools layer on the base image. */
export function lowerdirs(): readonly string[] {
  const { images } = parseOptions([], process.env);
  return [join(BUILD, 'native/layer'), baseImageDirectory(images)];
}
