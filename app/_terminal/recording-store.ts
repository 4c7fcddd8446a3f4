import '../_progress/jitless.ts';
import { z } from 'zod';
import { cost, RECORDING_BYTES_MAX, type RecordedEvent } from './recording.ts';
import {
  addBatch,
  readBatches,
  removeAllBatches,
  removeBatches,
  tidyBatches,
} from './recording-database.ts';

/** Recordings on the browser's disk, so that a reload of the page loses none. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/** All recordings together. */
const STORE_BYTES_MAX = 64 * 1024 ** 2;

/**
 * Some seconds of a recording. The bytes lie together: a view of an array would be stored with all of the
 * message that it came in.
 */
const batchSchema = z.object({
  recording: z.string(),
  at: z.number(),
  size: z.number(),
  bytes: z.instanceof(Uint8Array),
  events: z.array(
    z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('output'),
        at: z.number(),
        offset: z.number(),
        length: z.number(),
      }),
      z.object({
        kind: z.literal('resize'),
        at: z.number(),
        columns: z.number(),
        rows: z.number(),
      }),
    ]),
  ),
});

type Batch = z.infer<typeof batchSchema>;

/** Everything that was stored of a recording, oldest first. */
export async function readRecording(recording: string): Promise<RecordedEvent[]> {
  const stored = await readBatches(recording);
  return stored.flatMap((value) => {
    const batch = batchSchema.safeParse(value);
    return batch.success ? unpack(batch.data) : [];
  });
}

/** Adds what has happened since. Resolves when it is on the disk, or could not be brought there. */
export async function appendRecording(
  recording: string,
  events: readonly RecordedEvent[],
): Promise<void> {
  if (events.length > 0) await addBatch(pack(recording, events), RECORDING_BYTES_MAX);
}

/** Removes a recording that nobody can ask for any more. */
export const removeRecording = removeBatches;

/** Removes what is old, and the oldest of what is too much. */
export function tidyRecordings(now: number): Promise<void> {
  return tidyBatches(now - KEPT_MS, STORE_BYTES_MAX);
}

/** Removes all recordings of this browser. */
export const forgetRecordings = removeAllBatches;

function pack(recording: string, events: readonly RecordedEvent[]): Batch {
  const length = events.reduce((sum, event) => sum + lengthOf(event), 0);
  const bytes = new Uint8Array(length);
  let end = 0;
  const packed = events.map((event) => {
    if (event.kind === 'resize') return event;
    bytes.set(event.bytes, end);
    end += event.bytes.byteLength;
    const { kind, at, offset } = event;
    return { kind, at, offset, length: event.bytes.byteLength };
  });
  return {
    recording,
    at: events[0]?.at ?? 0,
    size: events.reduce((sum, event) => sum + cost(event), 0),
    bytes,
    events: packed,
  };
}

function unpack({ bytes, events }: Batch): RecordedEvent[] {
  let end = 0;
  return events.map((event) => {
    if (event.kind === 'resize') return event;
    const { kind, at, offset, length } = event;
    end += length;
    return { kind, at, offset, bytes: bytes.subarray(end - length, end) };
  });
}

function lengthOf(event: RecordedEvent): number {
  return event.kind === 'output' ? event.bytes.byteLength : 0;
}
