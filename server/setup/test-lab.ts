/**
 * A lab for the browser tests: `test-lab.ts --port N`. It has a data directory of its own, which is gone
 * when it ends, and is otherwise what `npm start` starts.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installWeb } from './data-directory.ts';
import { parseOptions } from './options.mjs';
import { BUILD, ROOT } from './paths.mjs';

const { images } = parseOptions([], process.env);
const data = mkdtempSync(join(tmpdir(), 'glassbox-e2e-'));
installWeb(data);
const warden = [process.execPath, join(BUILD, 'server/warden.mjs')];
const lab = spawn(
  'setpriv',
  ['--pdeathsig', 'TERM', ...warden, '--data', data, '--images', images, ...process.argv.slice(2)],
  { cwd: ROOT, stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => lab.kill(signal));
const [code] = await once(lab, 'exit');
rmSync(data, { recursive: true, force: true });
process.exitCode = code ?? 1;
