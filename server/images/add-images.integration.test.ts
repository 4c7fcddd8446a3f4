import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import * as zlib from 'node:zlib';
import { findCommand } from '../setup/packages.mjs';
import { dockerFiles, ociFiles, tarOf, tarOfFiles, writeFiles } from '../testing/archives.ts';
import { add, BASE, CHANGES, example, temporary, write } from '../testing/example-image.ts';
import { everythingIn, makeImages } from '../testing/image-store.ts';
import { digestOf } from './digest.ts';
import { ARCHITECTURE } from './oci.ts';
import { readReference } from './reference.ts';
import { blobPath, layerPath, referencePath, storeName } from './store.ts';

/** One archive of each kind that is taken. */
const KINDS: Readonly<Record<string, (folder: string) => Promise<string>>> = {
  'an OCI layout in a directory': async (folder) =>
    writeFiles(join(folder, 'layout'), ociFiles(await example('example:1'))),
  'an OCI layout in a tar file': async (folder) =>
    write(folder, await tarOfFiles(ociFiles(await example('example:1')))),
  'a compressed one': async (folder) =>
    write(folder, zlib.gzipSync(await tarOfFiles(ociFiles(await example('example:1'))))),
  'one with layers that are not compressed': async (folder) =>
    write(
      folder,
      await tarOfFiles(ociFiles({ ...(await example('example:1')), compress: (tar) => tar })),
    ),
  'an archive of docker save': async (folder) =>
    write(folder, await tarOfFiles(dockerFiles(await example('example:1')))),
  'a compressed archive of docker save': async (folder) =>
    write(folder, zlib.gzipSync(await tarOfFiles(dockerFiles(await example('example:1'))))),
  'an archive of Docker 25, which is both': async (folder) => {
    const image = await example('1');
    const files = new Map([
      ...dockerFiles({ ...image, name: 'example:1' }),
      ...ociFiles({
        ...image,
        change: {
          index: (index) => withAnnotation(index, 'docker.io/library/example:1'),
        },
      }),
    ]);
    return write(folder, await tarOfFiles(files));
  },
};

for (const [kind, make] of Object.entries(KINDS)) {
  test(`${kind} becomes an image with its layers unpacked for overlayfs`, async (context) => {
    const images = makeImages(context);
    const names = await add(images, await make(temporary(context)));
    assert.deepEqual(names, ['example:1']);
    const store = join(images, storeName());
    const text = readFileSync(referencePath(store, 'example:1'), 'utf8');
    const { layers, manifest, image } = readReference(text);
    assert.deepEqual(layers, [digestOf(await tarOf(BASE)), digestOf(await tarOf(CHANGES))]);
    assert.deepEqual(text.split('\n').slice(2), [
      'created 2020-02-02T02:02:02Z',
      'size 19',
      ...layers.map((layer) => `layer ${layer}`),
      'env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'env GREETING=hello\\nworld',
      'env BACK=a\\\\b',
      'workdir /srv',
      'user www-data:www-data',
      'entrypoint /bin/sh',
      'entrypoint -c',
      'command echo $GREETING',
      'expose 53/tcp',
      'expose 80/tcp',
      'stopsignal SIGQUIT',
      '',
    ]);
    for (const digest of [manifest, image]) {
      assert.equal(digestOf(readFileSync(blobPath(store, digest))), digest);
    }
    checkLayers(
      layers.map((layer) => layerPath(store, layer)),
      temporary(context),
    );
    assert.deepEqual(
      readdirSync(images).filter((entry) => entry.startsWith('adding')),
      [],
    );
  });
}

/** Mounts the two layers of the example and looks at what a container would see. */
function checkLayers([base = '', changes = '']: readonly string[], folder: string): void {
  const su = lstatSync(join(base, 'bin/su'));
  assert.deepEqual([su.mode & 0o7777, su.uid, su.gid, su.mtimeMs], [0o4755, 0, 8, 0]);
  assert.equal(lstatSync(join(base, 'bin/same')).ino, su.ino);
  assert.equal(lstatSync(join(base, 'tmp')).mode & 0o7777, 0o1777);
  assert.deepEqual([lstatSync(join(base, 'deep/in/a/folder')).uid], [1000]);
  const gone = lstatSync(join(changes, 'gone'));
  assert.ok(gone.isCharacterDevice() && gone.rdev === 0, 'a whiteout');
  const script = `
    mount -t overlay -o ro,userxattr,lowerdir=${changes}:${base} image ${folder} &&
    cd ${folder} && find . | sort && cat old/three && readlink bin/sh`;
  assert.equal(
    execFileSync('unshare', ['--mount', 'sh', '-c', script], { encoding: 'utf8' }),
    `${[
      '.',
      './bin',
      './bin/same',
      './bin/sh',
      './bin/su',
      './deep',
      './deep/in',
      './deep/in/a',
      './deep/in/a/folder',
      './old',
      './old/three',
      './ping',
      './tmp',
    ].join('\n')}\n3/bin/su\n`,
  );
  if (findCommand('getcap')) {
    const printed = execFileSync('getcap', [join(base, 'ping')], { encoding: 'utf8' });
    assert.match(printed, /cap_net_raw=ep/);
  }
}

