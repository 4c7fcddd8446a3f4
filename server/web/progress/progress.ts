import type { ProgressRecord } from '../../protocol/progress.ts';
import { isBroken, openDatabase } from './database.ts';
import type { Deed } from './deed.ts';
import { ProgressStore } from './store.ts';

export type ProgressOptions = {
  readonly file: string;
  /** SQLite's library, where it is not found by its package. */
  readonly nativeBinding?: string | undefined;
  /** A sentence for the operator. */
  readonly warn: (sentence: string) => void;
  /** Saving has begun to fail (why), or works again (nothing). For every learner who is there. */
  readonly trouble: (sentence: string | undefined) => void;
};

/** How often saving is tried again while it fails. */
const RETRY_MS = 2_000;

/** Deeds that are kept in memory while the disk takes none. A class of hundreds needs hours for as many. */
const WAITING_MAX = 50_000;

type Written<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly sentence: string };

/**
 * Progress of all learners, on the disk. When the disk refuses, what is there stays as it is, what comes
 * waits in memory and is written as soon as there is room; learners are told, and the lab goes on.
 */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #waiting = new Map<string, Deed[]>();
  #waitingCount = 0;
  #store: ProgressStore | undefined;
  #trouble: string | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#attempt(() => {});
  }

  /** Why nothing can be saved now. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Notes a deed, for good: on the disk when this returns, or as soon as the disk takes it. */
  note(owner: string, deed: Deed): void {
    if (this.#waitingCount < WAITING_MAX) {
      const waiting = this.#waiting.get(owner);
      if (waiting === undefined) this.#waiting.set(owner, [deed]);
      else waiting.push(deed);
      this.#waitingCount += 1;
    }
    this.#attempt(() => {});
  }

  read(owner: string): Written<ProgressRecord> {
    return this.#attempt((store) => store.read(owner));
  }

  /** Joins an exported record with what is there. Throws `TooMuch`. */
  merge(owner: string, deeds: readonly Deed[]): Written<ProgressRecord> {
    return this.#attempt((store) => {
      store.merge(owner, deeds);
      return store.read(owner);
    });
  }

  /** Removes all of a learner's, also what still waits. */
  remove(owner: string): Written<void> {
    this.#waitingCount -= this.#waiting.get(owner)?.length ?? 0;
    this.#waiting.delete(owner);
    return this.#attempt((store) => store.remove(owner));
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#store?.close();
    this.#store = undefined;
  }

  /** Writes what waits, then does this; or says why the disk does not let it. */
  #attempt<T>(action: (store: ProgressStore) => T): Written<T> {
    try {
      const store = this.#opened();
      if (this.#waiting.size > 0) store.add(this.#waiting);
      this.#waiting.clear();
      this.#waitingCount = 0;
      const value = action(store);
      this.#change(undefined);
      return { ok: true, value };
    } catch (error) {
      if (!isSystemError(error)) throw error;
      // Damage that shows only now: the next attempt opens the file anew, and sets it aside.
      if (isBroken(error)) this.close();
      const sentence = `Your progress can't be saved now: ${reasonOf(error)}. The lab goes on, and what you do is saved as soon as it can be.`;
      this.#change(sentence);
      return { ok: false, sentence };
    }
  }

  #opened(): ProgressStore {
    if (this.#store !== undefined) return this.#store;
    const { file, nativeBinding, warn } = this.#options;
    const { database, setAside } = openDatabase(file, nativeBinding);
    if (setAside !== undefined) warn(setAside);
    this.#store = new ProgressStore(database);
    return this.#store;
  }

  #change(trouble: string | undefined): void {
    clearTimeout(this.#retry);
    if (trouble !== undefined) {
      this.#retry = setTimeout(() => this.#attempt(() => {}), RETRY_MS);
      this.#retry.unref();
    }
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#options.warn(trouble ?? 'Progress can be saved again.');
    this.#options.trouble(trouble);
  }
}

/** An error of SQLite's or of the disk's, and no bug of ours. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && (error.name === 'NewerDatabase' || 'code' in error);
}

/** What learners can understand; the operator reads the rest in the code. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^SQLITE_FULL|^ENOSPC|^EDQUOT/, "the lab's disk is full"],
  [/^SQLITE_READONLY|^SQLITE_CANTOPEN|^EACCES|^EROFS|^ENOENT/, "the lab can't write its file"],
  [/^SQLITE_BUSY/, 'another program uses its file'],
];

function reasonOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : error.name;
  const known = REASONS.find(([pattern]) => pattern.test(code));
  return known === undefined ? `the lab's disk answers ${code}` : `${known[1]} (${code})`;
}
