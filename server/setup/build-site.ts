import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD } from './paths.mjs';
import { runTool } from './run-tool.mjs';

/** The pages as files. */
export async function buildSite(): Promise<void> {
  const exported = join(BUILD, 'next');
  rmSync(exported, { recursive: true, force: true });
  await runTool('site', process.execPath, ['node_modules/next/dist/bin/next', 'build'], {
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production', CI: '1' },
  });
  const site = join(BUILD, 'web', 'site');
  rmSync(site, { recursive: true, force: true });
  cpSync(exported, site, { recursive: true });
}
