import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findCommand, readDistribution } from './packages.mjs';

const COMMANDS = ['chromium', 'google-chrome-stable', 'google-chrome'];

/**
 * The browser for the end-to-end tests: the system's, or one that Playwright has downloaded. The one of a
 * snap is passed over: confined as it is, it can't be driven by a test that runs as root.
 * @returns {{ path: string } | { reason: string, fix: string }}
 */
export function findBrowser() {
  const system = COMMANDS.map(findCommand).find(
    (path) => path && !realpathSync(path).includes('snap'),
  );
  const path = system ?? playwrightBrowser();
  if (path) return { path };
  return {
    reason: 'There is no Chromium, so the end-to-end tests are skipped.',
    fix:
      readDistribution() === 'ubuntu'
        ? "Ubuntu has it as a snap only, which tests can't drive: npx playwright install --with-deps chromium."
        : 'Install it: apt-get install chromium.',
  };
}

function playwrightBrowser() {
  const cache = process.env.PLAYWRIGHT_BROWSERS_PATH ?? join(homedir(), '.cache', 'ms-playwright');
  if (!existsSync(cache)) return undefined;
  return readdirSync(cache)
    .filter((name) => name.startsWith('chromium-'))
    .flatMap((name) =>
      ['chrome-linux64', 'chrome-linux'].map((folder) => join(cache, name, folder, 'chrome')),
    )
    .find((path) => existsSync(path));
}
