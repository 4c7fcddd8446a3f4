import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { digestOf } from '../images/digest.ts';
import { ARCHITECTURE, MEDIA_TYPES } from '../images/oci.ts';

/** An entry of a tar archive; one of them may lie about anything. */
export type TarEntry = Partial<Header> & {
  readonly name: string;
  readonly content?: string | Buffer;
  /** A kind of file that the library does not write: its letter in the header. */
  readonly typeflag?: string;
};

export async function tarOf(entries: readonly TarEntry[]): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (const { content, typeflag, ...header } of entries) {
    const one = pack();
    if (content === undefined) one.entry({ mtime: new Date(0), ...header, size: 0 });
    else one.entry({ mtime: new Date(0), ...header }, content);
    one.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of one) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
    // Without the two empty blocks at the end.
    const bytes = Buffer.concat(chunks).subarray(0, -1024);
    if (typeflag !== undefined) setTypeflag(bytes, typeflag);
    parts.push(bytes);
  }
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

function setTypeflag(header: Buffer, typeflag: string): void {
  header.write(typeflag, 156, 'latin1');
  header.fill(' ', 148, 156);
  const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

/** What an archive's documents say, so that a test can have them say something else. */
export type ImageDocuments = {
  readonly configuration: Record<string, unknown>;
  readonly manifest: Record<string, unknown>;
  readonly index: Record<string, unknown>;
};

export type TestImage = {
  /** Tar archives, the base first. */
  readonly layers: readonly Buffer[];
  readonly name?: string;
  readonly config?: Record<string, unknown>;
  readonly compress?: (tar: Buffer) => Buffer;
  readonly change?: Partial<{
    [Name in keyof ImageDocuments]: (document: Record<string, unknown>) => unknown;
  }>;
};

type Files = Map<string, Buffer>;

/** The files of an OCI image layout with one image. */
export function ociFiles(image: TestImage): Files {
  const files: Files = new Map();
  const { compress = (tar: Buffer) => gzipSync(tar), change = {} } = image;
  const keep = (content: Buffer | string) => {
    const bytes = Buffer.from(content);
    const digest = digestOf(bytes);
    files.set(`blobs/sha256/${digest}`, bytes);
    return { digest: `sha256:${digest}`, size: bytes.length };
  };
  const write = (
    document: Record<string, unknown>,
    to?: (document: Record<string, unknown>) => unknown,
  ) => JSON.stringify(to ? to(document) : document);
  const layers = image.layers.map((tar) => ({
    mediaType: MEDIA_TYPES.layerGzip,
    ...keep(compress(tar)),
  }));
  const configuration = keep(write(configurationOf(image), change.configuration));
  const manifest = keep(
    write(
      {
        schemaVersion: 2,
        mediaType: MEDIA_TYPES.manifest,
        config: { mediaType: MEDIA_TYPES.configuration, ...configuration },
        layers,
      },
      change.manifest,
    ),
  );
  const annotations =
    image.name === undefined ? {} : { 'org.opencontainers.image.ref.name': image.name };
  const index = {
    schemaVersion: 2,
    manifests: [{ mediaType: MEDIA_TYPES.manifest, ...manifest, annotations }],
  };
  files.set('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}'));
  files.set('index.json', Buffer.from(write(index, change.index)));
  return files;
}

/** The files that `docker save` wrote until Docker 25: a folder for each layer. */
export function dockerFiles(image: TestImage): Files {
  const files: Files = new Map();
  const configuration = JSON.stringify(configurationOf(image));
  const Config = `${digestOf(configuration)}.json`;
  files.set(Config, Buffer.from(configuration));
  const Layers = image.layers.map((tar, index) => {
    const folder = digestOf(`layer ${index} ${digestOf(tar)}`);
    files.set(`${folder}/VERSION`, Buffer.from('1.0'));
    files.set(`${folder}/json`, Buffer.from('{}'));
    files.set(`${folder}/layer.tar`, tar);
    return `${folder}/layer.tar`;
  });
  const RepoTags = image.name === undefined ? null : [image.name];
  files.set('manifest.json', Buffer.from(JSON.stringify([{ Config, RepoTags, Layers }])));
  files.set('repositories', Buffer.from('{}'));
  return files;
}

function configurationOf({ layers, config = {} }: TestImage): Record<string, unknown> {
  return {
    created: '2020-02-02T02:02:02.5Z',
    architecture: ARCHITECTURE,
    os: 'linux',
    config: { Cmd: ['sh'], ...config },
    rootfs: { type: 'layers', diff_ids: layers.map((tar) => `sha256:${digestOf(tar)}`) },
    history: layers.map((_, index) => ({ created_by: `layer ${index + 1}` })),
  };
}

export function writeFiles(folder: string, files: Files): string {
  for (const [name, content] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** As one tar archive, in the order in which they were made. */
export const tarOfFiles = (files: Files): Promise<Buffer> =>
  tarOf([...files].map(([name, content]) => ({ name, content })));
