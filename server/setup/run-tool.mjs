import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { finished } from 'node:stream/promises';
import { LOGS, ROOT } from './paths.mjs';
import { Stop } from './stop.mjs';

const SHOWN_LINES = 40;

/** A tool ended with an error. Its output has been kept, and is shown when nobody knows a better sentence. */
export class ToolFailure extends Stop {
  /**
   * @param {string} what
   * @param {string} output
   */
  constructor(what, output) {
    super(what);
    this.output = output;
  }
}

/**
 * Runs a tool with its output in `.build/log/<log>.log`, and shows the end of it only when it fails.
 *
 * @param {string} log
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<string>} What it printed.
 */
export async function runTool(log, file, args, options = {}) {
  const path = join(LOGS, `${log}.log`);
  mkdirSync(dirname(path), { recursive: true });
  const kept = createWriteStream(path);
  kept.write(`$ ${[file, ...args].join(' ')}\n`);
  const child = spawn(file, args, {
    cwd: options.cwd ?? ROOT,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.pipe(kept, { end: false });
  child.stderr.pipe(kept, { end: false });
  /** @type {string} */
  const ended = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) =>
      resolve(code === 0 ? '' : signal ? `signal ${signal}` : `exit code ${code}`),
    );
  });
  kept.end();
  await finished(kept);
  const output = readFileSync(path, 'utf8');
  if (ended === '') return output;
  throw new ToolFailure(
    `${lastLines(output)}\n\n${file} failed (${ended}). All it printed is in ${relative(ROOT, path)}.`,
    output,
  );
}

/**
 * The end of a tool's output, where it says what was wrong.
 * @param {string} output
 */
export function lastLines(output) {
  return output.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
}
