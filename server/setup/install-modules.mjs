import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './paths.mjs';
import { showStage } from './progress.mjs';
import { runTool, ToolFailure } from './run-tool.mjs';
import { Stop } from './stop.mjs';

/**
 * Written after a complete `npm ci`, inside the folder that `npm ci` begins by removing: a failed
 * attempt or a fresh clone can never look installed.
 */
const STAMP = join(ROOT, 'node_modules', '.glassbox-installed');

const NO_NETWORK =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT/;

/**
 * `npm ci`, unless the lock file and Node are those of the last time.
 * @param {boolean} mayInstall
 */
export async function installModules(mayInstall) {
  await showStage('npm packages', async (line) => {
    if (modulesAreInstalled()) return 'unchanged';
    if (!mayInstall) {
      throw new Stop(
        'The npm packages are missing or out of date, and --no-install says not to install them: run npm ci.',
      );
    }
    const headers = nodeHeaders();
    line.working(headers ? 'npm ci' : "npm ci (fetches Node's headers to compile native packages)");
    try {
      await runTool('npm', 'npm', ['ci', '--no-audit', '--no-fund', '--include=dev'], {
        env: {
          ...process.env,
          // Compiled here from what the lock file vouches for: a download from elsewhere would not be checked.
          npm_config_build_from_source: 'better-sqlite3',
          ...(headers ? { npm_config_nodedir: headers } : {}),
        },
      });
    } catch (reason) {
      if (!(reason instanceof ToolFailure) || !NO_NETWORK.test(reason.output)) throw reason;
      throw new Stop(
        "The npm packages can't be installed because the npm registry can't be reached: connect this host to the network and start again (.build/log/npm.log has the details).",
      );
    }
    writeFileSync(STAMP, modulesFingerprint());
    return undefined;
  });
}

/** Whether the last complete `npm ci` was for this lock file and this Node. */
export function modulesAreInstalled() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === modulesFingerprint();
}

/** Changes when other npm packages, or the same ones compiled for another Node, are needed. */
export function modulesFingerprint() {
  const hash = createHash('sha256');
  hash.update(readFileSync(join(ROOT, 'package-lock.json')));
  hash.update(`${process.version} ${process.arch} ${process.versions.modules}`);
  return hash.digest('hex');
}

/** Where the headers of just this Node are installed: with them node-gyp needs not fetch any. */
function nodeHeaders() {
  const prefix = dirname(dirname(process.execPath));
  const file = join(prefix, 'include', 'node', 'node_version.h');
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  const version = ['MAJOR', 'MINOR', 'PATCH'].map(
    (part) => text.match(new RegExp(`NODE_${part}_VERSION (\\d+)`))?.[1],
  );
  return `v${version.join('.')}` === process.version ? prefix : undefined;
}
