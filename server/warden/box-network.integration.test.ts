import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { imageStoreAttachment } from '../images/store.ts';
import type { SandboxNeed } from '../protocol/needs.ts';
import { parseOptions } from '../setup/options.mjs';
import { Machine } from '../testing/machine.ts';

/** A machine with the images, in which `box` makes containers. */
const machineWith = (context: TestContext, ...needs: readonly SandboxNeed[]): Promise<Machine> =>
  Machine.make(context, [imageStoreAttachment(parseOptions([], process.env).images)], { needs });

/** Waits until a command is true: what the kernel does in its own time. */
const UNTIL = `until_true() { for _ in $(seq 500); do "$@" && return; sleep 0.02; done; echo "never: $*"; return 1; }
`;

/** A computer beyond the machine: a network namespace named `beyond`, behind a cable. */
const BEYOND = `ip netns add beyond
ip link add out type veth peer name in0 netns beyond
ip address add 198.51.100.1/24 dev out && ip link set out up
ip -n beyond address add 198.51.100.2/24 dev in0 && ip -n beyond link set in0 up
`;

/** Packets that the rule with these words has counted. */
const counted = (rules: string, words: string): number => {
  const line = rules.split('\n').find((each) => each.includes(words)) ?? '';
  return Number(/packets (\d+)/.exec(line)?.[1] ?? '-1');
};

test('two containers reach each other by address, name and id, and their packets are counted', async (context) => {
  const machine = await machineWith(context);
  await machine.succeed(`box run -d --name one --hostname first busybox sleep 1000
    box run -d --name two busybox sleep 1000`);
  const id = (await machine.succeed(`box ps | awk '$NF == "two" { print $1 }'`)).trim();
  assert.match(id, /^[0-9a-f]{12}$/);
  for (const [from, to] of [
    ['one', 'two'],
    ['two', 'one'],
    ['two', 'first'],
    ['one', id],
    ['one', '172.30.0.3'],
    ['two', '172.30.0.1'],
  ]) {
    const output = await machine.succeed(`box exec ${from} ping -c 1 -W 5 ${to}`);
    assert.match(output, /1 packets transmitted, 1 packets received/, `${from} pings ${to}`);
  }
  const received = async () =>
    (await machine.succeed('cat /sys/class/net/veth*/statistics/rx_packets'))
      .trim()
      .split('\n')
      .map(Number);
  const before = await received();
  await machine.succeed('box exec one ping -c 5 -i 0.2 two');
  const grown = (await received()).map((count, index) => count - (before[index] ?? 0));
  assert.ok(grown.length === 2 && grown.every((count) => count >= 5), String(grown));
  assert.match(
    await machine.succeed('box exec one ip address show eth0'),
    /link\/ether 02:42:ac:1e:00:02[\s\S]*inet 172\.30\.0\.2\/16/,
  );
  assert.match(
    await machine.succeed('box exec one ip route'),
    /default via 172\.30\.0\.1 dev eth0/,
  );
});

test('a published port is reached on the machine without netfilter', async (context) => {
  const machine = await machineWith(context);
  const output = await machine.succeed(`${UNTIL}
    box run -d --name web -p 8080:80 nginx
    until_true curl -s -o /dev/null http://127.0.0.1:8080/
    curl -sS http://127.0.0.1:8080/
    curl -sS http://172.30.0.1:8080/
    box ps
    nft list ruleset 2>&1 || true`);
  assert.equal(output.match(/nginx is running/g)?.length, 2);
  assert.match(output, /0\.0\.0\.0:8080->80\/tcp/);
  assert.match(output, /Operation not permitted/);
  const explained = await machine.run('box run --rm --explain -p 8081:80 busybox true');
  assert.match(explained, /no netfilter/);
});

