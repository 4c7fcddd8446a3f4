import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { spawn } from 'node-pty';
import { BUILD } from '../setup/paths.mjs';
import { openNative } from '../warden/native.ts';
import { MACHINE_HOSTNAME } from '../warden/sandbox.ts';
import { SANDBOX_LIMITS } from '../warden/sandbox-limits.ts';
import type { Contender } from './contender.ts';
import type { Places } from './places.ts';

const NANOSECONDS = 1e6;
const COMMAND = ['/opt/bench/time_command', 'box', 'run', '--rm', 'busybox', 'true'];

/** A container in a sandbox: the time is taken in there, by the same program as for the others. */
export async function openBox(places: Places): Promise<Contender> {
  const native = openNative({
    libraryDirectory: join(BUILD, 'native'),
    cgroupParent: places.group('box'),
    stage: places.stage,
  });
  const id = randomBytes(6).toString('hex');
  const sandbox = await native.create({
    id,
    hostname: MACHINE_HOSTNAME,
    lowerdirs: places.layers,
    attachments: [
      { directory: places.store, target: '/var/lib/box/shared' },
      { directory: places.programs, target: '/opt/bench' },
    ],
    needs: [],
    idBase: 1_000_000_000,
    ...SANDBOX_LIMITS,
  });
  const enter = native.enterArguments(id, sandbox, 1, COMMAND);
  const terminal = spawn(enter.file, [...enter.arguments], { cols: 200, rows: 24, env: {} });
  let said = '';
  let answer: (said: string) => void = () => {};
  terminal.onData((text) => {
    said += text;
    if (/(^|\n)\d+\r?\n/.test(said)) answer(said);
  });
  terminal.onExit(() => answer(said));
  return {
    name: 'box run true, in a sandbox',
    async round() {
      said = '';
      const heard = new Promise<string>((resolve) => {
        answer = resolve;
      });
      terminal.write('\n');
      const number = /(?:^|\n)(\d+)\r?\n/.exec(await heard)?.[1];
      if (number === undefined) throw new Error(said.trim());
      return { totalMs: Number(number) / NANOSECONDS };
    },
    async close() {
      await native.destroy(id, sandbox.pidfd);
      await native.close();
    },
  };
}
