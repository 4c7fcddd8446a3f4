import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  dockerFiles,
  ociFiles,
  type TarEntry,
  type TestImage,
  tarOf,
  tarOfFiles,
} from '../testing/archives.ts';
import { type Archive, file, randomBytes, refused, symlink } from '../testing/refusals.ts';
import { digestOf } from './digest.ts';

/** Whole archives that are refused. */
const ARCHIVES: Readonly<Record<string, readonly [() => Archive | Promise<Archive>, RegExp]>> = {
  'an empty file': [() => Buffer.alloc(0), /it has neither index.json nor manifest.json/],
  'what is no archive': [() => Buffer.from('hello '.repeat(200)), /it is no whole tar archive/],
  'a truncated archive': [
    async () => (await oci({})).subarray(0, -2500),
    /it is no whole tar archive \(Unexpected end of data\)/,
  ],
  'a truncated compressed archive': [
    async () => gzipSync(await oci({})).subarray(0, -20),
    /its compression is broken/,
  ],
  'a bzip2 archive': [() => Buffer.from('BZh91AY&SY'), /compressed with bzip2: use gzip/],
  'an outer path that climbs out': [
    () => tarOf([{ name: '../../index.json', content: '{}' }]),
    /leads out of the archive/,
  ],
  'an outer device': [() => tarOf([{ name: 'x', type: 'block-device' }]), /"x" is a block-device/],
  'too many outer files': [
    () => tarOf(Array.from({ length: 201 }, (_, index) => file(`f${index}`))),
    /it has more than 200 files/,
  ],
  'too many outer bytes': [
    () =>
      tarOf(
        Array.from({ length: 5 }, (_, index) => ({
          name: `${index}`,
          content: randomBytes(2 * 1024 ** 2),
        })),
      ),
    /it is too large/,
  ],
  'an index that is no JSON': [
    () => tarOf([{ name: 'index.json', content: '{"schemaVersion":' }]),
    /its index.json is no JSON/,
  ],
  'an index that is too large': [
    () => tarOf([{ name: 'index.json', content: `{"a":"${'x'.repeat(100_000)}"}` }]),
    /its index.json has 100008 bytes; 100000 are the limit/,
  ],
  'JSON that is nested without end': [
    () => tarOf([{ name: 'index.json', content: '['.repeat(40_000) + ']'.repeat(40_000) }]),
    /its index.json is not what it should be/,
  ],
  'an index of something else': [
    () => tarOf([{ name: 'index.json', content: '{"schemaVersion":1}' }]),
    /its index.json is not what it should be at "schemaVersion"/,
  ],
  'an index without an image': [
    () => tarOf([{ name: 'index.json', content: '{"schemaVersion":2,"manifests":[]}' }]),
    /it has no image/,
  ],
  'a digest that leads elsewhere': [
    () =>
      oci({
        index: (index) => ({
          ...index,
          manifests: [{ digest: 'sha256:../../../../etc/passwd', size: 1 }],
        }),
      }),
    /its index.json is not what it should be at "manifests.0.digest"/,
  ],
  'an index that contains itself': [() => cyclicIndex(), /has the digest sha256:/],
  'indexes in indexes without end': [
    () => nestedIndexes(6),
    /its indexes lie too deep in each other/,
  ],
  'a manifest that is not there': [
    () =>
      oci({
        index: (index) => ({
          ...index,
          manifests: [{ digest: `sha256:${'0'.repeat(64)}`, size: 1 }],
        }),
      }),
    /its manifest sha256:0+ is not in it/,
  ],
  'a manifest of another size': [
    () => oci({ index: (index) => withSize(index, 12) }),
    /its manifest sha256:\w+ has \d+ bytes, not 12/,
  ],
  'a blob with another digest': [
    async () => {
      const files = ociFiles(await image([file('x')]));
      // The last blob but the manifest is the configuration.
      const name = [...files.keys()][1] ?? '';
      const bytes = Buffer.from(files.get(name) ?? '');
      bytes[0] = 0x20;
      return tarOfFiles(files.set(name, bytes));
    },
    /its configuration sha256:\w+ has the digest sha256:/,
  ],
  'a layer with another diff id': [
    () =>
      oci({
        configuration: (document) => ({
          ...document,
          rootfs: { type: 'layers', diff_ids: [`sha256:${'1'.repeat(64)}`] },
        }),
      }),
    /layer 1 \(sha256:111111111111…\): it has the diff id sha256:\w+, and its image says sha256:1+/,
  ],
  'fewer diff ids than layers': [
    () =>
      oci({
        configuration: (document) => ({ ...document, rootfs: { type: 'layers', diff_ids: [] } }),
      }),
    /its manifest has 1 layers, and its configuration has 0/,
  ],
  'too many layers': [
    async () => {
      const tar = await tarOf([file('x')]);
      return tarOfFiles(ociFiles({ layers: Array(6).fill(tar) }));
    },
    /its image has 6 layers; 5 are the limit/,
  ],
  'an image for another computer': [
    () => oci({ configuration: (document) => ({ ...document, architecture: 'mips' }) }),
    /its image is for "linux\/mips", and this host is linux\//,
  ],
  'an index without this computer': [
    () =>
      oci({
        index: (index) => withPlatform(index, { os: 'linux', architecture: 's390x' }),
      }),
    /it has no image for linux\/\w+, only for "linux\/s390x"/,
  ],
  'something that is no image': [
    () =>
      oci({
        manifest: (document) => ({
          ...document,
          config: {
            ...Object(document.config),
            mediaType: 'application/vnd.cncf.helm.config.v1+json',
          },
        }),
      }),
    /something that is no image, but "application\/vnd.cncf.helm/,
  ],
  'a broken gzip layer': [
    async () =>
      tarOfFiles(
        ociFiles({
          ...(await image([file('x')])),
          compress: (tar) => gzipSync(tar).subarray(0, -6),
        }),
      ),
    /layer 1 \(sha256:\w+…\): its compression is broken/,
  ],
  'a truncated layer': [
    async () => {
      const tar = await tarOf([{ name: 'x', content: 'y'.repeat(2000) }]);
      return tarOfFiles(ociFiles({ layers: [tar.subarray(0, 1024)] }));
    },
    /layer 1 \(sha256:\w+…\): it is no whole tar archive/,
  ],
  'an environment that is none': [
    async () => tarOfFiles(ociFiles({ ...(await image([])), config: { Env: ['oops'] } })),
    /"oops" is no environment variable/,
  ],
  'a command with a NUL': [
    async () => tarOfFiles(ociFiles({ ...(await image([])), config: { Cmd: ['a\0b'] } })),
    /the command of its configuration has a NUL in it/,
  ],
  'a name that is none': [
    async () => tarOfFiles(ociFiles({ ...(await image([])), name: '../../etc:x' })),
    /"..\/..\/etc:x" is no name for an image/,
  ],
  'the name of an image that every lab has': [
    async () => tarOfFiles(ociFiles({ ...(await image([])), name: 'busybox:latest' })),
    /"busybox:latest" is an image that every lab has/,
  ],
  'a name below that of another image': [
    async () => tarOfFiles(ociFiles({ ...(await image([])), name: 'busybox/latest:1' })),
    /"busybox\/latest:1" can't stand beside "busybox\/latest"/,
  ],
  'docker save without a layer': [
    async () => {
      const files = dockerFiles(await image([file('x')]));
      return tarOfFiles(new Map([...files].filter(([name]) => !name.endsWith('layer.tar'))));
    },
    /its layer 1 "\w+\/layer.tar" is not in it/,
  ],
  'docker save with a name that climbs out': [
    () =>
      tarOf([
        {
          name: 'manifest.json',
          content: '[{"Config":"../../../../etc/passwd","RepoTags":["x:1"],"Layers":[]}]',
        },
      ]),
    /its configuration "..\/..\/..\/..\/etc\/passwd" is not in it/,
  ],
  'docker save with a link out of it': [
    () =>
      tarOf([
        symlink('config.json', '/etc/passwd'),
        { name: 'manifest.json', content: '[{"Config":"config.json","Layers":["x"]}]' },
      ]),
    /its configuration "config.json" is not in it/,
  ],
  'docker save with links in a circle': [
    () =>
      tarOf([
        symlink('a', 'b'),
        symlink('b', 'a'),
        { name: 'manifest.json', content: '[{"Config":"a","Layers":["x"]}]' },
      ]),
    /its configuration "a" is not in it/,
  ],
  'docker save with another configuration than it says': [
    async () => {
      const files = dockerFiles(await image([file('x')]));
      const [name = ''] = files.keys();
      return tarOfFiles(files.set(name, Buffer.from('{}')));
    },
    /has another digest than its name/,
  ],
  'a directory that is no layout': [
    () => ({ directory: () => {} }),
    /neither index.json nor manifest.json/,
  ],
  'a directory with a link to a file of the host': [
    () => ({ directory: (folder) => symlinkSync('/etc/passwd', join(folder, 'index.json')) }),
    /its file "index.json" leads out of it/,
  ],
  'a directory with a FIFO': [
    () => ({
      directory: (folder) => void execFileSync('mkfifo', [join(folder, 'index.json')]),
    }),
    /its file "index.json" is no regular file/,
  ],
};