test('with netfilter the kernel translates addresses, both ways, and counts', async (context) => {
  const machine = await machineWith(context, 'netfilter');
  const output = await machine.succeed(`${UNTIL}${BEYOND}
    box run -d --name web -p 8080:80 nginx
    box run -d --name client busybox sleep 1000
    until_true curl -sS -o /dev/null http://127.0.0.1:8080/
    echo "from beyond"; ip netns exec beyond curl -sS --max-time 10 http://198.51.100.1:8080/
    echo "from the machine"; curl -sS --max-time 10 http://198.51.100.1:8080/
    box exec client ping -c 1 -W 5 198.51.100.2
    box exec web tail -n 1 /var/log/nginx/access.log || box logs web 2>&1 | tail -n 1
    cat /proc/sys/net/ipv4/ip_forward
    nft list table ip box`);
  assert.equal(output.match(/nginx is running/g)?.length, 2);
  assert.match(output, /1 packets transmitted, 1 packets received/);
  assert.equal(counted(output, 'dnat to 172.30.0.2:80'), 2);
  assert.equal(counted(output, 'masquerade'), 1);
  assert.match(output, /^1$/m);
});

test('a port that is taken is refused in Docker’s words, and nothing stays of the attempt', async (context) => {
  const machine = await machineWith(context);
  await machine.succeed('box run -d --name first -p 8080:80 busybox sleep 1000');
  const { printed, exitCode } = await machine.end(
    'box run --rm --name second -p 8080:80 busybox true',
  );
  const now = await machine.run('box ps -a; ss -ltnp; cat /var/lib/box/network/endpoints/*');
  assert.match(printed, /Bind for 0\.0\.0\.0:8080 failed: port is already allocated/, now);
  assert.equal(exitCode, 125);
  assert.equal((await machine.succeed('ls /var/lib/box/network/endpoints')).trim(), '172.30.0.2');
  const wrong = await machine.end('box run --rm -p eighty busybox true');
  assert.match(wrong.printed, /invalid containerPort: eighty/);
  assert.equal(wrong.exitCode, 125);
});

test('ten containers that are started at once have ten addresses', async (context) => {
  const machine = await machineWith(context);
  const output = await machine.succeed(`for i in $(seq 10); do
      box run -d --name c$i busybox sleep 1000 > /tmp/out$i 2>&1 &
    done; wait
    cat /tmp/out*
    for i in $(seq 10); do box exec c$i hostname -i; done | sort -u | wc -l
    for i in $(seq 10); do box exec c1 ping -c 1 -W 5 c$i; done | grep -c "1 packets received"`);
  assert.match(output, /\n10\n10\n$/, output);
});

test('when containers end, and when they are killed, nothing of their network stays', async (context) => {
  const machine = await machineWith(context, 'netfilter');
  const output = await machine.succeed(`${UNTIL}
    relays() { [ "$(pgrep -fc '^box network-relay')" = "$1" ]; }
    veths() { [ "$(ls -d /sys/class/net/veth* 2> /dev/null | wc -l)" = "$1" ]; }
    box run -d --name kept busybox sleep 1000
    box run -d --name stopped -p 8080:80 busybox sleep 1000
    box run -d --name killed -p 8081:80 busybox sleep 1234
    relays 2 && veths 3
    box stop -t 0 stopped
    # Whoever looks after it is killed first, so that nobody is there to clean up.
    pkill -KILL -f '^box run -d --name killed'
    pkill -KILL -f '^sleep 1234'
    until_true relays 0
    until_true veths 1
    echo next; box run --rm --name next busybox cat /etc/hosts
    nft list table ip box
    box rm -f kept > /dev/null
    until_true veths 0
    box run --rm busybox true
    echo last; cat /var/lib/box/network/hosts; pgrep -fc '^box network-relay' || true`);
  const [, next = '', last = ''] = /next\n([\s\S]*)last\n([\s\S]*)/.exec(output) ?? [];
  assert.match(next, /172\.30\.0\.2 kept/);
  assert.match(next, /172\.30\.0\.\d+ next/);
  assert.doesNotMatch(next, /stopped|killed|dport/);
  assert.equal(
    last,
    '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n172.30.0.1 machine\n0\n',
  );
});
