import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Transform, type TransformCallback } from 'node:stream';

/** A SHA-256 as 64 hexadecimal digits, without `sha256:` before it. */
export type Digest = string;

/** Counts and digests what flows through. */
export class Meter extends Transform {
  readonly #hash: Hash = createHash('sha256');
  bytes = 0;
  /** Called after each piece; what it throws ends the stream. */
  onBytes: () => void = () => {};

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length;
    this.#hash.update(chunk);
    try {
      this.onBytes();
    } catch (reason) {
      done(reason instanceof Error ? reason : new Error(String(reason)));
      return;
    }
    done(null, chunk);
  }

  digest(): Digest {
    return this.#hash.digest('hex');
  }
}

export const digestOf = (content: Buffer | string): Digest =>
  createHash('sha256').update(content).digest('hex');

export async function digestOfFile(path: string): Promise<{ digest: Digest; size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { digest: hash.digest('hex'), size };
}