test('an image of several kinds of computers gives the one for this host', async (context) => {
  const images = makeImages(context);
  const other = ociFiles({ ...(await example('x')), change: { configuration: foreign } });
  const own = ociFiles(await example('x'));
  const entry = (files: ReadonlyMap<string, Buffer>, platform: object) => ({
    ...JSON.parse(String(files.get('index.json'))).manifests[0],
    annotations: {},
    platform,
  });
  const attestation = { os: 'unknown', architecture: 'unknown' };
  const index = JSON.stringify({
    schemaVersion: 2,
    manifests: [
      entry(other, { os: 'linux', architecture: 'mips' }),
      entry(own, attestation),
      entry(own, { os: 'linux', architecture: ARCHITECTURE }),
    ],
  });
  const digest = digestOf(index);
  const top = JSON.stringify({
    schemaVersion: 2,
    manifests: [
      {
        digest: `sha256:${digest}`,
        size: index.length,
        annotations: { 'org.opencontainers.image.ref.name': 'latest' },
      },
    ],
  });
  const files = new Map([...other, ...own]);
  files.set(`blobs/sha256/${digest}`, Buffer.from(index)).set('index.json', Buffer.from(top));
  const file = write(temporary(context), await tarOfFiles(files), 'Multi.tar');
  assert.deepEqual(await add(images, file), ['multi:latest'], 'named after the file');
});

test('an archive with several images adds all of them, or none', async (context) => {
  const images = makeImages(context);
  const [one, two] = [ociFiles(await example('one:1')), ociFiles(await example('team/two:2'))];
  const manifests = [one, two].flatMap(
    (files) => JSON.parse(String(files.get('index.json'))).manifests,
  );
  const both = new Map([...one, ...two]);
  both.set('index.json', Buffer.from(JSON.stringify({ schemaVersion: 2, manifests })));
  const folder = temporary(context);
  const before = everythingIn(images);
  const bad = new Map(both);
  bad.set(
    'index.json',
    Buffer.from(
      JSON.stringify({ schemaVersion: 2, manifests: [...manifests, { ...manifests[0], size: 1 }] }),
    ),
  );
  await assert.rejects(add(images, write(folder, await tarOfFiles(bad))), /bytes, not 1/);
  assert.deepEqual(everythingIn(images), before);
  assert.deepEqual(await add(images, write(folder, await tarOfFiles(both))), [
    'one:1',
    'team/two:2',
  ]);
  await assert.rejects(
    add(images, write(folder, await tarOfFiles(both)), 'three'),
    /it has 2 images, which can't have one name/,
  );
});

test('a zstd layer is read where Node can, and refused with the reason where it can not', async (context) => {
  const images = makeImages(context);
  const canRead = 'zstdCompressSync' in zlib;
  const compress = (tar: Buffer): Buffer =>
    'zstdCompressSync' in zlib && typeof zlib.zstdCompressSync === 'function'
      ? zlib.zstdCompressSync(tar)
      : Buffer.from('28b52ffd0000', 'hex');
  const files = ociFiles({ ...(await example('z:1')), compress });
  const adding = add(images, write(temporary(context), await tarOfFiles(files)));
  if (canRead) assert.deepEqual(await adding, ['z:1']);
  else await assert.rejects(adding, /compressed with zstd, which Node v\S+ can't read/);
});

function foreign(configuration: Record<string, unknown>): unknown {
  return { ...configuration, architecture: 'mips' };
}

function withAnnotation(index: Record<string, unknown>, name: string): unknown {
  const { manifests } = index;
  const [manifest] = Array.isArray(manifests) ? manifests : [];
  const annotations = {
    'io.containerd.image.name': name,
    'org.opencontainers.image.ref.name': '1',
  };
  return { ...index, manifests: [{ ...manifest, annotations }] };
}
