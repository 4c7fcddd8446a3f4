import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { parseOptions } from '../setup/options.mjs';
import { ociFiles, tarOfFiles } from '../testing/archives.ts';
import { add, example, temporary, write } from '../testing/example-image.ts';
import { makeImages } from '../testing/image-store.ts';
import { Machine } from '../testing/machine.ts';
import { baseImageDirectory } from './base-image.ts';
import { digestOf, digestOfFile } from './digest.ts';
import { readReference } from './reference.ts';
import {
  BUILT_IN,
  blobPath,
  imageStoreAttachment,
  imagesOf,
  layerPath,
  referencePath,
} from './store.ts';

const { images } = parseOptions([], process.env);
const attachment = imageStoreAttachment(images);
const store = attachment.directory;
const reference = (name: string) =>
  readReference(readFileSync(join(store, 'references', name, 'latest'), 'utf8'));

/** Mounts an image in a sandbox as `box` does, and goes into it. */
const mount = (layers: readonly string[]) => `
  cd /var/lib/box/shared/layers
  mkdir -p /tmp/upper /tmp/work /tmp/merged
  mount -t overlay -o "userxattr,lowerdir=${[...layers].reverse().join(':')},upperdir=/tmp/upper,workdir=/tmp/work" image /tmp/merged
  cd /tmp/merged`;

test('the images of every sandbox are real OCI images: each blob has its digest', async () => {
  for (const name of BUILT_IN) {
    assert.ok(imagesOf(store).includes(`${name}:latest`));
    const { manifest, image, layers } = reference(name);
    const text = readFileSync(blobPath(store, manifest), 'utf8');
    assert.equal(digestOf(text), manifest);
    const written = JSON.parse(text);
    assert.equal(written.config.digest, `sha256:${image}`);
    const configuration = JSON.parse(readFileSync(blobPath(store, image), 'utf8'));
    assert.deepEqual(
      configuration.rootfs.diff_ids,
      layers.map((layer) => `sha256:${layer}`),
    );
    const withLayer = configuration.history.filter(
      (line: { empty_layer?: boolean }) => !line.empty_layer,
    );
    assert.equal(withLayer.length, layers.length, 'each layer has its line of history');
    for (const [index, layer] of written.layers.entries()) {
      const blob = blobPath(store, layer.digest.slice('sha256:'.length));
      assert.deepEqual(await digestOfFile(blob), {
        digest: layer.digest.slice('sha256:'.length),
        size: layer.size,
      });
      const tar = execFileSync('gzip', ['-dc', blob], { maxBuffer: 1 << 30 });
      assert.equal(digestOf(tar), layers[index]);
    }
  }
});

test('Debian and nginx together are the tree of the machine, and there is one copy of it', () => {
  const rootfs = baseImageDirectory(images);
  const [debian = '', packages = ''] = reference('nginx').layers;
  assert.deepEqual(reference('debian').layers, [debian]);
  const inode = (root: string, path: string) => lstatSync(join(root, path)).ino;
  assert.equal(inode(layerPath(store, debian), 'usr/bin/bash'), inode(rootfs, 'usr/bin/bash'));
  assert.equal(
    inode(layerPath(store, packages), 'usr/sbin/nginx'),
    inode(rootfs, 'usr/sbin/nginx'),
  );
  const files = (root: string) =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  const parts = [debian, packages].flatMap((layer) => files(layerPath(store, layer)));
  assert.deepEqual([...new Set(parts)].sort(), files(rootfs).sort());
  assert.deepEqual(
    files(layerPath(store, debian)).filter((path) => path.includes('nginx')),
    [],
  );
});

test('a sandbox mounts the images: what a layer deletes and overwrites is so', async (context) => {
  const machine = await Machine.make(context, [attachment]);
  assert.equal(
    await machine.run(
      `${mount(reference('app').layers)} && find srv -type f | sort && cat srv/app/greeting.txt`,
    ),
    [
      'srv/app/greeting.txt',
      'srv/app/start',
      'srv/app/www/cgi-bin/index.cgi',
      'Hello from version 2\n',
    ].join('\n'),
  );
  assert.match(
    await machine.run('stat -c "%F %t,%T" /var/lib/box/shared/layers/*/srv/app/notes.txt'),
    /^(regular file 0,0\ncharacter special file 0,0|character special file 0,0\nregular file 0,0)\n$/,
  );
  assert.match(
    await machine.run(
      'cd /tmp/merged && chroot . /bin/sh -c "id -un; ls -1 /srv/app; echo new > /srv/app/x && cat /srv/app/x"',
    ),
    /^root\ngreeting.txt\nstart\nwww\nnew\n$/,
  );
});

test('nginx of the image serves its page', async (context) => {
  const machine = await Machine.make(context, [attachment]);
  const printed =
    await machine.run(`${mount(reference('nginx').layers)} && mount --rbind /dev dev && mount -t proc proc proc && ip link set lo up &&
    { chroot . nginx -g "daemon off;" > /tmp/log 2>&1 & } &&
    curl -s --retry 20 --retry-delay 1 --retry-connrefused http://127.0.0.1/; kill -QUIT $!; wait; cat /tmp/log`);
  assert.match(printed, /<h1>nginx is running<\/h1>/);
  assert.match(printed, /"GET \/ HTTP\/1.1" 200/, 'its log goes to the terminal');
});

test('a sandbox can not change the store, nor what the host keeps beside it', async (context) => {
  const machine = await Machine.make(context, [attachment]);
  const printed = await machine.run(`cd /var/lib/box/shared
    touch new; rm references/app/latest; mount -o remount,bind,rw /var/lib/box/shared; touch new; ls ..`);
  assert.equal(printed.match(/Read-only file system/g)?.length, 3, printed);
  assert.deepEqual(readdirSync(store).sort(), [
    'blobs',
    'complete',
    'index.json',
    'layers',
    'oci-layout',
    'references',
  ]);
});

test('a machine that is already there sees an image that is added, and mounts it', async (context) => {
  const added = makeImages(context);
  const machine = await Machine.make(context, [imageStoreAttachment(added)]);
  const list = 'cd /var/lib/box/shared/references && echo */*';
  assert.match(
    await machine.run(list),
    /^app\/latest busybox\/latest debian\/latest nginx\/latest$/m,
  );
  await add(added, write(temporary(context), await tarOfFiles(ociFiles(await example('new:1')))));
  assert.match(await machine.run(list), /^app\/latest .* new\/1 nginx\/latest$/m);
  const path = referencePath(imageStoreAttachment(added).directory, 'new:1');
  const layers = readReference(readFileSync(path, 'utf8')).layers;
  assert.equal(
    await machine.run(`${mount(layers)} && ls -1 && ls -1 old && stat -c '%A %U' bin/su`),
    'bin\ndeep\nold\nping\ntmp\nthree\n-rwsr-xr-x root\n',
  );
});
