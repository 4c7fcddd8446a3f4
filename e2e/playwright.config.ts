import { createServer } from 'node:net';
import { defineConfig } from 'playwright/test';
import { findBrowser } from '../server/setup/browser.mjs';

/** Where the tests' own lab listens. The processes that run the tests read this file, too, and inherit the choice. */
process.env.GLASSBOX_E2E_PORT ??= String(await freePort());
const port = process.env.GLASSBOX_E2E_PORT;
const browser = findBrowser();

export default defineConfig({
  testDir: '.',
  outputDir: '../.build/test/e2e',
  workers: 1,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...('path' in browser ? { executablePath: browser.path } : {}),
      // Chromium's own sandbox refuses to run as root, and the tests need root.
      chromiumSandbox: false,
    },
  },
  webServer: {
    // No shell in between, and it ends with Playwright even if that is killed.
    command: `exec setpriv --pdeathsig TERM node --import tsx server/setup/test-lab.ts --port ${port}`,
    cwd: '..',
    url: `http://127.0.0.1:${port}`,
    stdout: 'pipe',
    timeout: 30_000,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 20_000 },
  },
});

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object'
          ? resolve(address.port)
          : reject(new Error('No port.')),
      );
    });
  });
}
