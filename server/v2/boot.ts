import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { takeLock } from '../setup/lock.mjs';
import { parseOptions } from '../setup/options.mjs';
import { failed, type Outcome, outcomeSchema, skipped } from '../setup/outcome.ts';
import { runProgram } from '../setup/run-program.ts';
import { runTool } from '../setup/run-tool.mjs';
import type { Row } from '../setup/summary.ts';
import { choosePlan, type PlannedSuite } from './plan.ts';
import { ensureBootFiles, obstacle } from './root-disk.ts';
import { GUEST_ROOT, makeWorkDisk } from './work-disk.ts';

const MEMORY = '3072M';

/** Everything takes about ten times as long where no processor helps. */
const EMULATED_PATIENCE = 8;

const result = z.object({ name: z.string(), outcome: outcomeSchema, seconds: z.number() });

/**
 * Boots a virtual machine with a kernel of Debian's and nothing but cgroup v2, runs the suites that the
 * words mean (`choosePlan`) in it, and throws it away. What is printed in there is printed here.
 */
export async function runOnV2(
  words: readonly string[],
  timeoutMs: number,
): Promise<readonly Row[]> {
  const plan = choosePlan(words);
  const reason = obstacle();
  if (reason !== undefined) return plan.map(({ name }) => row(name, skipped(name, reason)));
  const parent = join(parseOptions([], process.env).data, 'v2');
  mkdirSync(parent, { recursive: true, mode: 0o755 });
  // One at a time: on most hosts there is memory for one, and the disk is to be built once.
  const lock = takeLock(join(parent, 'lock'), {
    wait: () => console.log('Another such machine runs on this host; waiting for its end.'),
  });
  const folder = mkdtempSync(join(parent, 'run-'));
  try {
    const deadline = performance.now() + timeoutMs;
    const boot = await ensureBootFiles();
    // All that is compiled: there is no compiler in the machine.
    await runTool('v2-tests', 'make', ['-C', 'native', 'test-programs', 'faults']);
    await runTool('v2-escape', 'make', ['-C', 'native/escape']);
    const work = await makeWorkDisk(folder, script(words));
    const results = join(folder, 'results');
    const console_ = join(folder, 'console');
    const { ended } = await runProgram(
      [
        'qemu-system-x86_64',
        ...machine(),
        ...disk(boot.disk, 'nvme,serial=root'),
        ...disk(work, 'virtio-blk-pci'),
        ...kernel(boot.kernel, console_),
        ...ports(results),
      ],
      {
        timeoutMs: Math.max(1_000, deadline - performance.now()),
        show: true,
        // At the end of it qemu would close the port, and the machine would wait for it to open again.
        openInput: true,
        env: { TMPDIR: folder },
      },
    );
    return collect(plan, results, ended, console_);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    lock?.release();
  }
}

const row = (name: string, outcome: Outcome): Row => ({ name, outcome, seconds: 0 });

function hasKvm(): boolean {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
    return /\b(vmx|svm)\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return false;
  }
}

/** What the machine's init runs; see init.sh. */
function script(words: readonly string[]): string {
  const patience = hasKvm() ? 1 : EMULATED_PATIENCE;
  return [
    `export GLASSBOX_IMAGES=/lab/images GLASSBOX_TEST_PATIENCE=${patience}`,
    `cd ${GUEST_ROOT}`,
    `exec node --import tsx server/v2/inside.ts ${words.join(' ')}`,
    '',
  ].join('\n');
}

function machine(): readonly string[] {
  const processor = hasKvm()
    ? ['-accel', 'kvm', '-cpu', 'host', '-smp', String(Math.min(4, cpus().length))]
    : // One processor: two that are emulated spend their time waiting for each other where the host is busy.
      // No five levels of page tables: walking them is the emulator's work.
      ['-accel', 'tcg,tb-size=1024', '-cpu', 'max,la57=off', '-smp', '1'];
  return ['-M', 'q35', '-m', MEMORY, '-nodefaults', '-display', 'none', '-no-reboot', ...processor];
}

/**
 * What the machine writes goes into a file that is deleted already, so that the disk stays as it was. The
 * two are of different kinds, for the kernel names two of one kind as it finds them: the root would at times
 * be the other.
 */
function disk(file: string, device: string): readonly string[] {
  const id = device.replace(/,.*/, '');
  return [
    ...['-drive', `file=${file},format=raw,if=none,id=${id},snapshot=on,cache=unsafe`],
    ...['-device', `${device},drive=${id}`],
  ];
}

function kernel(file: string, console_: string): readonly string[] {
  const parameters =
    'root=/dev/nvme0n1 rw init=/init panic=-1 console=ttyS0 quiet cgroup_no_v1=all mitigations=off nokaslr';
  return ['-kernel', file, '-append', parameters, '-serial', `file:${console_}`];
}

/** One port for what is printed and one for the counts. */
function ports(results: string): readonly string[] {
  const targets = { output: 'stdio,signal=off', results: `file,path=${results}` };
  return [
    ...['-device', 'virtio-serial-pci'],
    ...Object.entries(targets).flatMap(([name, target]) => [
      ...['-chardev', `${target},id=${name}`],
      ...['-device', `virtserialport,chardev=${name},name=${name}`],
    ]),
  ];
}

function collect(
  plan: readonly PlannedSuite[],
  results: string,
  ended: string,
  console_: string,
): readonly Row[] {
  const text = existsSync(results) ? readFileSync(results, 'utf8') : '';
  const rows = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => result.parse(JSON.parse(line)));
  const missing = plan.filter(({ name }) => rows.every((known) => known.name !== name));
  if (missing.length > 0 && existsSync(console_)) {
    console.log(readFileSync(console_, 'utf8').trimEnd().split('\n').slice(-20).join('\n'));
  }
  const why = ended === '' ? 'the machine powered off before' : `qemu ended with ${ended}`;
  return [...rows, ...missing.map(({ name }) => row(name, failed(`not finished: ${why}`)))];
}
