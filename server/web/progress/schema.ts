/**
 * What each version of the database adds, in order: `user_version` says how many have been made. A row is
 * never changed once a release had it; a change is a row of its own.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE learner (
     id INTEGER PRIMARY KEY,
     owner TEXT NOT NULL UNIQUE CHECK (length(owner) = 64)
   ) STRICT;
   CREATE TABLE step (
     learner INTEGER NOT NULL REFERENCES learner ON DELETE CASCADE,
     lesson TEXT NOT NULL,
     step TEXT NOT NULL,
     at INTEGER NOT NULL,
     PRIMARY KEY (learner, lesson, step)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE quiz (
     learner INTEGER NOT NULL REFERENCES learner ON DELETE CASCADE,
     lesson TEXT NOT NULL,
     step TEXT NOT NULL,
     quiz TEXT NOT NULL,
     at INTEGER NOT NULL,
     attempts INTEGER NOT NULL,
     "right" INTEGER NOT NULL CHECK ("right" IN (0, 1)),
     PRIMARY KEY (learner, lesson, step, quiz)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE time (
     learner INTEGER NOT NULL REFERENCES learner ON DELETE CASCADE,
     lesson TEXT NOT NULL,
     step TEXT NOT NULL,
     seconds INTEGER NOT NULL,
     PRIMARY KEY (learner, lesson, step)
   ) STRICT, WITHOUT ROWID;`,
];
