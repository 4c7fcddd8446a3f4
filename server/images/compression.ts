import { open } from 'node:fs/promises';
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { Refusal } from './refusal.ts';

/** How a file is compressed, by its first bytes: what a manifest says of it is not needed. */
const MAGIC: Readonly<Record<string, Buffer>> = {
  gzip: Buffer.from([0x1f, 0x8b]),
  zstd: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
  bzip2: Buffer.from('BZh'),
  xz: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a]),
};

/** The streams that unpack a file: none for one that is not compressed. */
export async function decompress(path: string): Promise<readonly Transform[]> {
  const compression = await compressionOf(path);
  switch (compression) {
    case undefined:
      return [];
    case 'gzip':
      return [zlib.createGunzip()];
    case 'zstd':
      // Node has it since 22.15; its types here are those of the oldest Node that will do.
      if ('createZstdDecompress' in zlib && typeof zlib.createZstdDecompress === 'function') {
        return [zlib.createZstdDecompress()];
      }
      throw new Refusal(
        `it is compressed with zstd, which Node ${process.version} can't read: use Node 22.15 or later, or save the image with gzip`,
      );
    default:
      throw new Refusal(`it is compressed with ${compression}: use gzip`);
  }
}

async function compressionOf(path: string): Promise<string | undefined> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
    const head = buffer.subarray(0, bytesRead);
    return Object.keys(MAGIC).find((name) => {
      const magic = MAGIC[name] ?? Buffer.alloc(0);
      return head.subarray(0, magic.length).equals(magic);
    });
  } finally {
    await file.close();
  }
}
