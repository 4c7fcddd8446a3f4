import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { machineWithImages } from '../testing/box-images.ts';
import type { Machine } from '../testing/machine.ts';
import { profileAsDockers } from '../testing/seccomp-profile.ts';

const EPERM_OF = (...names: string[]) => ({ names, action: 'SCMP_ACT_ERRNO' });
const when = (index: number, value: number, op = 'SCMP_CMP_EQ') => [{ index, value, op }];

/** A profile that allows all but what its rules say. */
const allBut = (...syscalls: readonly object[]) => ({ defaultAction: 'SCMP_ACT_ALLOW', syscalls });

const PROFILES = {
  mkdir: allBut(EPERM_OF('mkdir', 'mkdirat')),
  uname: allBut({ names: ['uname'], action: 'SCMP_ACT_KILL_PROCESS' }),
  readonly: allBut({ ...EPERM_OF('mkdir', 'mkdirat'), errnoRet: 30 }),
  personality: allBut({ ...EPERM_OF('personality'), args: when(0, 0x40000), errnoRet: 95 }),
  // Of unix(7), and of nothing else.
  sockets: allBut({ ...EPERM_OF('socket'), args: when(0, 1, 'SCMP_CMP_NE'), errnoRet: 97 }),
  chdir: allBut(
    EPERM_OF('chdir', 'dup3', 'fcntl', 'setgroups', 'setresuid', 'capset', 'close_range', 'umask'),
  ),
  noexecve: { defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 38 },
  docker: profileAsDockers(),
};

async function machineWithProfiles(context: TestContext): Promise<Machine> {
  const machine = await machineWithImages(context);
  for (const [name, profile] of Object.entries(PROFILES)) {
    const json = JSON.stringify(profile, null, 2);
    await machine.succeed(`mkdir -p /tmp/p && cat > /tmp/p/${name}.json <<'END'\n${json}\nEND`);
  }
  return machine;
}

const SOCKETS = `socket(my $i, AF_INET, SOCK_STREAM, 0) or print "$!\\n";
socket(my $u, AF_UNIX, SOCK_STREAM, 0) and print "open\\n"`;
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
const run = (profile: string, words: string, flags = '') =>
  `box run --rm --network none --security-opt seccomp=/tmp/p/${profile}.json ${flags} ${words}`;

test('a profile refuses system calls by their names and by their arguments', async (context) => {
  const machine = await machineWithProfiles(context);
  const cases: readonly (readonly [command: string, exitCode: number, printed: RegExp])[] = [
    [run('mkdir', 'busybox mkdir /x'), 1, /'\/x': Operation not permitted/],
    [run('mkdir', 'busybox touch /x'), 0, /^$/],
    [run('readonly', 'busybox mkdir /x'), 1, /'\/x': Read-only file system/],
    [run('uname', 'busybox uname'), 159, /^$/],
    [run('uname', 'busybox sh -c "uname; echo $?"'), 0, /Bad system call/],
    [run('personality', 'debian setarch -R true'), 1, /Operation not supported/],
    [run('personality', 'debian setarch --uname-2.6 true'), 0, /^$/],
    [run('sockets', 'busybox nc 127.0.0.1 1'), 1, /Address family not supported by protocol/],
    [
      run('sockets', `debian perl -MSocket -e ${quoted(SOCKETS)}`),
      0,
      /^Address family not supported by protocol\nopen\n$/,
    ],
    [
      'box run --rm --network none --security-opt seccomp=/tmp/p/nothing.json --security-opt seccomp=default busybox mkdir /x',
      0,
      /^$/,
    ],
  ];
  for (const [command, code, expected] of cases) {
    const { exitCode, printed } = await machine.end(command);
    assert.match(printed, expected, command);
    assert.equal(exitCode, code, `${command}: ${printed}`);
  }
});

test('a profile as large as that of Docker lets ordinary programs work', async (context) => {
  const machine = await machineWithProfiles(context);
  const status = "grep -E 'CapEff|NoNewPrivs|Seccomp_filters' /proc/self/status | tr '\\n\\t' '  '";
  assert.equal(
    await machine.succeed(run('docker', `busybox sh -c ${quoted(`${status}; id -u`)}`)),
    'CapEff: 00000000880425fb NoNewPrivs: 0 Seccomp_filters: 3 0\n',
  );
  assert.equal(
    await machine.succeed(run('docker', `busybox sh -c ${quoted(`${status}; id -u`)}`, '-u 1000')),
    'CapEff: 0000000000000000 NoNewPrivs: 0 Seccomp_filters: 3 1000\n',
  );
  assert.match(
    await machine.succeed(
      run(
        'docker',
        `debian bash -c ${quoted(`
          set -e; mkdir /x; echo text > /x/file; chown 1:1 /x/file; ls -l /x | grep -c file
          perl -e 'print fork() ? "parent\\n" : ""'; sort <(printf 'b\\na\\n'); sleep 0.01 & wait
          (unshare --user true || true) 2>&1; (chroot / true && echo chroot)`)}`,
      ),
    ),
    /^1\nparent\na\nb\nunshare: unshare failed: Operation not permitted\nchroot\n$/,
  );
});

test('what a profile includes is decided by the capabilities of the container', async (context) => {
  const machine = await machineWithProfiles(context);
  const words = 'busybox unshare -m true';
  assert.equal((await machine.end(run('docker', words))).exitCode, 1);
  assert.equal((await machine.end(run('docker', words, '--cap-add SYS_ADMIN'))).exitCode, 0);
  assert.equal((await machine.end(run('docker', words, '--privileged'))).exitCode, 0);
  const dropped = run('docker', 'busybox chroot / true', '--cap-drop SYS_CHROOT');
  assert.match((await machine.end(dropped)).printed, /Operation not permitted/);
});

