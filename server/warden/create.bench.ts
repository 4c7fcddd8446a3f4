/**
 * `npm run bench:create`: how long a sandbox takes, beside `unshare` with the same namespaces and `bwrap`.
 * The three take turns on the same machine, so that what disturbs one disturbs all; read the ratios.
 *
 *   running   from the call to the first program inside: PID 1 has been executed, or `echo` has printed
 *   prompt    from the call to the first byte that a shell in a new terminal prints
 *   end       from the kill to nothing left
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { spawn as spawnOnPty } from 'node-pty';
import { parseConfiguration } from '../configuration.ts';
import { baseImageDirectory } from '../images/base-image.ts';
import { openNative } from './native.ts';
import type { CreatedSandbox, Native } from './native-interface.ts';

type Sample = { running: number; prompt?: number; end: number };
type Contender = { name: string; run: () => Promise<Sample> };

const UNSHARE = [
  '--user',
  '--map-root-user',
  '--pid',
  '--fork',
  '--mount-proc',
  '--net',
  '--uts',
  '--ipc',
  '--cgroup',
];

/** Starts a program that makes its own namespaces and prints one line in them. */
function program(name: string, file: string, options: readonly string[]): Contender {
  return {
    name,
    async run() {
      const begin = performance.now();
      const child = spawn(file, [...options, 'echo', 'running'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exited = once(child, 'exit');
      await once(child.stdout, 'data');
      const running = performance.now() - begin;
      const [code] = await exited;
      if (code !== 0)
        throw new Error(`${file} ended with exit code ${code}; it is needed for the comparison.`);
      return { running, end: performance.now() - begin - running };
    },
  };
}

function firstByte(native: Native, id: string, sandbox: CreatedSandbox): Promise<void> {
  const enter = native.enterArguments(id, sandbox, 1, ['/bin/bash', '-l']);
  const terminal = spawnOnPty(enter.file, [...enter.arguments], { cols: 80, rows: 24, env: {} });
  return new Promise((resolve) => terminal.onData(() => resolve()));
}

const median = (values: number[]) => quantile(values, 0.5);

function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

async function main(): Promise<void> {
  const count = Number(process.argv[2] ?? 50);
  if (!Number.isInteger(count) || count < 3)
    throw new Error('Say how many times, at least 3: npm run bench:create -- 50');
  const configuration = parseConfiguration([], process.env);
  const base = baseImageDirectory(configuration.imagesDirectory);
  const stage = '/run/glassbox/stage';
  mkdirSync(stage, { recursive: true });
  const native = openNative({
    libraryDirectory: '.build/native',
    cgroupParent: 'glassbox-bench',
    stage,
  });
  const steps = new Map<string, number[]>();

  const glassbox: Contender = {
    name: 'glassbox',
    async run() {
      const id = randomBytes(6).toString('hex');
      const begin = performance.now();
      const sandbox = await native.create({
        id,
        hostname: 'machine',
        lowerdirs: ['.build/native/layer', base],
        idBase: 100_000,
        memoryBytes: 512 * 1024 ** 2,
        pidsMax: 256,
        cpus: 1,
        diskBytes: 256 * 1024 ** 2,
        diskInodes: 65_536,
        terminals: 2,
        diskBytesPerSecond: 64 * 1024 ** 2,
        needs: [],
        attachments: [],
      });
      const running = performance.now() - begin;
      await firstByte(native, id, sandbox);
      const prompt = performance.now() - begin;
      const killed = performance.now();
      await native.destroy(id, sandbox.pidfd);
      for (const step of new Set(sandbox.trace.map((call) => call.step))) {
        const calls = sandbox.trace.filter((call) => call.step === step);
        const milliseconds = calls.reduce((sum, call) => sum + call.durationNs, 0) / 1e6;
        steps.set(step, [...(steps.get(step) ?? []), milliseconds]);
      }
      return { running, prompt, end: performance.now() - killed };
    },
  };
  const contenders = [
    glassbox,
    program('unshare', 'unshare', UNSHARE),
    program('bwrap', 'bwrap', [
      '--unshare-all',
      '--ro-bind',
      base,
      '/',
      '--proc',
      '/proc',
      '--dev',
      '/dev',
      '--tmpfs',
      '/tmp',
    ]),
  ];
  const samples = new Map<string, Sample[]>(contenders.map((contender) => [contender.name, []]));
  for (let round = -2; round < count; round++) {
    for (const contender of contenders) {
      const sample = await contender.run();
      if (round >= 0) samples.get(contender.name)?.push(sample);
    }
    if (round === -1) steps.clear();
  }
  await native.close();
  report(count, samples, steps);
}

function report(count: number, samples: Map<string, Sample[]>, steps: Map<string, number[]>): void {
  const reference = samples.get('unshare') ?? [];
  const cell = (value: number | undefined) =>
    (value === undefined ? '-' : value.toFixed(2)).padStart(9);
  const rows = (['running', 'prompt', 'end'] as const).flatMap((phase) =>
    [...samples].flatMap(([name, all]) => {
      const values = all.map((sample) => sample[phase]).filter((value) => value !== undefined);
      if (values.length === 0) return [];
      const others = reference
        .map((sample) => sample[phase])
        .filter((value) => value !== undefined);
      const ratio = others.length === 0 ? undefined : median(values) / median(others);
      return [
        `${phase.padEnd(9)}${name.padEnd(12)}${cell(median(values))}${cell(quantile(values, 0.95))}${cell(ratio)}`,
      ];
    }),
  );
  console.log(`${count} rounds, milliseconds\n`);
  console.log(
    `${'phase'.padEnd(9)}${'program'.padEnd(12)}${'median'.padStart(9)}${'p95'.padStart(9)}${'× unshare'.padStart(10)}`,
  );
  console.log(rows.join('\n'));
  console.log(`\n${'step of a creation'.padEnd(21)}${'median'.padStart(9)}${'p95'.padStart(9)}`);
  for (const [step, values] of steps) {
    console.log(`${step.padEnd(21)}${cell(median(values))}${cell(quantile(values, 0.95))}`);
  }
}

await main();
