'use client';

import { useEffect } from 'react';
import { forgetOwnerSecret, keptOwnerSecret, readOwnerSecret } from '../_lab/owner-secret.ts';
import { forgetAnswers } from '../_lesson/given-answers.ts';
import { forgetRecordings } from '../_terminal/recording-store.ts';
import { forgetProgress, localProgress, recordAll } from './local.ts';
import { asRecord, knowsMore, mergeProgress, type Progress } from './record.ts';
import { type Answer, deleteFromServer, mergeIntoServer, readFromServer } from './server.ts';

/** Whether the server was there. */
type Synced = { readonly reached: boolean };

let running: Promise<Synced> | undefined;

/**
 * Brings the browser's record and the server's together: each gets what it lacks. What can't be done now
 * is done the next time; nothing is lost meanwhile, because each side keeps its own.
 */
export function syncProgress(): Promise<Synced> {
  running ??= bringTogether().finally(() => {
    running = undefined;
  });
  return running;
}

async function bringTogether(): Promise<Synced> {
  // Without a secret the server has nothing of this browser's.
  const secret = keptOwnerSecret();
  if (secret === undefined) return { reached: true };
  const theirs = await readFromServer(secret);
  if (!theirs.ok) return { reached: false };
  if (!takeOver(secret, theirs.value) || !knowsMore(localProgress(), theirs.value)) {
    return { reached: true };
  }
  const both = await mergeIntoServer(secret, asRecord(localProgress(), Date.now()));
  if (both.ok) takeOver(secret, both.value);
  return { reached: both.ok };
}

/** Meanwhile all may have been deleted, here or in another tab: then what was on its way is not taken. */
function takeOver(secret: string, progress: Progress): boolean {
  if (keptOwnerSecret() !== secret) return false;
  if (knowsMore(progress, localProgress())) recordAll(progress);
  return true;
}

/** Joins a file's record with both. Nothing is changed when the server refuses it. */
export async function importProgress(progress: Progress): Promise<Answer<Progress>> {
  const secret = readOwnerSecret();
  const record = asRecord(mergeProgress(localProgress(), progress), Date.now());
  const answer = await mergeIntoServer(secret, record);
  if (answer.ok) takeOver(secret, answer.value);
  return answer;
}

/** Removes everything of this learner's: on the server first, and only then here. */
export async function deleteEverything(): Promise<Answer<{ deleted: true }>> {
  const secret = keptOwnerSecret();
  const answer =
    secret === undefined
      ? { ok: true as const, value: { deleted: true as const } }
      : await deleteFromServer(secret);
  if (!answer.ok) return answer;
  forgetOwnerSecret();
  forgetProgress();
  forgetAnswers();
  await forgetRecordings();
  return answer;
}

/** Keeps a page's record in step with the server's: when it is opened and each time it is seen again. */
export function useSyncedProgress(): void {
  useEffect(() => {
    const seen = () => {
      if (document.visibilityState === 'visible') void syncProgress();
    };
    seen();
    document.addEventListener('visibilitychange', seen);
    window.addEventListener('pageshow', seen);
    return () => {
      document.removeEventListener('visibilitychange', seen);
      window.removeEventListener('pageshow', seen);
    };
  }, []);
}
