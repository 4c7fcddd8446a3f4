import { spawnSync } from 'node:child_process';
import { missingPackages, readDistribution } from './packages.mjs';
import { showStage } from './progress.mjs';
import { lastLines, runTool, ToolFailure } from './run-tool.mjs';
import { Stop } from './stop.mjs';

/** What apt prints when it is the network that is missing, and not the package. */
const NO_NETWORK =
  /Temporary failure resolving|Could not resolve|Could not connect|Cannot initiate the connection|Failed to fetch|Connection timed out|Network is unreachable/;

const APT = ['-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=1'];

/**
 * Installs the Debian or Ubuntu packages that are missing, each with its reason on the terminal.
 *
 * @param {readonly import('./packages.mjs').Purpose[]} purposes
 * @param {boolean} mayInstall
 */
export async function installPackages(purposes, mayInstall) {
  await showStage('system packages', async (line) => {
    const missing = missingPackages(purposes);
    if (missing.length === 0) return 'unchanged';
    const names = missing.map((row) => row.package);
    const reasons = missing.map((row) => `    ${row.package.padEnd(24)} ${row.why}`).join('\n');
    const command = `apt-get install --no-install-recommends ${names.join(' ')}`;
    if (readDistribution() === undefined || spawnSync('apt-get', ['--version']).error) {
      throw new Stop(
        `These are missing:\n${reasons}\nThis host has no apt-get to install them with: install what it calls them yourself, then start again.`,
      );
    }
    if (!mayInstall) {
      throw new Stop(
        `These packages are missing, and --no-install says not to install them:\n${reasons}\nInstall them with: ${command}`,
      );
    }
    line.working(`installing ${names.length}:`);
    process.stdout.write(`${process.stdout.isTTY ? '\n' : ''}${reasons}\n`);
    await install(names, command);
    const still = missingPackages(purposes).map((row) => row.package);
    if (still.length > 0) {
      throw new Stop(
        `apt-get installed ${still.join(', ')}, and yet what they should provide is not there: look into .build/log/packages.log.`,
      );
    }
    return undefined;
  });
}

/**
 * @param {string[]} names
 * @param {string} command
 */
async function install(names, command) {
  const lists = spawnSync('apt-cache', ['show', '--no-all-versions', ...names]).status;
  if (
    lists === 0 &&
    (await apt('packages', ['install', '--yes', '--no-install-recommends', ...names])) === ''
  )
    return;
  // The lists were missing, or are older than the mirror. An update that fetched nothing succeeds all the same.
  const update = await apt('packages-update', ['update']);
  const failure = await apt('packages', ['install', '--yes', '--no-install-recommends', ...names]);
  if (failure === '') return;
  if (NO_NETWORK.test(update) || NO_NETWORK.test(failure)) {
    throw new Stop(
      `${names.join(', ')} can't be installed because the package mirror can't be reached: connect this host to the network, or install them yourself with: ${command}`,
    );
  }
  throw new Stop(
    `${lastLines(failure)}\n\napt-get can't install what is missing; try it yourself: ${command}`,
  );
}

/**
 * @param {string} log
 * @param {string[]} args
 * @returns {Promise<string>} What it printed if it failed or warned, else nothing.
 */
async function apt(log, args) {
  try {
    const output = await runTool(log, 'apt-get', [...APT, ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' },
    });
    return NO_NETWORK.test(output) ? output : '';
  } catch (reason) {
    if (reason instanceof ToolFailure) return reason.output;
    throw reason;
  }
}
