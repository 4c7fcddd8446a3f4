import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test, { type TestContext } from 'node:test';
import { spawn } from 'node-pty';
import type { SandboxNeed } from '../protocol/needs.ts';
import { lowerdirs, openTestNative } from '../testing/native.ts';
import type { CreatedSandbox } from './native-interface.ts';
import { SANDBOX_LIMITS } from './sandbox-limits.ts';

type Machine = {
  readonly created: CreatedSandbox;
  /** What a script printed, with its exit code on the last line. */
  readonly run: (script: string) => Promise<string>;
};

async function machineWith(
  context: TestContext,
  ...needs: readonly SandboxNeed[]
): Promise<Machine> {
  const native = openTestNative(context);
  const id = randomBytes(6).toString('hex');
  const created = await native.create({
    ...SANDBOX_LIMITS,
    id,
    hostname: 'machine',
    lowerdirs: lowerdirs(),
    idBase: 100_000,
    needs,
    attachments: [],
  });
  return {
    created,
    run: (script) =>
      new Promise((fulfil) => {
        const command = ['/bin/bash', '-c', `timeout 60 bash -c '${script}' 2>&1; echo "exit $?"`];
        const enter = native.enterArguments(id, created, 1, command);
        const shell = spawn(enter.file, [...enter.arguments], { env: {}, cols: 200 });
        let output = '';
        shell.onData((data) => {
          output += data.replaceAll('\r', '');
        });
        shell.onExit(() => fulfil(output));
      }),
  };
}

const RULES = `nft add table inet lesson &&
  nft add chain inet lesson input "{ type filter hook input priority 0; }" &&
  nft add rule inet lesson input tcp dport 81 drop &&
  nft list ruleset && iptables -t nat -A POSTROUTING -o lo -j MASQUERADE && iptables -t nat -S`;

test('nft and iptables work in a machine that needs netfilter', async (context) => {
  const { created, run } = await machineWith(context, 'netfilter');
  assert.deepEqual(created.missing, []);
  const output = await run(RULES);
  assert.match(output, /tcp dport 81 drop/);
  assert.match(output, /-A POSTROUTING -o lo -j MASQUERADE/);
  assert.match(output, /exit 0\s*$/);
});

test('without that need the kernel of netfilter is out of reach', async (context) => {
  const { run } = await machineWith(context);
  const output = await run('nft list ruleset; ip link; iptables -t nat -S');
  assert.match(output, /Operation not permitted|Permission denied|not permitted/);
  assert.match(output, /lo: <LOOPBACK,UP/);
  assert.doesNotMatch(output, /exit 0\s*$/);
});

test('a machine that needs a disk has one, whose speed its root can limit', async (context) => {
  const { created, run } = await machineWith(context, 'disk');
  assert.deepEqual(created.missing, []);
  const output = await run(`findmnt -no SOURCE,FSTYPE /disk; df --output=size -BM /disk | tail -1;
    cd /sys/fs/cgroup; number=$(mountpoint -d /disk);
    if [ -f cgroup.controllers ]; then mkdir slow; echo "$number wbps=1048576" > slow/io.max;
    else mkdir blkio/slow; cd blkio; echo "$number 1048576" > slow/blkio.throttle.write_bps_device; fi;
    echo $$ > slow/cgroup.procs;
    dd if=/dev/zero of=/disk/file bs=64k count=40 oflag=direct`);
  assert.match(output, /^\/dev\/loop\d+ ext4$/m);
  assert.match(output, /^\s*(5\d|6\d)M$/m);
  assert.match(output, / copied, (?:[2-9]|\d\d)\.\d+ s, (?:\d+ kB|1(?:\.\d)? MB)\/s/);
  assert.match(output, /exit 0\s*$/);
});

test('without that need there is no disk', async (context) => {
  const { run } = await machineWith(context);
  assert.match(await run('ls -d /disk'), /No such file.*exit 2\s*$/s);
});

test('in a machine that needs net_cls, iptables knows packets by their group', async (context) => {
  const { created, run } = await machineWith(context, 'net_cls', 'netfilter');
  if (created.missing.some(({ need }) => need === 'net_cls')) {
    context.skip(created.missing.map(({ why }) => why).join(' '));
    return;
  }
  const output = await run(`cd /sys/fs/cgroup/net_cls* && mkdir marked &&
    echo 0x10001 > marked/net_cls.classid &&
    iptables -A OUTPUT -m cgroup --cgroup 0x10001 -j REJECT &&
    ping -c1 -W5 127.0.0.1 | grep -o "1 received";
    echo 0 > marked/cgroup.procs; ping -c1 -W1 127.0.0.1 | grep -o "0 received"`);
  assert.match(output, /1 received\n.*0 received/s);
});

test('in a machine that needs the device, a node that everybody may open is refused', async (context) => {
  const { created, run } = await machineWith(context, 'device');
  assert.deepEqual(created.missing, []);
  const output = await run('stat -c %a /dev/full; head -c1 /dev/full; head -c1 /dev/zero | wc -c');
  assert.match(output, /^666\n.*Operation not permitted\n1\n/s);
});
