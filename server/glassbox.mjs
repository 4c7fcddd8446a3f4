#!/usr/bin/env node
/** The command `glassbox`, which looks after a lab from outside. The lab itself is started with npm start. */
import { report, Stop } from './setup/stop.mjs';

try {
  const { register } = await import('tsx/esm/api').catch(() => {
    throw new Stop('The npm packages are not installed: npm start does it.');
  });
  register();
  const { runCommand } = await import('./images/command.ts');
  process.exitCode = await runCommand(process.argv.slice(2));
} catch (reason) {
  process.exitCode = report(reason);
}
