import type * as z from 'zod';
import {
  PROGRESS_PATH,
  type ProgressRecord,
  type ProgressRefusalCode,
  progressDeleted,
  progressRecord,
  progressRefusal,
  SECRET_HEADER,
} from '../../server/protocol/progress.ts';
import './jitless.ts';

/** What came of a request. `unreachable`: no answer, or none that is understood. */
export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly why: ProgressRefusalCode | 'unreachable' };

/** Longer than the lab takes, shorter than a learner waits. */
const TIMEOUT_MS = 10_000;

/** What the server has of the owner of this secret. */
export function readFromServer(secret: string): Promise<Answer<ProgressRecord>> {
  return ask(secret, { method: 'GET' }, progressRecord);
}

/** Joins a record with what the server has, and gives both together. */
export function mergeIntoServer(
  secret: string,
  record: ProgressRecord,
): Promise<Answer<ProgressRecord>> {
  return ask(secret, { method: 'PUT', body: JSON.stringify(record) }, progressRecord);
}

/** Removes all that the server has of the owner of this secret. */
export function deleteFromServer(secret: string): Promise<Answer<{ deleted: true }>> {
  return ask(secret, { method: 'DELETE' }, progressDeleted);
}

async function ask<Value>(
  secret: string,
  request: { method: string; body?: string },
  schema: z.ZodType<Value>,
): Promise<Answer<Value>> {
  try {
    const response = await fetch(PROGRESS_PATH, {
      ...request,
      headers: { [SECRET_HEADER]: secret },
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body: unknown = await response.json();
    const value = schema.safeParse(body);
    if (response.ok && value.success) return { ok: true, value: value.data };
    const refusal = progressRefusal.safeParse(body);
    return { ok: false, why: refusal.success ? refusal.data.code : 'unreachable' };
  } catch {
    return { ok: false, why: 'unreachable' };
  }
}
