/**
 * The way in, for every command of package.json that needs something set up: it runs on a bare machine
 * with nothing but Node, gets the system's packages and npm's, and hands over to TypeScript. The files
 * beside it that end in .mjs are those it needs before any npm package is there.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { checkHost } from '../doctor/check.mjs';
import { runDoctor } from '../doctor/doctor.mjs';
import { installModules } from './install-modules.mjs';
import { installPackages } from './install-packages.mjs';
import { takeLock } from './lock.mjs';
import { parseOptions } from './options.mjs';
import { BUILD, ROOT } from './paths.mjs';
import { report, Stop } from './stop.mjs';

/**
 * @typedef {object} Mode
 * @property {readonly import('./packages.mjs').Purpose[]} purposes  Which system packages it needs.
 * @property {readonly string[] | 'all'} without  Requirements of a running lab that do not matter to it.
 * @property {readonly string[]} [program]  What runs when all is set up, as arguments of Node.
 */

const TYPESCRIPT = ['--import', 'tsx'];

/** @type {Readonly<Record<string, Mode>>} */
const MODES = {
  start: { purposes: ['start'], without: [], program: ['.build/server/warden.mjs'] },
  // All but the images, which need privileges: for Dockerfile.host.
  build: { purposes: ['start'], without: 'all' },
  test: {
    purposes: ['start', 'outside', 'test'],
    without: ['port'],
    program: [...TYPESCRIPT, 'server/setup/test.ts'],
  },
  'test:v2': {
    purposes: ['start', 'test'],
    without: ['port'],
    program: [...TYPESCRIPT, 'server/v2/test.ts'],
  },
  'test:escape': {
    purposes: ['start', 'test'],
    without: ['port'],
    program: [...TYPESCRIPT, 'server/escape/run.ts'],
  },
  'test:churn': {
    purposes: ['start'],
    without: ['port'],
    program: [...TYPESCRIPT, 'server/churn/main.ts'],
  },
  'test:fuzz': {
    purposes: ['start'],
    without: ['port'],
    program: [...TYPESCRIPT, 'server/fuzz/main.ts'],
  },
  'lessons:solve': {
    purposes: ['start'],
    without: ['port'],
    program: [...TYPESCRIPT, 'lessons/solve/program.ts'],
  },
  'lessons:preview': {
    purposes: ['start'],
    without: ['port'],
    program: [...TYPESCRIPT, 'lessons/preview/program.ts'],
  },
  'bench:create': {
    purposes: ['start'],
    without: ['port'],
    program: [...TYPESCRIPT, 'server/bench/create.ts'],
  },
  'bench:terminal': {
    purposes: ['start'],
    without: ['port'],
    program: [...TYPESCRIPT, 'server/bench/terminal/main.ts'],
  },
};

const [name = '', ...args] = process.argv.slice(2);
process.exitCode = await main().catch(report);

/** @returns {Promise<number>} The exit code. */
async function main() {
  const options = parseOptions(args, process.env);
  if (name === 'doctor') return runDoctor(options);
  const mode = MODES[name];
  if (!mode) {
    throw new Stop(
      `There is no "${name}": it is one of ${Object.keys(MODES).join(', ')} or doctor.`,
    );
  }
  const prepared = await prepare(mode, options).catch(report);
  if (prepared === 0) return mode.program ? run([...mode.program, ...options.rest]) : 0;
  // Whoever reads the last line of the tests must find it there, even if none could be run.
  if (name.startsWith('test')) console.log('0 passed, 1 failed, 0 skipped');
  return prepared;
}

/**
 * Checks the host, gets what is missing and builds what is out of date.
 *
 * @param {Mode} mode
 * @param {import('./options.mjs').SetupOptions} options
 * @returns {Promise<number>} The exit code.
 */
async function prepare(mode, options) {
  await checkHost('first', options);
  const lock = takeLock(join(BUILD, 'lock'), {
    wait: () => console.log('Something is being built here by another command; waiting for it.'),
  });
  await installPackages(
    options.outside ? [...mode.purposes, 'outside'] : mode.purposes,
    options.install,
  );
  if (mode.without !== 'all') await checkHost('start', options, mode.without);
  await installModules(options.install);
  // The child inherits the lock: should this process be killed, nobody builds while the child still does.
  const prepared = await run(
    [...TYPESCRIPT, 'server/setup/prepare.ts', name, ...options.rest],
    lock?.fd,
  );
  lock?.release();
  return prepared;
}

/**
 * Runs Node in the foreground: it has the terminal, and gets Ctrl-C from there at the same time as we do,
 * who then wait for it to clean up. A signal that was sent to us alone is passed on.
 *
 * @param {readonly string[]} nodeArguments
 * @param {number} [lock]
 * @returns {Promise<number>} Its exit code.
 */
function run(nodeArguments, lock) {
  // Should this process be killed, the kernel tells the child to end as it does on Ctrl-C.
  const command = ['--pdeathsig', 'TERM', process.execPath, ...nodeArguments];
  const child = spawn('setpriv', command, {
    cwd: ROOT,
    stdio: lock === undefined ? 'inherit' : ['inherit', 'inherit', 'inherit', lock],
  });
  /** @type {readonly NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const pass = (/** @type {NodeJS.Signals} */ signal) => void child.kill(signal);
  for (const signal of signals) process.on(signal, pass);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      for (const each of signals) process.off(each, pass);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}
