import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test, { type TestContext } from 'node:test';
import { spawn as spawnOnPty } from 'node-pty';
import * as z from 'zod';
import { parseConfiguration } from '../configuration.ts';
import { eventually } from '../testing/eventually.ts';
import { unprivileged } from './web-process.ts';

const { webUid } = parseConfiguration([], {});

/** Runs a script exactly as web is run, and gives what it says as JSON. */
async function asWeb<T>(script: string, schema: z.ZodType<T>): Promise<T> {
  const command = unprivileged(webUid, { file: process.execPath, arguments: ['-e', script] });
  const child = spawn(command.file, [...command.arguments], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  assert.ok(child.stdout);
  const said = await text(child.stdout);
  return schema.parse(JSON.parse(said));
}

/** A data directory as set-up makes it, with a file in it that only root may read. */
function dataDirectory(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'glassbox-web-'));
  context.after(() => rmSync(directory, { recursive: true }));
  chmodSync(directory, 0o755);
  mkdirSync(join(directory, 'images'), { mode: 0o700 });
  mkdirSync(join(directory, 'web'), { mode: 0o755 });
  writeFileSync(join(directory, 'root-only'), 'secret', { mode: 0o600 });
  writeFileSync(join(directory, 'web', 'for-web'), 'pages', { mode: 0o644 });
  return directory;
}

test('web runs as nobody in particular, without a capability and without a way to get one', async () => {
  const status = await asWeb(
    `console.log(JSON.stringify(require('fs').readFileSync('/proc/self/status', 'utf8')))`,
    z.string(),
  );
  const line = (name: string) => new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(status)?.[1];
  assert.equal(line('Uid'), Array(4).fill(webUid).join('\t'));
  assert.equal(line('Gid'), Array(4).fill(webUid).join('\t'));
  assert.equal(line('Groups'), '');
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
    assert.equal(line(set), '0000000000000000', set);
  }
  assert.equal(line('NoNewPrivs'), '1');
});

test('web can not read what is root’s, nor signal the warden', async (context) => {
  const data = dataDirectory(context);
  const attempts = await asWeb(
    `const fs = require('fs');
     const attempt = (what) => { try { what(); return 'done'; } catch (error) { return error.code; } };
     const data = ${JSON.stringify(data)};
     console.log(JSON.stringify({
       own: attempt(() => fs.readFileSync(data + '/web/for-web')),
       file: attempt(() => fs.readFileSync(data + '/root-only')),
       shadow: attempt(() => fs.readFileSync('/etc/shadow')),
       images: attempt(() => fs.readdirSync(data + '/images')),
       write: attempt(() => fs.writeFileSync(data + '/web/for-web', '')),
       memory: attempt(() => fs.openSync('/proc/${process.pid}/mem', 'r')),
       descriptors: attempt(() => fs.readdirSync('/proc/${process.pid}/fd')),
       signal: attempt(() => process.kill(${process.pid}, 0)),
       become: attempt(() => process.setuid(0)),
     }))`,
    z.record(z.string(), z.string()),
  );
  assert.deepEqual(attempts, {
    own: 'done',
    file: 'EACCES',
    shadow: 'EACCES',
    images: 'EACCES',
    write: 'EACCES',
    memory: 'EACCES',
    descriptors: 'EACCES',
    signal: 'EPERM',
    become: 'EPERM',
  });
});

test('web inherits its link and no other descriptor, not even those of learners’ terminals', async (context) => {
  const terminal = spawnOnPty('/bin/cat', [], {});
  context.after(() => terminal.kill());
  openSync('/etc/hostname', 'r');
  const descriptors = await asWeb(
    `const fs = require('fs');
     const names = fs.readdirSync('/proc/self/fd').map((fd) => {
       try { return [fd, fs.readlinkSync('/proc/self/fd/' + fd)]; } catch { return [fd, 'closed']; }
     });
     console.log(JSON.stringify(Object.fromEntries(names)))`,
    z.record(z.string(), z.string()),
  );
  assert.match(descriptors['3'] ?? '', /^socket:/);
  const others = Object.entries(descriptors).filter(([fd]) => Number(fd) > 3);
  for (const [fd, name] of others) {
    assert.match(name, /^(anon_inode:|pipe:|closed|\/dev\/null)/, `descriptor ${fd} is ${name}`);
  }
});

test('web dies with the warden, whatever it is doing', async () => {
  const command = unprivileged(webUid, {
    file: process.execPath,
    arguments: ['-e', 'console.log(process.pid); for (;;);'],
  });
  const script = `
    const { spawn } = require('child_process');
    spawn(${JSON.stringify(command.file)}, ${JSON.stringify(command.arguments)},
      { stdio: ['ignore', 'inherit', 'inherit', 'pipe'], detached: true });`;
  const warden = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = await once(warden.stdout, 'data');
  const webPid = Number(String(said));
  assert.ok(webPid > 0);
  process.kill(webPid, 0);
  warden.kill('SIGKILL');
  await eventually('web is dead', () => {
    try {
      process.kill(webPid, 0);
      return false;
    } catch {
      return true;
    }
  });
});
