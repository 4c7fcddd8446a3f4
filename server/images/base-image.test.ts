import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { baseImageDirectory, imageProblem } from './base-image.ts';
import { ESSENTIAL_FILES, IMAGE_PACKAGES } from './packages.ts';

/** An image of the right shape, each file of one byte. */
function makeImage(context: TestContext): string {
  const image = mkdtempSync(join(tmpdir(), 'glassbox-image-'));
  context.after(() => rmSync(image, { recursive: true }));
  for (const file of [...ESSENTIAL_FILES, ...IMAGE_PACKAGES.map((row) => row.proof)]) {
    const path = join(image, 'rootfs', file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'x');
  }
  chmodSync(join(image, 'rootfs'), 0o755);
  writeFileSync(join(image, 'complete'), '');
  return image;
}

test('an image with all its files has no problem', (context) => {
  assert.equal(imageProblem(makeImage(context)), undefined);
});

test('a lost file and an emptied one are found', (context) => {
  const image = makeImage(context);
  writeFileSync(join(image, 'rootfs/usr/bin/strace'), '');
  assert.match(imageProblem(image) ?? '', /has no \/usr\/bin\/strace/);
  rmSync(join(image, 'rootfs/usr/bin/bash'));
  assert.match(imageProblem(image) ?? '', /has no \/usr\/bin\/bash/);
});

test('an image whose building was interrupted is not complete', (context) => {
  const image = makeImage(context);
  rmSync(join(image, 'complete'));
  assert.equal(imageProblem(image), 'is not complete');
});

test('a lab without its image is told in one sentence what to do', (context) => {
  const images = mkdtempSync(join(tmpdir(), 'glassbox-images-'));
  context.after(() => rmSync(images, { recursive: true }));
  assert.throws(() => baseImageDirectory(images), /is not there\. Start the lab with npm start/);
});
