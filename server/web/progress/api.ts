import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ownerSecret } from '../../protocol/identifiers.ts';
import {
  PROGRESS_BYTES_MAX,
  PROGRESS_REFUSALS,
  type ProgressRecord,
  type ProgressRefusalCode,
  progressRecord,
  SECRET_HEADER,
} from '../../protocol/progress.ts';
import type { Deed } from './deed.ts';
import type { Progress } from './progress.ts';
import { Rate } from './rate.ts';
import { TooMuch } from './store.ts';

/** Requests of one address in a minute: a class behind one address opens its pages at once. */
const REQUESTS_PER_MINUTE = 300;
const CHANGES_PER_MINUTE = 60;

/** How long a request may take to send its file. */
const BODY_MS = 10_000;

/** Answers requests for `PROGRESS_PATH`. */
export function progressApi(
  progress: Progress,
  addressOf: (request: IncomingMessage) => string,
): (request: IncomingMessage, response: ServerResponse) => void {
  const requests = new Rate(REQUESTS_PER_MINUTE, 60_000);
  const changes = new Rate(CHANGES_PER_MINUTE, 60_000);

  return (request, response) => {
    const address = addressOf(request);
    const method = request.method ?? '';
    if (!isOwnPage(request)) {
      refuse(response, 'not-allowed', 'Only pages of this lab may ask.');
    } else if (!['GET', 'PUT', 'DELETE'].includes(method)) {
      response.setHeader('Allow', 'GET, PUT, DELETE');
      refuse(response, 'wrong-method', 'Progress is read, imported or deleted.');
    } else if (!requests.take(address) || (method !== 'GET' && !changes.take(address))) {
      response.setHeader('Retry-After', '60');
      refuse(response, 'too-often', 'Too many requests came from your address: wait a minute.');
    } else {
      const owner = ownerOf(request);
      if (owner === undefined) {
        refuse(response, 'no-secret', "The browser's secret is missing or is none.");
      } else if (method === 'PUT') {
        void importInto(owner, request, response);
      } else {
        const done = method === 'GET' ? progress.read(owner) : progress.remove(owner);
        if (!done.ok) refuse(response, 'not-saved', done.sentence);
        else answer(response, 200, done.value ?? { deleted: true });
      }
    }
  };

  async function importInto(owner: string, request: IncomingMessage, response: ServerResponse) {
    const text = await readBody(request);
    if (text === undefined) {
      refuse(response, 'too-large', `A file may have ${PROGRESS_BYTES_MAX / 1024} KiB.`);
      return;
    }
    const parsed = progressRecord.safeParse(parseJson(text));
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const place = issue?.path.join('.') || 'its beginning';
      const why = `This is no progress file of Glassbox (at ${place}: ${issue?.message}).`;
      refuse(response, 'not-a-record', why);
      return;
    }
    try {
      const merged = progress.merge(owner, deedsOf(parsed.data));
      if (merged.ok) answer(response, 200, merged.value);
      else refuse(response, 'not-saved', merged.sentence);
    } catch (error) {
      if (!(error instanceof TooMuch)) throw error;
      refuse(
        response,
        'too-large',
        'With this file there would be more entries than lessons have.',
      );
    }
  }
}

/** Nothing was done in the future, whatever a file says. */
function deedsOf({ steps, quizzes, times }: ProgressRecord): Deed[] {
  const now = Date.now();
  return [
    ...steps.map((step) => ({ kind: 'step' as const, ...step, at: Math.min(step.at, now) })),
    ...quizzes.map((quiz) => ({ kind: 'quiz' as const, ...quiz, at: Math.min(quiz.at, now) })),
    ...times.map((time) => ({ kind: 'time' as const, ...time })),
  ];
}

/** A page of somebody else's can't set the header without being asked about; this says no to it twice. */
function isOwnPage({ headers, method }: IncomingMessage): boolean {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  if (origin === undefined) return method === 'GET' || method === 'HEAD';
  return URL.canParse(origin) && new URL(origin).host === host;
}

function ownerOf(request: IncomingMessage): string | undefined {
  const secret = ownerSecret.safeParse(request.headers[SECRET_HEADER]);
  return secret.success ? createHash('sha256').update(secret.data).digest('hex') : undefined;
}

/** The body, or nothing when it is too large, too slow or broken off. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const deadline = setTimeout(() => request.destroy(), BODY_MS);
  try {
    for await (const chunk of request) {
      if (!Buffer.isBuffer(chunk)) return undefined;
      bytes += chunk.byteLength;
      if (bytes > PROGRESS_BYTES_MAX) return undefined;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  } catch {
    return undefined;
  } finally {
    clearTimeout(deadline);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
  });
  response.end(JSON.stringify(body));
}

/** Whatever of the request was not read is not read any more. */
function refuse(response: ServerResponse, code: ProgressRefusalCode, message: string): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
  answer(response, PROGRESS_REFUSALS[code], { code, message });
}
