import assert from 'node:assert/strict';
import test from 'node:test';
import { machineWithImages } from '../testing/box-images.ts';

const TYPES = ['mnt', 'pid', 'net', 'uts', 'ipc', 'cgroup'] as const;

/** Prints the namespaces of a container that it shares with the machine. */
const SHARED = `shared() {
  box run --rm "$@" busybox sh -c 'for n in ${TYPES.join(' ')}; do readlink /proc/self/ns/$n; done' > /tmp/inside
  for n in ${TYPES.join(' ')}; do readlink /proc/self/ns/$n | grep -qxFf - /tmp/inside && echo $n; done
  true
}`;

test('--without leaves out the namespaces it names, and no other', async (context) => {
  const machine = await machineWithImages(context);
  assert.equal(await machine.succeed(`${SHARED}; shared`), '', 'none is shared without it');
  for (const type of TYPES) {
    assert.equal(await machine.succeed(`${SHARED}; shared --without ${type}`), `${type}\n`);
  }
  assert.equal(
    await machine.succeed(`${SHARED}; shared --without ${TYPES.join(',')}`),
    TYPES.map((type) => `${type}\n`).join(''),
  );
  const { exitCode, printed } = await machine.end('box run --without nothing busybox true');
  assert.equal(exitCode, 125);
  assert.match(printed, /invalid argument "nothing" for "--without" flag/);
});

test('without a namespace a container does what the namespace was there to prevent', async (context) => {
  const machine = await machineWithImages(context);
  const printed = await machine.succeed(`
    sleep 5000 & other=$!
    box run --rm --without pid busybox kill $other; wait $other || true
    box run --rm --without uts --cap-add SYS_ADMIN busybox hostname changed; hostname; hostname machine
    ipcmk -Q >/dev/null; box run --rm busybox sed 1d /proc/sysvipc/msg | wc -l; box run --rm --without ipc busybox sed 1d /proc/sysvipc/msg | wc -l
    box run --rm --without net busybox ip -o link show lo | wc -l
    box run --rm --without mnt --cap-add SYS_ADMIN busybox mount -t tmpfs none /tmp; grep -c containers /proc/mounts || true
    box run --rm --without cgroup busybox grep -c /box/ /proc/self/cgroup | grep -v '^0$' >/dev/null && echo path`);
  assert.match(printed, /^changed\n0\n1\n1\n0\npath\n$/);
});

test('a container without a pid namespace ends whole, and without a mount namespace leaves no mount', async (context) => {
  const machine = await machineWithImages(context);
  const printed = await machine.succeed(`
    box run -d --name loose --without pid,mnt busybox sh -c 'sleep 7000 & sleep 7000' >/dev/null
    both() { [ $(pgrep -cf '^sleep 7000') = 2 ]; }
    for _ in $(seq 300); do both && break; sleep 0.1; done; pgrep -cf '^sleep 7000'; box exec loose sh -c 'ls /proc/self/root/bin/busybox'
    box stop -t 1 loose; pgrep -cf '^sleep 7000' || true
    box rm loose; grep -c containers /proc/mounts || true; ls / | grep -c etc`);
  assert.equal(printed, '2\n/proc/self/root/bin/busybox\nloose\n0\nloose\n0\n1\n');
});

test('with --userns the root of a container is an ordinary user of the machine', async (context) => {
  const machine = await machineWithImages(context);
  const printed = await machine.succeed(`
    box run -d --userns --name other busybox sleep 8000 >/dev/null
    ps -o uid= -p $(box inspect -f '{{.State.Pid}}' other) | tr -d ' '
    box exec other id -u; box exec other sh -c 'echo line >> /etc/passwd && tail -1 /etc/passwd'
    box exec other sh -c 'ls -ln /bin/busybox' | awk '{print $3}'
    stat -c %u /var/lib/box/containers/*/upper/etc/passwd
    [ $(readlink /proc/$(box inspect -f '{{.State.Pid}}' other)/ns/user) != $(readlink /proc/self/ns/user) ] && echo own
    box run --rm --userns=host busybox cat /proc/self/uid_map | awk '{print $3}'
    box rm -f other`);
  assert.equal(printed, '30000\n0\nline\n0\n30000\nown\n65536\nother\n');
});
