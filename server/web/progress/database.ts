import { existsSync, renameSync } from 'node:fs';
import Database from 'better-sqlite3';
import { MIGRATIONS } from './schema.ts';

/** SQLite's words for a file that is damaged or is no database. */
const BROKEN = ['SQLITE_CORRUPT', 'SQLITE_NOTADB'];

/** The file was written by a younger Glassbox; this one leaves it alone. */
export class NewerDatabase extends Error {
  override readonly name = 'NewerDatabase';
}

/** A database that can be written, and a sentence for the operator when an older file had to make room for it. */
export type OpenedDatabase = {
  readonly database: Database.Database;
  readonly setAside: string | undefined;
};

/**
 * Opens the database and brings it to this version. A broken file is set aside under a name that says when,
 * never removed: the operator may mend it. Throws when the disk does not allow it.
 */
export function openDatabase(file: string, nativeBinding: string | undefined): OpenedDatabase {
  try {
    return { database: openSound(file, nativeBinding), setAside: undefined };
  } catch (error) {
    if (!isBroken(error)) throw error;
    const aside = setAside(file);
    const problem = error instanceof Error ? error.message : String(error);
    return {
      database: openSound(file, nativeBinding),
      setAside: `The learners' progress in ${file} can't be read (${problem}): it is kept as ${aside}, and a new file begins. Put a backup in its place while the lab is stopped, if there is one.`,
    };
  }
}

class BrokenDatabase extends Error {
  override readonly name = 'BrokenDatabase';
}

/** Whether the file itself is at fault, and not the disk or the program. */
export function isBroken(error: unknown): boolean {
  if (error instanceof BrokenDatabase) return true;
  return (
    error instanceof Database.SqliteError && BROKEN.some((code) => error.code.startsWith(code))
  );
}

function openSound(file: string, nativeBinding: string | undefined): Database.Database {
  const database = new Database(file, nativeBinding === undefined ? {} : { nativeBinding });
  try {
    // Only one web has the file; so SQLite needs no shared memory, which a full disk would refuse it.
    database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    // What a learner deletes is overwritten, not only forgotten.
    database.pragma('secure_delete = ON');
    const verdict = database.pragma('integrity_check(1)', { simple: true });
    if (verdict !== 'ok') throw new BrokenDatabase(String(verdict));
    migrate(database, file);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: Database.Database, file: string): void {
  const version = Number(database.pragma('user_version', { simple: true }));
  if (version > MIGRATIONS.length) {
    throw new NewerDatabase(
      `${file} has version ${version}, and this Glassbox knows ${MIGRATIONS.length}: start the newer one.`,
    );
  }
  database.transaction(() => {
    for (const migration of MIGRATIONS.slice(version)) database.exec(migration);
    database.pragma(`user_version = ${MIGRATIONS.length}`);
  })();
}

/** The file and the log that belongs to it; without its log it would not be what it was. */
function setAside(file: string): string {
  const aside = `${file}.broken-${new Date().toISOString().replaceAll(':', '-')}`;
  for (const suffix of ['', '-wal']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
  }
  return aside;
}
