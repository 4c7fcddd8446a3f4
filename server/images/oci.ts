import * as z from 'zod';
import type { Digest } from './digest.ts';

/** Documents of the OCI image format and of Docker's, as far as they matter here; all from outside. */
export const MEDIA_TYPES = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  configuration: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  layerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

/** `linux/amd64` as the image format calls what Node calls `x64`. */
export const ARCHITECTURE = { x64: 'amd64', ia32: '386' }[process.arch as string] ?? process.arch;

/** `sha256:` and the digest; other algorithms are not in use. */
const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .transform((text): Digest => text.slice('sha256:'.length));

const platform = z.object({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().optional(),
});

const annotations = z.record(z.string(), z.string()).nullish();

export const descriptor = z.object({
  mediaType: z.string().default(''),
  digest,
  size: z.number().int().nonnegative(),
  platform: platform.nullish(),
  annotations,
});
export type Descriptor = z.infer<typeof descriptor>;

export const ociIndex = z.object({
  schemaVersion: z.literal(2),
  manifests: z.array(descriptor).max(1_000),
});

export const ociManifest = z.object({
  schemaVersion: z.literal(2),
  config: descriptor,
  layers: z.array(descriptor),
});
export type OciManifest = z.infer<typeof ociManifest>;

const words = z.array(z.string().max(65_536)).max(1_000);

export const imageConfiguration = z.object({
  os: z.string().default('linux'),
  architecture: z.string().default(''),
  created: z.string().nullish(),
  config: z
    .object({
      Env: words.nullish(),
      WorkingDir: z.string().max(4_095).nullish(),
      User: z.string().max(256).nullish(),
      Entrypoint: words.nullish(),
      Cmd: words.nullish(),
      ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
      StopSignal: z.string().max(32).nullish(),
    })
    .nullish(),
  rootfs: z.object({ type: z.literal('layers'), diff_ids: z.array(digest) }),
  history: z.array(z.object({ empty_layer: z.boolean().optional() })).nullish(),
});
export type ImageConfiguration = z.infer<typeof imageConfiguration>;

/** `manifest.json` of `docker save`. */
export const dockerSave = z
  .array(
    z.object({
      Config: z.string(),
      RepoTags: z.array(z.string()).nullish(),
      Layers: z.array(z.string()),
    }),
  )
  .min(1);

/** A manifest as it is written here: always the same bytes for the same image. */
export function writeManifest(
  configuration: { readonly digest: Digest; readonly size: number },
  layers: readonly {
    readonly digest: Digest;
    readonly size: number;
    readonly compressed: boolean;
  }[],
): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    config: {
      mediaType: MEDIA_TYPES.configuration,
      digest: `sha256:${configuration.digest}`,
      size: configuration.size,
    },
    layers: layers.map((layer) => ({
      mediaType: layer.compressed ? MEDIA_TYPES.layerGzip : MEDIA_TYPES.layer,
      digest: `sha256:${layer.digest}`,
      size: layer.size,
    })),
  });
}
