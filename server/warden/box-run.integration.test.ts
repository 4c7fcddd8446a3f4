import assert from 'node:assert/strict';
import test from 'node:test';
import { machineWithImages } from '../testing/box-images.ts';

/** `limit NAME-IN-V1 NAME-IN-V2` prints a file of the container's group, as it sees it itself. */
const LIMIT = `limit() { cat /sys/fs/cgroup/$1 2>/dev/null || cat /sys/fs/cgroup/$2; }`;
const RUN = `${LIMIT}; run() { box run --rm --network none "$@"; }`;

/** Each flag, what is run with it, and what the kernel says then. */
const FLAGS: readonly (readonly [flags: string, command: string, expected: RegExp])[] = [
  ['--hostname inner', 'hostname', /^inner\n$/],
  ['-h inner', 'cat /etc/hostname', /^inner\n$/],
  ['-m 64m', `${LIMIT}; limit memory/memory.limit_in_bytes memory.max`, /^67108864\n$/],
  [
    '--cpus 0.5',
    'cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu.max 2>/dev/null',
    /^50000( 100000)?\n$/,
  ],
  ['--cpu-shares 2048', `${LIMIT}; limit cpu/cpu.shares cpu.weight`, /^(2048|79)\n$/],
  ['--cpuset-cpus 0', 'grep Cpus_allowed_list /proc/self/status', /:\t0\n$/],
  ['--pids-limit 20', `${LIMIT}; limit pids/pids.max pids.max`, /^20\n$/],
  ['--oom-score-adj 500', 'cat /proc/self/oom_score_adj', /^500\n$/],
  ['--cap-drop ALL --cap-add net_admin', 'grep CapEff /proc/self/status', /\t0000000000001000\n$/],
  ['', 'grep CapEff /proc/self/status', /\t00000000880425fb\n$/],
  ['', 'grep -c CapAmb /proc/self/status', /^1\n$/],
  ['--security-opt no-new-privileges', 'grep NoNewPrivs /proc/self/status', /\t1\n$/],
  ['-u 1000:33', 'id', /^uid=1000 gid=33/],
  ['-u www-data', 'id -un; echo $HOME', /^www-data\n\/var\/www\n$/],
  ['-e COLOUR=blue -e COLOUR=red', 'echo $COLOUR', /^red\n$/],
  ['-w /srv/deep/er', 'pwd', /^\/srv\/deep\/er\n$/],
  ['--read-only', 'touch /file', /Read-only file system/],
  ['--read-only --tmpfs /run:size=1m', 'touch /run/file; df /run', /^tmpfs +1024 /m],
  ['--tmpfs /run', 'grep " /run " /proc/mounts', /^tmpfs \/run tmpfs rw,nosuid,nodev,noexec/],
  ['--entrypoint "" --init', 'cat /proc/1/comm; echo $$', /^box-init\n2\n$/],
  ['--privileged', 'grep -c " /proc/" /proc/mounts', /^0\n$/],
  ['', 'echo 1 > /proc/sys/kernel/hostname', /Read-only file system/],
  ['', 'wc -c < /proc/keys', /^0\n$/],
  ['', 'touch /sys/fs/cgroup/file', /Read-only file system|Permission denied/],
  ['', 'cat /proc/self/cgroup', /^(\d+:[^:]*:\/\n)+$/],
  ['', 'ls /proc/self/fd', /^0\n1\n2\n3\n$/],
  ['', 'ip -o addr', /^1: lo .*127\.0\.0\.1\/8/],
  ['--network host', 'hostname', /^machine\n$/],
  ['--network bridge', 'ip -o -4 addr show eth0', / 172\.30\.\d+\.\d+\/16 /],
  [
    '--userns',
    'id -u; cat /proc/self/uid_map; touch /x; stat -c %u /x',
    /^0\n +0 +30000 +30000\n +65534 +60000 +1\n0\n$/,
  ],
];

test('each flag of box run does what it says, as the kernel sees it', async (context) => {
  const machine = await machineWithImages(context);
  for (const [flags, command, expected] of FLAGS) {
    const { printed } = await machine.end(
      `box run --rm --network none ${flags} busybox sh -c ${quoted(command)}`,
    );
    assert.match(printed, expected, `${flags} ${command}`);
  }
});

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

test('exit codes are those of Docker', async (context) => {
  const machine = await machineWithImages(context);
  const cases: readonly (readonly [command: string, code: number, words: RegExp])[] = [
    ['box run --rm busybox sh -c "exit 3"', 3, /^$/],
    ['box run --rm busybox nothing', 127, /exec: "nothing": executable file not found in \$PATH/],
    ['box run --rm busybox /nothing', 127, /exec: "\/nothing": no such file or directory/],
    ['box run --rm busybox /etc/passwd', 126, /exec: "\/etc\/passwd": permission denied/],
    ['box run --rm nothing', 125, /Unable to find image 'nothing:latest' locally/],
    ['box run --nothing busybox', 125, /^unknown flag: --nothing\n/],
    ['box run', 125, /requires at least 1 argument/],
    ['box run -m 1k busybox true', 125, /Minimum memory limit allowed is 6MB/],
    ['box run -m nothing busybox true', 125, /invalid argument "nothing" for "-m, --memory" flag/],
    ['box run --cap-add NOTHING busybox true', 125, /unknown capability: "NOTHING"/],
    ['box run --rm -u nobody-at-all busybox true', 125, /unable to find user nobody-at-all/],
    ['box run --rm --device-write-bps /dev/null:1m busybox true', 125, /not a block device/],
    [
      'box run --rm --cpuset-cpus 999 busybox true',
      125,
      /cpuset\.cpus: (EINVAL|ERANGE|ENOSPC|EACCES)/,
    ],
    ['box exec nothing true', 1, /No such container: nothing/],
    ['box nothing', 1, /'nothing' is not a box command/],
    ['box', 0, /^Usage: {2}box COMMAND/],
    ['box run --help', 0, /--cpus N +Number of CPUs/],
  ];
  for (const [command, code, words] of cases) {
    const { exitCode, printed } = await machine.end(command);
    assert.equal(exitCode, code, `${command}: ${printed}`);
    assert.match(printed, words, command);
  }
});

