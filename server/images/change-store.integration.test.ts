import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { takeLock } from '../setup/lock.mjs';
import { ROOT } from '../setup/paths.mjs';
import { dockerFiles, ociFiles, tarOf, tarOfFiles } from '../testing/archives.ts';
import { eventually } from '../testing/eventually.ts';
import { add, example, temporary, write } from '../testing/example-image.ts';
import { everythingIn, fillImages, makeImages } from '../testing/image-store.ts';
import { carryOver } from './carry-over.ts';
import { lockOfUse } from './in-use.ts';
import { readReference } from './reference.ts';
import { removeImage } from './remove-image.ts';
import { imagesOf, layerPath, referencePath, storeName } from './store.ts';

test('layers are unpacked once for all images that have them', async (context) => {
  const images = makeImages(context);
  const store = join(images, storeName());
  const folder = temporary(context);
  await add(images, write(folder, await tarOfFiles(ociFiles(await example('one:1')))));
  const [base = ''] = readReference(readFileSync(referencePath(store, 'one:1'), 'utf8')).layers;
  const { ino } = lstatSync(layerPath(store, base));
  await add(images, write(folder, await tarOfFiles(dockerFiles(await example('two:1')))));
  assert.equal(lstatSync(layerPath(store, base)).ino, ino);
  await removeImage(images, 'one:1', assert.fail);
  assert.ok(existsSync(layerPath(store, base)), 'the other image needs it');
  await removeImage(images, 'two:1', assert.fail);
  assert.ok(!existsSync(layerPath(store, base)));
});

test('what a running lab may have mounted stays until no lab uses it', async (context) => {
  const images = makeImages(context);
  const store = join(images, storeName());
  const folder = temporary(context);
  await add(images, write(folder, await tarOfFiles(ociFiles(await example('one:1')))));
  const { layers } = readReference(readFileSync(referencePath(store, 'one:1'), 'utf8'));
  const lab = takeLock(lockOfUse(images, storeName()), { shared: true });
  await removeImage(images, 'one:1', assert.fail);
  assert.ok(!imagesOf(store).includes('one:1'));
  assert.ok(layers.every((layer) => existsSync(layerPath(store, layer))));
  lab?.release();
  await add(
    images,
    write(folder, await tarOfFiles(ociFiles({ name: 'two:1', layers: [await tarOf([])] }))),
  );
  assert.ok(layers.every((layer) => !existsSync(layerPath(store, layer))));
});

test('nobody but root reaches a set-user-id program of an image', async (context) => {
  const images = makeImages(context);
  // As an operator may have made it.
  chmodSync(images, 0o755);
  await add(images, write(temporary(context), await tarOfFiles(ociFiles(await example('one:1')))));
  const store = join(images, storeName());
  const [base = ''] = readReference(readFileSync(referencePath(store, 'one:1'), 'utf8')).layers;
  const program = join(layerPath(store, base), 'bin/su');
  assert.equal(lstatSync(program).mode & 0o7777, 0o4755);
  const asNobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups', 'stat', program];
  assert.match(spawnSync('setpriv', asNobody, { encoding: 'utf8' }).stderr, /Permission denied/);
});

test('an image keeps what it had when another one takes its name', async (context) => {
  const images = makeImages(context);
  const folder = temporary(context);
  await add(images, write(folder, await tarOfFiles(ociFiles(await example('one:1')))));
  const other = ociFiles({ name: 'one:1', layers: [await tarOf([{ name: 'x', content: 'x' }])] });
  await add(images, write(folder, await tarOfFiles(other)));
  await add(images, write(folder, await tarOfFiles(other)));
  const before = everythingIn(images).length;
  await removeImage(images, 'one:1', assert.fail);
  assert.ok(everythingIn(images).length < before);
  assert.equal(readdirSync(join(images, storeName(), 'layers')).length, 4, 'the built-in ones');
});

test('two commands at once come one after the other', async (context) => {
  const images = makeImages(context);
  const folder = temporary(context);
  const files = await Promise.all(
    ['one:1', 'two:1'].map(async (name, index) =>
      write(folder, await tarOfFiles(ociFiles(await example(name))), `${index}.tar`),
    ),
  );
  const ended = files.map((file) => once(glassbox(images, 'image', 'add', file), 'close'));
  assert.deepEqual(
    (await Promise.all(ended)).map(([code]) => code),
    [0, 0],
  );
  const names = imagesOf(join(images, storeName()));
  assert.ok(names.includes('one:1') && names.includes('two:1'));
});

