import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import Database from 'better-sqlite3';
import {
  PROGRESS_BYTES_MAX,
  PROGRESS_PATH,
  progressRecord,
  SECRET_HEADER,
} from '../../protocol/progress.ts';
import { progressApi } from './api.ts';
import { Progress } from './progress.ts';

const newSecret = () => randomBytes(16).toString('hex');
const ownerOf = (secret: string) => createHash('sha256').update(secret).digest('hex');

function directory(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'glassbox-progress-'));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function open(path: string) {
  const warnings: string[] = [];
  const progress = new Progress({
    file: join(path, 'progress.db'),
    warn: (sentence) => warnings.push(sentence),
    trouble: () => {},
  });
  return { progress, warnings };
}

async function serve(context: TestContext) {
  const path = directory(context);
  const { progress } = open(path);
  const server = createServer(
    progressApi(progress, ({ socket }) => socket.remoteAddress ?? ''),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
    progress.close();
  });
  const bound = server.address();
  assert.ok(typeof bound === 'object' && bound !== null);
  const origin = `http://127.0.0.1:${bound.port}`;
  const ask = (method: string, secret: string, body?: string, headers = {}) =>
    fetch(origin + PROGRESS_PATH, {
      method,
      headers: { [SECRET_HEADER]: secret, Origin: origin, ...headers },
      ...(body === undefined ? {} : { body }),
    });
  return { path, progress, ask };
}

const recordOf = (progress: Progress, owner: string) => {
  const read = progress.read(owner);
  assert.ok(read.ok, read.ok ? '' : read.sentence);
  return read.value;
};

const DONE = { kind: 'step', lesson: 'uts', step: 'hostname', at: 1_000 } as const;
const WRONG = {
  kind: 'quiz',
  lesson: 'uts',
  step: 'hostname',
  quiz: 'who',
  at: 2_000,
  attempts: 1,
  right: false,
} as const;

test('what was noted is there after the file was opened again', (context) => {
  const path = directory(context);
  const first = open(path).progress;
  const owner = ownerOf(newSecret());
  first.note(owner, DONE);
  first.note(owner, { ...DONE, at: 5_000 });
  first.note(owner, WRONG);
  first.note(owner, { ...WRONG, at: 3_000, right: true });
  first.note(owner, { ...WRONG, at: 4_000 });
  first.note(owner, { kind: 'time', lesson: 'uts', step: 'hostname', seconds: 20 });
  first.note(owner, { kind: 'time', lesson: 'uts', step: 'hostname', seconds: 5 });
  first.close();
  const { progress } = open(path);
  const { steps, quizzes, times } = recordOf(progress, owner);
  assert.deepEqual(steps, [{ lesson: 'uts', step: 'hostname', at: 1_000 }]);
  assert.deepEqual(quizzes, [
    { lesson: 'uts', step: 'hostname', quiz: 'who', at: 3_000, attempts: 3, right: true },
  ]);
  assert.deepEqual(times, [{ lesson: 'uts', step: 'hostname', seconds: 25 }]);
  assert.deepEqual(recordOf(progress, ownerOf(newSecret())).steps, []);
  progress.close();
});

