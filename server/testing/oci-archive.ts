import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type TarMember, tarArchive } from './tar.ts';

type Part = 'manifest' | 'config' | 'layer';

/** What is wrong with an archive beyond what its layer holds. */
export type Flaw = {
  /** This blob has one byte more than its digest says. */
  readonly corrupt?: Part;
  /** The config says this of its layer. */
  readonly diffId?: string;
  /** Members beside the layout. */
  readonly beside?: readonly TarMember[];
};

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const descriptor = (bytes: Buffer, mediaType: string) => ({
  mediaType: `application/vnd.oci.image.${mediaType}`,
  digest: `sha256:${digest(bytes)}`,
  size: bytes.length,
});

/** An archive of an OCI image layout with one image of one layer, compressed so that it fits into a command. */
export function ociArchive(name: string, members: readonly TarMember[], flaw: Flaw = {}): Buffer {
  const unpacked = tarArchive(members);
  const layer = gzipSync(unpacked);
  const config = json({
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [flaw.diffId ?? `sha256:${digest(unpacked)}`] },
  });
  const manifest = json({
    schemaVersion: 2,
    config: descriptor(config, 'config.v1+json'),
    layers: [descriptor(layer, 'layer.v1.tar+gzip')],
  });
  const annotations = { 'org.opencontainers.image.ref.name': name };
  const index = {
    schemaVersion: 2,
    manifests: [{ ...descriptor(manifest, 'manifest.v1+json'), annotations }],
  };
  const blob = (part: Part, bytes: Buffer): TarMember => ({
    name: `blobs/sha256/${digest(bytes)}`,
    content: flaw.corrupt === part ? Buffer.concat([bytes, Buffer.from(' ')]) : bytes,
  });
  return gzipSync(
    tarArchive([
      { name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
      { name: 'index.json', content: json(index) },
      blob('manifest', manifest),
      blob('config', config),
      blob('layer', layer),
      ...(flaw.beside ?? []),
    ]),
  );
}
