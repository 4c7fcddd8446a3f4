import { createServer } from 'node:net';
import { defineConfig } from 'playwright/test';
import { findBrowser } from '../server/setup/browser.mjs';
import { labPort, labPorts, WORKERS } from './lab-ports.ts';

const ports = await labPorts(freePort);
const browser = findBrowser();

export default defineConfig({
  testDir: '.',
  outputDir: '../.build/test/e2e',
  workers: WORKERS,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    baseURL: `http://127.0.0.1:${labPort()}`,
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    // A picture of each moment would cost more than the tests themselves.
    trace: { mode: 'retain-on-failure', screenshots: false },
    screenshot: 'only-on-failure',
    launchOptions: {
      ...('path' in browser ? { executablePath: browser.path } : {}),
      // Chromium's own sandbox refuses to run as root, and the tests need root.
      chromiumSandbox: false,
    },
  },
  webServer: ports.map((port) => ({
    // No shell in between, and it ends with Playwright even if that is killed.
    command: `exec setpriv --pdeathsig TERM node --import tsx server/setup/test-lab.ts --port ${port}`,
    cwd: '..',
    url: `http://127.0.0.1:${port}`,
    stdout: 'pipe' as const,
    timeout: 30_000,
    gracefulShutdown: { signal: 'SIGTERM' as const, timeout: 20_000 },
  })),
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
