import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findBrowser } from '../setup/browser.mjs';
import { modulesAreInstalled } from '../setup/install-modules.mjs';
import { missingPackages, neededPackages } from '../setup/packages.mjs';
import { BUILD, ROOT } from '../setup/paths.mjs';
import { degraded, missing, ok } from './requirement.mjs';

const NATIVE_LIBRARY = join(BUILD, 'native', 'libglassbox.so');
const START_DOES_IT = 'npm start does it.';

/** What set-up installs and builds. @type {readonly import('./requirement.mjs').Requirement[]} */
export const PARTS = [
  {
    name: 'system packages',
    when: 'doctor',
    probe() {
      const absent = missingPackages(['start']).map((row) => row.package);
      return absent.length === 0
        ? ok(
            neededPackages(['start'])
              .map((row) => row.package)
              .join(' '),
          )
        : missing(
            `Not installed: ${absent.join(' ')}.`,
            `npm start installs them, or apt-get install --no-install-recommends ${absent.join(' ')}.`,
          );
    },
  },
  {
    name: 'npm packages',
    when: 'doctor',
    probe: () =>
      modulesAreInstalled()
        ? ok('as the lock file says')
        : missing('Not installed, or not those of the lock file.', START_DOES_IT),
  },
  {
    name: 'native library',
    when: 'doctor',
    probe: () =>
      existsSync(join(BUILD, 'native', 'libglassbox.so'))
        ? ok('built')
        : missing('Not built yet.', START_DOES_IT),
  },
  {
    name: 'base image',
    when: 'doctor',
    probe({ images }) {
      const complete =
        existsSync(images) && isReadableFolder(images)
          ? readdirSync(images).filter((name) => existsSync(join(images, name, 'complete')))
          : [];
      return complete.length > 0
        ? ok(complete.join(' '))
        : missing(`None in ${images} yet.`, START_DOES_IT);
    },
  },
  {
    name: 'trial machine',
    when: 'doctor',
    probe: tryMachine,
  },
  {
    name: 'outside network',
    when: 'start',
    probe({ outside }) {
      if (!outside) return ok('kept from machines; --allow-outside lets them out');
      const absent = missingPackages(['outside']).map((row) => row.package);
      return absent.length === 0
        ? ok('for machines of lessons that need it')
        : degraded(
            `Allowed, but not installed: ${absent.join(' ')}. Machines have none.`,
            `apt-get install --no-install-recommends ${absent.join(' ')}`,
          );
    },
  },
  {
    name: 'tools for tests',
    when: 'doctor',
    probe() {
      const absent = missingPackages(['test']).map((row) => row.package);
      return absent.length === 0
        ? ok('installed')
        : degraded(
            `Not installed: ${absent.join(' ')}.`,
            'npm test installs them; the lab runs without.',
          );
    },
  },
  {
    name: 'browser for tests',
    when: 'doctor',
    async probe() {
      const browser = findBrowser();
      return 'path' in browser ? ok(browser.path) : degraded(browser.reason, browser.fix);
    },
  },
];

/** @param {string} path */
function isReadableFolder(path) {
  try {
    readdirSync(path);
    return true;
  } catch {
    return false;
  }
}

/**
 * Makes a machine and takes it away again; needs all that the rows above are about.
 * @param {import('./requirement.mjs').SetupOptions} options
 * @returns {import('./requirement.mjs').Finding}
 */
function tryMachine({ images }) {
  if (process.getuid?.() !== 0 || !modulesAreInstalled() || !existsSync(NATIVE_LIBRARY)) {
    return missing('None can be made yet.', 'Put the rows above right first.');
  }
  const program = ['--import', 'tsx', 'server/doctor/trial-sandbox.ts', images];
  const { status, stdout, stderr } = spawnSync(process.execPath, program, {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status === 0) return JSON.parse(stdout);
  return missing(
    'None could be made.',
    `This should not happen; please report it: ${stderr.trim()}`,
  );
}
