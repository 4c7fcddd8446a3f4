import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import test from 'node:test';
import { machineWithImages } from '../testing/box-images.ts';

/** System calls of a container; with one hierarchy of groups there are fewer. */
const CALLS_MIN = existsSync('/sys/fs/cgroup/cgroup.controllers') ? 50 : 100;

/**
 * `on_terminal KEYS COMMAND` runs a command on a terminal of its own. An Enter now and then brings its shell to
 * show a prompt; then the keys are typed, and what `script` reads stays open until the command has ended.
 */
const ON_TERMINAL = `on_terminal() {
  rm -f /tmp/ended; : > /tmp/shown
  {
    until grep -q '# ' /tmp/shown || [ -e /tmp/ended ]; do echo; sleep 0.5; done
    printf "$1"
    until [ -e /tmp/ended ]; do sleep 0.2; done
  } | { script -qefc "$2" /tmp/shown; code=$?; touch /tmp/ended; exit $code; }
}`;

test('-it gives a container a terminal of its own, with a size, a name and an exit code', async (context) => {
  const machine = await machineWithImages(context);
  const { printed, exitCode } = await machine.end(`${ON_TERMINAL}
    on_terminal 'tty; stty size; ls -l /dev/console; exit 5\\n' 'stty rows 33 cols 99; box run -it --rm --network none busybox'`);
  assert.equal(exitCode, 5, printed);
  assert.match(printed, /\/dev\/pts\/0\s+33 99\s+crw--w---- /);
});

test('Ctrl-P Ctrl-Q leaves a container running, and attach comes back to it', async (context) => {
  const machine = await machineWithImages(context);
  const left = await machine.end(`${ON_TERMINAL}
    on_terminal 'here=1\\n\\020\\021' 'box run -it --name stays --network none busybox'`);
  assert.equal(left.exitCode, 0, left.printed);
  assert.match(left.printed, /read escape sequence/);
  assert.equal(await machine.succeed("box ps --format '{{.Names}}'"), 'stays\n');
  const back = await machine.end(
    `${ON_TERMINAL}; on_terminal 'echo here is $here; exit 6\\n' 'box attach stays'`,
  );
  assert.equal(back.exitCode, 6, back.printed);
  assert.match(back.printed, /here is 1/);
  assert.match(await machine.succeed('box logs stays'), /here is 1/);
  await machine.succeed('box rm stays');
});

test('exec -it is on a terminal of the container, and -t alone takes no input', async (context) => {
  const machine = await machineWithImages(context);
  await machine.succeed('box run -d --name on busybox sleep 1000');
  const { printed, exitCode } = await machine.end(
    `${ON_TERMINAL}; on_terminal 'tty; exit 7\\n' 'box exec -it on sh'`,
  );
  assert.equal(exitCode, 7, printed);
  assert.match(printed, /\/dev\/pts\/0/);
  assert.equal(await machine.succeed('box exec -t on tty'), '/dev/pts/0\r\n');
  assert.match(
    (await machine.end('box run -it busybox true < /dev/null')).printed,
    /the input device is not a TTY/,
  );
  await machine.succeed('box rm -f on');
});

test('--explain tells each step with its system calls, --trace has them as JSON, --step waits', async (context) => {
  const machine = await machineWithImages(context);
  const explained = await machine.succeed('box run --rm --explain busybox echo done 2>&1 | cat');
  const steps = [...explained.matchAll(/^ ?\d+ (\w+) \((box|container)\): .+$/gm)].map(
    ([, name]) => name,
  );
  assert.deepEqual(steps, [
    'cgroup',
    'overlay',
    'clone',
    'net',
    'cgroup',
    'mnt',
    'proc',
    'sys',
    'dev',
    'root',
    'volumes',
    'cgroup',
    'masks',
    'uts',
    'capabilities',
    'seccomp',
    'identity',
    'exec',
    'end',
  ]);
  assert.match(explained, /clone3\(\{flags=.*NEWPID.*\) = \d+ /);
  assert.match(explained, /pivot_root\("\.", "\."\)/);
  assert.match(explained, /^done\n19 end/m);
  const trace = await machine.succeed(`
    box run --rm --trace /tmp/trace busybox true
    jq -rM -s 'length > ${CALLS_MIN}, (map(.step) | index("exec") > 0), (.[0] | keys_unsorted | join(" ")), (map(select(.error != "")) | map(.call | split("(")[0]) | unique | join(" "))' /tmp/trace`);
  assert.match(trace, /^true\ntrue\nstep side call error startedNs durationNs\n(mkdirat)?\n$/);
  const waited = await machine.end(`
    rm -f /tmp/ended
    { until [ -e /tmp/ended ]; do echo; sleep 0.1; done; } |
      { script -qefc 'box run --rm --step --network none busybox echo done' /dev/null; touch /tmp/ended; }`);
  assert.match(waited.printed, /press Enter to do it[\s\S]*done/);
});
