/**
 * The browser's database of recordings: batches of events, found by the recording they belong to and by
 * their age. An index holds the size of each batch, so that none has to be read to be counted. A browser
 * that keeps nothing for pages (a private window may not) has no database, and nothing is kept.
 */
const NAME = 'glassbox.recordings';
const BATCHES = 'batches';

/** Indexes, and what each sorts by. The size comes last in both. */
const INDEXES = {
  recording: ['recording', 'at', 'size'],
  age: ['at', 'size'],
} as const;

/** All batches of one recording, oldest first. */
export async function readBatches(recording: string): Promise<readonly unknown[]> {
  const store = await batches('readonly');
  if (!store) return [];
  return (await settled(store.index('recording').getAll(rangeOf(recording)))) ?? [];
}

/** Adds a batch, and removes the oldest ones of its recording beyond so many bytes. */
export async function addBatch(
  batch: { readonly recording: string; readonly at: number; readonly size: number },
  bytesMax: number,
): Promise<void> {
  const store = await batches('readwrite');
  if (!store) return;
  const added = settled(store.add(batch));
  // A page that is being left does not live to see the end of what it has not committed.
  store.transaction.commit();
  await added;
  const crowded = await batches('readwrite');
  if (crowded) await trim(crowded.index('recording'), rangeOf(batch.recording), bytesMax);
}

/** Removes the batches of one recording. */
export async function removeBatches(recording: string): Promise<void> {
  const store = await batches('readwrite');
  if (store) await trim(store.index('recording'), rangeOf(recording), 0);
}

/** Removes what is from before a time, and the oldest beyond so many bytes. */
export async function tidyBatches(before: number, bytesMax: number): Promise<void> {
  const store = await batches('readwrite');
  if (!store) return;
  await trim(store.index('age'), IDBKeyRange.upperBound([before]), 0);
  await trim(store.index('age'), null, bytesMax);
}

/** Removes everything. */
export async function removeAllBatches(): Promise<void> {
  const store = await batches('readwrite');
  if (store) await settled(store.clear());
}

let database: Promise<IDBDatabase | undefined> | undefined;

async function batches(mode: 'readonly' | 'readwrite'): Promise<IDBObjectStore | undefined> {
  database ??= open();
  try {
    return (await database)?.transaction(BATCHES, mode).objectStore(BATCHES);
  } catch {
    // The browser has closed it (the learner cleared the site's data): the next use opens it anew.
    database = undefined;
    return undefined;
  }
}

async function open(): Promise<IDBDatabase | undefined> {
  try {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore(BATCHES, { autoIncrement: true });
      for (const [index, keys] of Object.entries(INDEXES)) store.createIndex(index, [...keys]);
    };
    return await settled(request);
  } catch {
    return undefined;
  }
}

/** An array sorts after every number, so this ends after the last batch. */
function rangeOf(recording: string): IDBKeyRange {
  return IDBKeyRange.bound([recording], [recording, []]);
}

/** Walks from the newest batch to the oldest and removes those beyond so many bytes. */
function trim(index: IDBIndex, range: IDBKeyRange | null, bytesMax: number): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const request = index.openKeyCursor(range, 'prev');
    request.onerror = () => resolve();
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor) return resolve();
      bytes += Array.isArray(cursor.key) ? Number(cursor.key.at(-1)) : 0;
      if (bytes > bytesMax) index.objectStore.delete(cursor.primaryKey);
      cursor.continue();
    };
  });
}

/** What a request has brought, or nothing. */
function settled<Result>(request: IDBRequest<Result>): Promise<Result | undefined> {
  return new Promise((resolve) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = (event) => {
      // An error that nobody stops ends the transaction, and is one of the page.
      event.preventDefault();
      resolve(undefined);
    };
  });
}