test('box itself needs nothing of a profile but execve, whoever the program runs as', async (context) => {
  const machine = await machineWithProfiles(context);
  for (const flags of [
    '',
    '-u 1000:33 -w /tmp',
    '--userns',
    '--security-opt no-new-privileges',
    '--security-opt no-new-privileges -u 1000',
    '--init',
    '-t',
    '--cap-drop ALL',
    '--without mnt',
    '--privileged',
  ]) {
    const { printed } = await machine.end(run('chdir', 'busybox sh -c "pwd; cd /etc"', flags));
    assert.match(printed, /^\/(tmp)?\r?\n.*can't cd to \/etc: Operation not permitted/, flags);
  }
  const { printed, exitCode } = await machine.end(run('noexecve', 'busybox true'));
  assert.match(
    printed,
    /exec: "true": it can't be executed; does the seccomp profile allow execve/,
  );
  assert.equal(exitCode, 126);
});

test('box exec gets the filter that the container was started with', async (context) => {
  const machine = await machineWithProfiles(context);
  const refused = /^mkdir: can't create directory '\/x': Operation not permitted\r?\n$/;
  await machine.succeed(`cp /tmp/p/mkdir.json /tmp/own.json; cd /tmp
    box run -d --name one --network none --security-opt seccomp=own.json busybox sleep 1000
    echo '{"defaultAction":"SCMP_ACT_ALLOW"}' > own.json`);
  assert.match((await machine.end('box exec one mkdir /x')).printed, refused);
  assert.match((await machine.end('box exec -t one mkdir /x')).printed, refused);
  assert.match((await machine.end('box exec --privileged one mkdir /x')).printed, refused);
  assert.match((await machine.end('box exec -u 1000 one mkdir /x')).printed, refused);
  assert.equal(
    await machine.succeed("box inspect -f '{{.HostConfig.SecurityOpt}}' one; box rm -f one"),
    '[seccomp=own.json]\none\n',
  );
});

test('--explain and --trace tell of the profile, and of what it has that means nothing here', async (context) => {
  const machine = await machineWithProfiles(context);
  const explained = await machine.succeed(run('docker', 'busybox true', '--explain'));
  assert.match(
    explained,
    /seccomp\S* \(container\): refuse it the system calls that its profile refuses/,
  );
  assert.match(explained, /\{filter of "\/tmp\/p\/docker\.json": \d+ rules, \d+ instructions\}/);
  assert.match(explained, /Names that are no system calls here, and are passed over: \d+ \("/);
  assert.match(explained, /Rules that do not hold here, [^\n]*: \d+\./);
  assert.match(explained, /what the machine's own filter refuses stays refused/);
  const rows = (await machine.succeed(run('mkdir', 'busybox true', '--trace -'))).split('\n');
  const row = rows.find((line) => line.includes('SECCOMP_SET_MODE_FILTER'));
  assert.match(row ?? '', /^\{"step":"seccomp","side":"container".*mkdir\.json.*1 rule, /);
  // The rest of a step that can't be told, because box may not write, does not end the container.
  const silent = {
    ...PROFILES.noexecve,
    syscalls: [{ names: ['execve'], action: 'SCMP_ACT_LOG' }],
  };
  const killed = JSON.stringify({
    ...silent,
    defaultAction: 'SCMP_ACT_KILL',
    defaultErrnoRet: null,
  });
  await machine.succeed(`echo ${quoted(killed)} > /tmp/p/silent.json`);
  const told = await machine.end(run('silent', 'busybox true', '--explain'));
  assert.match(told.printed, /It does not let box write or read the clock either/);
  assert.equal(told.exitCode, 159);
});

test('a broken profile is refused in a sentence, and nothing is left behind', async (context) => {
  const machine = await machineWithProfiles(context);
  const broken = async (file: string, sentence: RegExp) => {
    const { exitCode, printed } = await machine.end(
      `box run -d --name broken --security-opt seccomp=${file} busybox sleep 1000`,
    );
    assert.match(printed, /^box: Error response: seccomp profile "[^\n]*\n$/, file);
    assert.match(printed, sentence, file);
    assert.equal(exitCode, 125, file);
  };
  await broken('/tmp/p/nothing.json', /there is no such file\n/);
  await broken('nothing', /what is no path is default or unconfined/);
  await broken('/tmp', /it is a directory/);
  await broken('/dev/null', /it is empty/);
  await broken('/dev/zero', /it is larger than 1 MiB/);
  await broken(`<(echo '{')`, /line 2: in an object, a name in quotes is missing/);
  await broken(`<(echo '{"defaultAction":"DENY"}')`, /line 1: "DENY" is no action/);
  await broken(`<(head -c 100000 /dev/zero | tr '\\0' '[')`, /more than 32 deep/);
  await broken(
    `<(jq -n '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [range(10000) | {names: ["read"],
        action: "SCMP_ACT_LOG", args: [{index: 0, value: ., op: "SCMP_CMP_EQ"}]}]}' | tr -d ' \\n')`,
    /more than 4096 instructions, the most that the kernel takes/,
  );
  await broken(
    `<(echo '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"SCMP_ACT_TRACE"}]}')`,
    /"SCMP_ACT_TRACE" leaves the call to a tracer, and a container here has none/,
  );
  const left = 'box ps -aq; find /var/lib/box/containers /var/lib/box/names -mindepth 1 || true';
  assert.doesNotMatch(await machine.run(left), /[0-9a-f]{12}|broken/);
});
