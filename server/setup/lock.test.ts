import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { takeLock } from './lock.mjs';

function lockFile(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'glassbox-lock-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'lock');
}

test('a second taker gets nothing until the first has released it', (context) => {
  const file = lockFile(context);
  const first = takeLock(file);
  assert.ok(first);
  assert.equal(takeLock(file), null);
  first.release();
  const second = takeLock(file);
  assert.ok(second);
  second.release();
});

test('two may share a lock, and together keep out one who wants it alone', (context) => {
  const file = lockFile(context);
  const [one, other] = [takeLock(file, { shared: true }), takeLock(file, { shared: true })];
  assert.ok(one && other);
  one.release();
  assert.equal(takeLock(file), null);
  other.release();
});

test('the lock of a process that was killed is free', async (context) => {
  const file = lockFile(context);
  const url = JSON.stringify(new URL('./lock.mjs', import.meta.url).href);
  const program = `import(${url}).then(({ takeLock }) => { takeLock(${JSON.stringify(file)}); console.log('held'); setInterval(() => {}, 1e6); })`;
  const holder = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  assert.equal(takeLock(file), null);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const lock = takeLock(file);
  assert.ok(lock);
  lock.release();
});
