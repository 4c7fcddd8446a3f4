import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseOptions } from './options.mjs';
import { ROOT } from './paths.mjs';

/** Signals that end `npm test`: the program that is running gets them first. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** After this long without ending on SIGTERM a program is killed. */
const GRACE_MS = 20_000;

export type Ended = {
  /** How it ended, as the end of a sentence; nothing if all was well. */
  readonly ended: string;
  readonly output: string;
};

/**
 * Runs a program of the tests in the checkout, in a process group of its own, so that on a time-out all of
 * it can be ended.
 */
export async function runProgram(
  [file = '', ...args]: readonly string[],
  options: {
    timeoutMs: number;
    show: boolean;
    env?: Readonly<Record<string, string>>;
    /** Its input comes to no end, and nothing comes. Otherwise it is at its end from the beginning. */
    openInput?: boolean;
  },
): Promise<Ended> {
  // Should this process be killed, what it has started ends as well.
  const command = ['--pdeathsig', 'TERM', file === 'node' ? process.execPath : file, ...args];
  const child = spawn('setpriv', command, {
    cwd: ROOT,
    detached: true,
    stdio: [options.openInput ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...options.env,
      // Tests have data directories of their own, and share the base image.
      GLASSBOX_IMAGES: parseOptions([], process.env).images,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (options.show) process.stdout.write(text);
    });
  }
  const kill = (signal: NodeJS.Signals) => {
    try {
      if (child.pid) process.kill(-child.pid, signal);
    } catch {
      // It has just ended.
    }
  };
  let late = '';
  const timers = [
    setTimeout(() => {
      late = `a time-out after ${Math.round(options.timeoutMs / 60_000)} minutes`;
      kill('SIGTERM');
    }, options.timeoutMs),
    setTimeout(() => kill('SIGKILL'), options.timeoutMs + GRACE_MS),
  ];
  for (const signal of SIGNALS) process.on(signal, kill);
  try {
    const [code, signal]: (number | string | null)[] = await once(child, 'close');
    const ended = code === 0 ? '' : signal ? `signal ${signal}` : `exit code ${code}`;
    return { ended: late || ended, output };
  } catch (reason) {
    return { ended: `an error: ${reason instanceof Error ? reason.message : reason}`, output };
  } finally {
    timers.forEach(clearTimeout);
    for (const signal of SIGNALS) process.off(signal, kill);
  }
}