test('a broken file is kept under another name, and the operator is told', (context) => {
  const path = directory(context);
  writeFileSync(join(path, 'progress.db'), 'this is no database'.repeat(500));
  const { progress, warnings } = open(path);
  const owner = ownerOf(newSecret());
  progress.note(owner, DONE);
  assert.equal(recordOf(progress, owner).steps.length, 1);
  progress.close();
  const kept = readdirSync(path).find((name) => name.includes('.broken-'));
  assert.match(readFileSync(join(path, kept ?? ''), 'utf8'), /^this is no database/);
  assert.match(warnings.join(' '), /can't be read .* it is kept as/);
});

test('a file that is damaged in the middle is set aside when it is opened', (context) => {
  const path = directory(context);
  const file = join(path, 'progress.db');
  const first = open(path).progress;
  for (let n = 0; n < 500; n += 1) first.note(ownerOf(newSecret()), DONE);
  first.close();
  const bytes = readFileSync(file);
  bytes.fill(0xff, 2 * 4096, 4 * 4096);
  writeFileSync(file, bytes);
  const { progress, warnings } = open(path);
  progress.note(ownerOf(newSecret()), DONE);
  assert.equal(progress.trouble, undefined);
  progress.close();
  const kept = readdirSync(path).find((name) => name.includes('.broken-'));
  assert.deepEqual(readFileSync(join(path, kept ?? '')), bytes);
  assert.equal(warnings.length, 1);
});

test('a file of a newer Glassbox is left alone', (context) => {
  const path = directory(context);
  const file = join(path, 'progress.db');
  const newer = new Database(file);
  newer.pragma('user_version = 1000');
  newer.close();
  const bytes = readFileSync(file);
  const { progress, warnings } = open(path);
  progress.note(ownerOf(newSecret()), DONE);
  assert.match(progress.trouble ?? '', /can't be saved now/);
  assert.equal(warnings.length, 1);
  progress.close();
  assert.equal(readFileSync(file).readUInt32BE(60), bytes.readUInt32BE(60));
});

test('a record is exported, deleted from the disk, and imported again', async (context) => {
  const { path, progress, ask } = await serve(context);
  const secret = newSecret();
  progress.note(ownerOf(secret), DONE);
  progress.note(ownerOf(secret), WRONG);
  const exported = await (await ask('GET', secret)).text();
  progressRecord.parse(JSON.parse(exported));
  assert.deepEqual(await (await ask('DELETE', secret)).json(), { deleted: true });
  const bytes = readdirSync(path).map((name) => readFileSync(join(path, name), 'latin1'));
  assert.ok(bytes.every((text) => !text.includes(ownerOf(secret)) && !text.includes('hostname')));
  assert.equal((await ask('PUT', secret, exported)).status, 200);
  const lower = { ...JSON.parse(exported), quizzes: [{ ...WRONG, kind: undefined, attempts: 1 }] };
  const again = progressRecord.parse(
    await (await ask('PUT', secret, JSON.stringify(lower))).json(),
  );
  assert.deepEqual(again.steps, [{ lesson: 'uts', step: 'hostname', at: 1_000 }]);
  assert.equal(again.quizzes[0]?.attempts, 1);
  const other = progressRecord.parse(await (await ask('GET', newSecret())).json());
  assert.deepEqual(other.steps, []);
});

test('what is no request of an own page, or no record, changes nothing', async (context) => {
  const { progress, ask } = await serve(context);
  const secret = newSecret();
  progress.note(ownerOf(secret), DONE);
  const record = recordOf(progress, ownerOf(secret));
  const refused: [number, Promise<Response>][] = [
    [401, ask('GET', 'not a secret')],
    [401, ask('DELETE', '')],
    [403, ask('DELETE', secret, undefined, { Origin: 'http://elsewhere.example' })],
    [403, ask('GET', secret, undefined, { Origin: 'null' })],
    [405, ask('POST', secret, '{}')],
    [400, ask('PUT', secret, '{')],
    [400, ask('PUT', secret, '[]')],
    [400, ask('PUT', secret, JSON.stringify({ ...record, version: 2 }))],
    [400, ask('PUT', secret, JSON.stringify({ ...record, more: true }))],
    [400, ask('PUT', secret, JSON.stringify({ ...record, steps: [{ ...DONE, at: -1 }] }))],
    [400, ask('PUT', secret, JSON.stringify({ ...record, steps: 'all' }))],
    [400, ask('PUT', secret, '['.repeat(100_000))],
    [413, ask('PUT', secret, ' '.repeat(PROGRESS_BYTES_MAX + 1))],
  ];
  for (const [status, answer] of refused) assert.equal((await answer).status, status);
  assert.deepEqual(recordOf(progress, ownerOf(secret)).steps, record.steps);
});