for (const [what, [make, sentence]] of Object.entries(ARCHIVES)) {
  test(`${what} is refused and leaves nothing`, async (context) => {
    await refused(context, await make(), sentence);
  });
}

async function image(entries: readonly TarEntry[]): Promise<TestImage> {
  return { layers: [await tarOf(entries)] };
}

async function oci(change: NonNullable<TestImage['change']>): Promise<Buffer> {
  return tarOfFiles(ociFiles({ ...(await image([file('x')])), change }));
}

function withSize(index: Record<string, unknown>, size: number): unknown {
  const { manifests } = index;
  return {
    ...index,
    manifests: [{ ...Object(Array.isArray(manifests) ? manifests[0] : {}), size }],
  };
}

function withPlatform(index: Record<string, unknown>, platform: object): unknown {
  const { manifests } = index;
  return {
    ...index,
    manifests: [{ ...Object(Array.isArray(manifests) ? manifests[0] : {}), platform }],
  };
}

/** Its only entry says that the index lies under a digest that is not its own: else there is no circle. */
function cyclicIndex(): Promise<Buffer> {
  const digest = '2'.repeat(64);
  const index = JSON.stringify({
    schemaVersion: 2,
    manifests: [{ digest: `sha256:${digest}`, size: 129 }],
  });
  return tarOf([
    { name: 'index.json', content: index },
    { name: `blobs/sha256/${digest}`, content: index.padEnd(129) },
  ]);
}

async function nestedIndexes(depth: number): Promise<Buffer> {
  const files = ociFiles(await image([file('x')]));
  for (let level = 0; level < depth; level++) {
    const index = files.get('index.json') ?? Buffer.alloc(0);
    files.set(`blobs/sha256/${digestOf(index)}`, index);
    files.set(
      'index.json',
      Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          manifests: [{ digest: `sha256:${digestOf(index)}`, size: index.length }],
        }),
      ),
    );
  }
  return tarOfFiles(files);
}
