import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { type Extract, extract } from 'tar-stream';
import type { ArchiveLimits } from './archive-limits.ts';
import { decompress } from './compression.ts';
import { type Digest, Meter } from './digest.ts';
import { type TarHeader, tarHeader } from './layer-tree.ts';
import { Refusal } from './refusal.ts';

/** Called for each entry, and waited for; the content need not be read. */
export type EntryReader = (header: TarHeader, content: AsyncIterable<unknown>) => Promise<void>;

/**
 * Reads a tar archive, compressed or not, entry by entry.
 *
 * @returns The digest of the archive as it is without compression.
 */
export async function readTar(
  path: string,
  limits: ArchiveLimits,
  read: EntryReader,
): Promise<Digest> {
  const entries = extract();
  const [packed, tar] = [new Meter(), new Meter()];
  tar.onBytes = () => {
    if (tar.bytes > limits.ratioFrom && tar.bytes > packed.bytes * limits.ratio) {
      throw new Refusal(
        `it grows more than ${limits.ratio} times when it is unpacked, as no honest one does`,
      );
    }
  };
  const unpacking = await decompress(path);
  // What goes wrong here ends the last stream, too, and so comes to whoever reads it.
  const streamed = pipeline([createReadStream(path), packed, ...unpacking, tar]).catch(() => {});
  const fed = feed(entries, tar).catch((reason: Error) => entries.destroy(reason));
  try {
    for await (const entry of entries) {
      const parsed = tarHeader.safeParse(entry.header);
      if (!parsed.success) throw new Refusal('it has an entry whose header says nothing sensible');
      await read(parsed.data, entry);
      // What is left of its content: that of a link or a directory, should it claim to have one.
      for await (const _ of entry);
    }
  } catch (reason) {
    throw readable(reason);
  } finally {
    await fed;
    await streamed;
  }
  return tar.digest();
}

/** Writes into the tar reader, no faster than it reads. */
async function feed(entries: Extract, chunks: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of chunks) {
    // It has met something that is no tar archive, and says so itself.
    if (entries.destroying) return;
    if (entries.write(chunk)) continue;
    await new Promise<void>((resume) => {
      const goOn = () => {
        entries.off('drain', goOn).off('close', goOn);
        resume();
      };
      entries.on('drain', goOn).on('close', goOn);
    });
  }
  entries.end(null);
}

/** What the libraries say of an archive that is none, in our words. */
function readable(reason: unknown): unknown {
  if (!(reason instanceof Error) || reason instanceof Refusal) return reason;
  if ('code' in reason && String(reason.code).startsWith('Z_')) {
    return new Refusal(`its compression is broken (${reason.message})`);
  }
  if (/^(Unexpected end of data|Invalid (tar )?header|Header exceeds)/.test(reason.message)) {
    return new Refusal(`it is no whole tar archive (${reason.message.replace(/\.$/, '')})`);
  }
  return reason;
}