test('a container over its memory limit ends with 137, and inspect says why', async (context) => {
  const machine = await machineWithImages(context);
  const { exitCode } = await machine.end(
    'box run --name big --network none -m 16m busybox tail /dev/zero',
  );
  assert.equal(exitCode, 137);
  assert.equal(
    await machine.succeed("box inspect -f '{{.State.OOMKilled}} {{.State.ExitCode}}' big"),
    'true 137\n',
  );
  assert.match(await machine.succeed('box ps -a'), / Exited \(137\) .* big\n$/);
  assert.equal(
    await machine.succeed(
      "box run --name small --network none busybox true; box inspect -f '{{.State.OOMKilled}}' small",
    ),
    'false\n',
  );
});

test('a container is held to a speed of the disk, in bytes and in operations', async (context) => {
  const machine = await machineWithImages(context, ['disk']);
  const took = async (flag: string, block: string, count: number) => {
    const printed = await machine.succeed(`disk=$(findmnt -n -o SOURCE /disk)
      box run --rm --network none -v /disk:/data ${flag.replace('DISK', '$disk')} debian bash -c '
        began=$(date +%s%N)
        dd if=/dev/zero of=/data/file bs=${block} count=${count} oflag=direct status=none
        echo $((($(date +%s%N) - began) / 1000000))'`);
    return Number(printed);
  };
  // One second of it may be had at once; nothing says that it takes less without a limit on a slow host.
  assert.ok((await took('--device-write-bps DISK:1mb', '64k', 48)) >= 2_000);
  assert.ok((await took('--device-write-iops DISK:10', '4k', 30)) >= 2_000);
  const { printed, exitCode } = await machine.end(
    'box run --rm --device-read-bps /dev/no-disk:1mb busybox true',
  );
  assert.match(printed, /\/dev\/no-disk is not a block device/);
  assert.equal(exitCode, 125);
});

test('volumes, named ones and files of the machine come into the container', async (context) => {
  const machine = await machineWithImages(context);
  const printed = await machine.succeed(`${RUN}
    mkdir /tmp/mine && echo text > /tmp/mine/file
    run -v /tmp/mine:/data:ro busybox sh -c 'cat /data/file; touch /data/new || true'
    run -v /tmp/mine:/data busybox touch /data/new
    ls -1 /tmp/mine
    run -v kept:/kept busybox sh -c 'echo for later > /kept/file'
    run -v kept:/kept busybox cat /kept/file
    run -v /tmp/mine/file:/etc/motd busybox cat /etc/motd
    run -v /tmp/made:/made busybox true; ls -d /tmp/made`);
  assert.equal(
    printed,
    [
      'text',
      'touch: /data/new: Read-only file system',
      'file',
      'new',
      'for later',
      'text',
      '/tmp/made',
      '',
    ].join('\n'),
  );
});

test('a link in an image does not lead a volume out of the container', async (context) => {
  const machine = await machineWithImages(context);
  const printed = await machine.succeed(`
    mkdir -p /tmp/mine /tmp/trap && echo mine > /tmp/mine/file
    box run --name link --network none busybox sh -c 'mkdir -p /tmp/trap; ln -s /tmp/trap /srv-link'
    box commit link linked >/dev/null
    box run --rm --network none -v /tmp/mine:/srv-link/below linked cat /tmp/trap/below/file
    ls -A /tmp/trap`);
  assert.equal(printed, 'mine\n');
});

test('system calls that make namespaces are refused, unless asked for', async (context) => {
  const machine = await machineWithImages(context);
  const run = 'box run --rm --network none';
  const refused = await machine.end(`${run} debian unshare --user true`);
  assert.match(refused.printed, /unshare failed: Operation not permitted/);
  const cases = [
    '--security-opt seccomp=unconfined --cap-add SYS_ADMIN debian unshare --uts true',
    '--cap-add SYS_ADMIN debian unshare --uts true',
    '--privileged debian unshare --mount true',
    '--security-opt seccomp=unconfined debian unshare --user true',
  ];
  for (const words of cases) {
    const { exitCode, printed } = await machine.end(`${run} ${words}`);
    assert.equal(exitCode, 0, `${words}: ${printed}`);
  }
});

test('standard input, output and error go where they should', async (context) => {
  const machine = await machineWithImages(context);
  const printed = await machine.succeed(`
    run="box run --rm --network none"
    echo in | $run -i busybox cat
    echo in | $run busybox cat; echo nothing
    $run busybox sh -c 'echo out; echo err >&2' 2>/dev/null
    $run busybox sh -c 'echo out; echo err >&2' 2>&1 >/dev/null
    $run busybox sh -c 'test -t 1 || echo no terminal'
    head -c 3000000 /dev/zero | $run -i busybox wc -c
    $run busybox head -c 3000000 /dev/zero | wc -c
    box run --name log --network none busybox sh -c 'echo to the log; echo and errors >&2' >/dev/null 2>&1
    box logs log
    trap "" PIPE HUP; $run busybox grep SigIgn /proc/self/status`);
  assert.deepEqual(printed.split('\n').slice(0, -1), [
    'in',
    'nothing',
    'out',
    'err',
    'no terminal',
    '3000000',
    '3000000',
    'to the log',
    'and errors',
    'SigIgn:\t0000000000000000',
  ]);
});
