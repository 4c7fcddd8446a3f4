import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** All that is built inside the checkout; ignored by git. */
export const BUILD = join(ROOT, '.build');

/** What the tools of each stage printed last time. */
export const LOGS = join(BUILD, 'log');
