import type { Digest } from './digest.ts';

/** An image as `box` needs it: everything resolved, so that C reads lines and no JSON. */
export type ImageReference = {
  readonly manifest: Digest;
  /** Digest of the configuration; it is what `box images` shows as the image's id. */
  readonly image: Digest;
  /** RFC 3339. */
  readonly created: string;
  /** Bytes of all its layers, unpacked. */
  readonly size: number;
  /** Diff ids, the base first. */
  readonly layers: readonly Digest[];
  readonly environment: readonly string[];
  readonly workdir: string;
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly expose: readonly string[];
  readonly stopSignal: string | undefined;
};

/** One `key value` on each line; a key that repeats is a list. */
export function writeReference(reference: ImageReference): string {
  const lines: readonly (readonly [string, string])[] = [
    ['manifest', reference.manifest],
    ['image', reference.image],
    ['created', reference.created],
    ['size', String(reference.size)],
    ...reference.layers.map((layer) => ['layer', layer] as const),
    ...reference.environment.map((variable) => ['env', variable] as const),
    ['workdir', reference.workdir],
    ['user', reference.user],
    ...reference.entrypoint.map((argument) => ['entrypoint', argument] as const),
    ...reference.command.map((argument) => ['command', argument] as const),
    ...reference.expose.map((port) => ['expose', port] as const),
    ...(reference.stopSignal === undefined ? [] : [['stopsignal', reference.stopSignal] as const]),
  ];
  return lines.map(([key, value]) => `${key} ${escaped(value)}\n`).join('');
}

/** What the host itself needs of a reference: which blobs and layers it keeps, and what to list. */
export function readReference(
  text: string,
): Pick<ImageReference, 'manifest' | 'image' | 'created' | 'size' | 'layers'> {
  const values = (key: string) =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`${key} `))
      .map((line) => line.slice(key.length + 1));
  const value = (key: string) => values(key)[0] ?? '';
  return {
    manifest: value('manifest'),
    image: value('image'),
    created: value('created'),
    size: Number(value('size')),
    layers: values('layer'),
  };
}

const escaped = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