test('what a killed command has left is gone after the next one', async (context) => {
  const images = makeImages(context);
  const folder = temporary(context);
  const before = everythingIn(images);
  const tar = Buffer.concat([...copies(await tarOf([{ name: 'f', content: '' }]), 20_000)]);
  const file = write(folder, await tarOfFiles(ociFiles({ name: 'many:1', layers: [tar] })));
  const command = glassbox(images, 'image', 'add', file);
  const staging = () => readdirSync(images).find((entry) => entry.startsWith('adding-'));
  await eventually(
    () => 'the command unpacks',
    () => {
      const folder = staging();
      return folder !== undefined && existsSync(join(images, folder, 'layer-0.new'))
        ? true
        : undefined;
    },
  );
  command.kill('SIGKILL');
  await once(command, 'close');
  assert.ok(staging() !== undefined, 'it has left something');
  await assert.rejects(removeImage(images, 'none', assert.fail), /There is no image "none"/);
  assert.deepEqual(everythingIn(images), before);
});

test('a full disk is told in a sentence, and nothing is left', async (context) => {
  const images = mkdtempSync(join(tmpdir(), 'glassbox-full-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'full', images]);
  context.after(() => {
    execFileSync('umount', [images]);
    rmSync(images, { recursive: true });
  });
  fillImages(images);
  const before = everythingIn(images);
  const layers = [await tarOf([{ name: 'large', content: Buffer.alloc(4 * 1024 ** 2) }])];
  const file = write(temporary(context), await tarOfFiles(ociFiles({ name: 'large:1', layers })));
  await assert.rejects(add(images, file), /there is no room left in \S+\.$/);
  assert.deepEqual(everythingIn(images), before);
});

test('the command says what it did, and its mistakes in one sentence', async (context) => {
  const images = makeImages(context);
  const folder = temporary(context);
  const file = write(folder, await tarOfFiles(ociFiles(await example('one:1'))));
  const added = await output(glassbox(images, 'image', 'add', file, 'team/app:v2'));
  assert.deepEqual(added, [0, 'Added team/app:v2: in a machine, box run team/app:v2\n']);
  const [code, listed] = await output(glassbox(images, 'image', 'list'));
  assert.equal(code, 0);
  assert.match(listed, /^team\/app:v2 +2 +0.0 MB +added$/m);
  assert.match(listed, /^busybox:latest +1 +0.0 MB +built in$/m);
  assert.deepEqual(await output(glassbox(images, 'image', 'add', join(folder, 'none'))), [
    1,
    `\nThere is no ${join(folder, 'none')}.\n`,
  ]);
  const [refused, why] = await output(glassbox(images, 'image', 'remove', 'debian'));
  assert.deepEqual([refused, /debian:latest is one of the images/.test(why)], [1, true]);
  assert.equal((await output(glassbox(images, 'image', 'paint')))[0], 2);
});

test('a store of another recipe takes over the images that were added, without a second copy', async (context) => {
  const images = makeImages(context);
  await add(
    images,
    write(temporary(context), await tarOfFiles(ociFiles(await example('team/one:1')))),
  );
  const old = join(images, storeName());
  const store = fillImages(images, 'store-000000000000.partial');
  carryOver(images, store);
  assert.deepEqual(imagesOf(store), imagesOf(old));
  const text = readFileSync(referencePath(store, 'team/one:1'), 'utf8');
  assert.equal(text, readFileSync(referencePath(old, 'team/one:1'), 'utf8'));
  const [base = '', changes = ''] = readReference(text).layers;
  const inode = (root: string) => lstatSync(join(layerPath(root, base), 'bin/su')).ino;
  assert.equal(inode(store), inode(old));
  assert.ok(lstatSync(join(layerPath(store, changes), 'gone')).isCharacterDevice());
});

/** One entry again and again, each under a name of its own, as a tar archive. */
function* copies(tar: Buffer, count: number): Generator<Buffer> {
  for (let index = 0; index < count; index++) {
    const header = Buffer.from(tar.subarray(0, 512));
    header.write(`f${index}`, 0, 'latin1');
    header.fill(' ', 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    yield header;
  }
  yield Buffer.alloc(1024);
}

function glassbox(images: string, ...args: readonly string[]) {
  return spawn(process.execPath, [join(ROOT, 'server/glassbox.mjs'), '--images', images, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function output(command: ReturnType<typeof glassbox>): Promise<[number, string]> {
  let printed = '';
  for (const stream of [command.stdout, command.stderr]) {
    stream.on('data', (text: Buffer) => {
      printed += text.toString('utf8');
    });
  }
  const [code]: (number | null)[] = await once(command, 'close');
  return [code ?? -1, printed];
}
