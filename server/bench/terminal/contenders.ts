import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findCommand } from '../../setup/packages.mjs';
import { makeDataDirectory, TestLab } from '../../testing/lab.ts';
import type { Server } from './open-terminal.ts';

/** A server that takes its turn. */
export type Contender = {
  readonly name: string;
  readonly server: Server;
  /** The processes whose time and memory are its own. */
  readonly pids: () => readonly number[];
  readonly close: () => Promise<void>;
};

/** Or why there is none on this host. */
export type Entrant = Contender | { readonly name: string; readonly skipped: string };

export const OURS = 'ours';
export const MINIMAL = ['minimal, strings', 'minimal, buffers'] as const;
export const SANDBOXED = 'minimal, buffers, in sandboxes';
export const TTYD = 'ttyd';

/** More machines than any part of the bench opens. */
const SANDBOXES_MAX = 600;

/** A whole lab: warden and web. */
export async function openOurs(): Promise<Contender> {
  const data = makeDataDirectory();
  // None made ahead: their making would be in what is measured.
  const lab = new TestLab(data, [
    '--port',
    '0',
    '--warm',
    '0',
    '--max-sandboxes',
    `${SANDBOXES_MAX}`,
    '--trust-proxy',
    '127.0.0.1',
  ]);
  const address = await lab.address();
  return {
    name: OURS,
    server: { speaks: 'glassbox', address },
    pids: () => [lab.pid, lab.webPid()],
    async close() {
      await lab.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** node-pty and ws and no more, in a process of its own. */
export async function openMinimal(name: string): Promise<Contender> {
  const [, encoding = '', sandboxed] = name.split(', ');
  const file = fileURLToPath(new URL('minimal-server.ts', import.meta.url));
  const directory = mkdtempSync(join(tmpdir(), 'glassbox-bench-'));
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), file, encoding, ...(sandboxed ? ['sandboxed'] : [])],
    {
      cwd: directory,
      env: { ...process.env, HOME: directory },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const port = await firstLine(child, child.stdout);
  return {
    name,
    server: { speaks: 'plain', address: `ws://127.0.0.1:${port}` },
    pids: () => [pidOf(child)],
    close: () => end(child, directory, () => child.stdin.end()),
  };
}

export async function openTtyd(): Promise<Entrant> {
  if (findCommand('ttyd') === undefined) {
    return { name: TTYD, skipped: 'it is not installed; Debian has it from version 13 on' };
  }
  const directory = mkdtempSync(join(tmpdir(), 'glassbox-bench-'));
  const options = ['--port', '0', '--interface', '127.0.0.1', '--writable'];
  const child = spawn('ttyd', [...options, '/bin/bash', '--login'], {
    cwd: directory,
    env: { ...process.env, HOME: directory },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const port = await firstLine(child, child.stderr, /Listening on port: (\d+)/);
  return {
    name: TTYD,
    server: { speaks: 'ttyd', address: `ws://127.0.0.1:${port}` },
    pids: () => [pidOf(child)],
    close: () => end(child, directory, () => child.kill('SIGTERM')),
  };
}

/** What it says when it is ready. */
async function firstLine(
  child: ChildProcess,
  stream: NodeJS.ReadableStream | null,
  pattern = /^(\d+)$/,
): Promise<string> {
  if (stream === null) throw new Error('A pipe is missing.');
  const said: string[] = [];
  const lines = createInterface({ input: stream });
  const found = new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      said.push(line);
      const port = pattern.exec(line)?.[1];
      if (port !== undefined) resolve(port);
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${child.spawnfile} ended: ${said.join(' ')}`)));
  });
  return found;
}

async function end(child: ChildProcess, directory: string, tell: () => void): Promise<void> {
  const exited = once(child, 'exit');
  tell();
  await exited;
  rmSync(directory, { recursive: true, force: true });
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error(`${child.spawnfile} was not started.`);
  return child.pid;
}
