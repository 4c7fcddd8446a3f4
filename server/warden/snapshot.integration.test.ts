import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Machine } from '../testing/machine.ts';
import { within } from '../testing/within.ts';
import type { SnapshotSection } from './snapshot.ts';
import { askMachine } from './snapshot-states/ask.ts';
import { compareSnapshot } from './snapshot-states/compare.ts';
import { STATES } from './snapshot-states/states.ts';

/** A state takes its time: a program forks, a namespace is cleaned up. It is compared until it has come. */
async function settled(compare: () => Promise<void>): Promise<void> {
  for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
    try {
      return await compare();
    } catch {
      await setTimeout(attempt * 200);
    }
  }
  await compare();
}

const ATTEMPTS = 5;

test('a snapshot says what the tools and files of the machine say, state after state', async (context) => {
  const machine = await Machine.make(context, []);
  for (const { title, script } of STATES) {
    await context.test(title, async () => {
      await machine.run(script);
      await settled(async () => {
        const snapshot = await machine.snapshot(['network', 'queues', 'mounts', 'groups', 'held']);
        compareSnapshot(snapshot, await askMachine((asked) => machine.run(asked)));
      });
    });
  }
});

test('a snapshot tells what happened to each file of an upperdir', async (context) => {
  const machine = await Machine.make(context, []);
  await machine.run(`
    cd /tmp && mkdir -p low/deep low/gone up work all && echo 1 > low/a && echo 2 > low/b && echo 3 > low/deep/c
    mount -t overlay -o lowerdir=/tmp/low,upperdir=/tmp/up,workdir=/tmp/work,userxattr glass /tmp/all
    echo new > all/n; echo more >> all/a; rm all/b; echo 4 > all/deep/d; ln -s /etc/passwd all/link
    rmdir all/gone && mkdir all/gone`);
  const { overlays = [], cut } = await machine.snapshot(['overlays']);
  assert.deepEqual(cut, []);
  const [overlay, ...others] = overlays;
  assert.deepEqual(others, []);
  assert.equal(overlay?.target, '/tmp/all');
  assert.deepEqual(overlay?.lowerdirs, ['/tmp/low']);
  assert.deepEqual([overlay?.upperdir, overlay?.workdir], ['/tmp/up', '/tmp/work']);
  const meanings = overlay?.files.map(({ path, kind, meaning }) => `${path} ${kind} ${meaning}`);
  assert.deepEqual(meanings?.sort(), [
    'a file copied-up',
    'b character device whiteout',
    'deep directory merged',
    'deep/d file added',
    'gone directory opaque',
    'link link added',
    'n file added',
  ]);
});

test('an overlay of a container is found though its root is another', async (context) => {
  const machine = await Machine.make(context, []);
  const said = await machine.run(`
    mkdir -p /tmp/low/bin /tmp/up /tmp/work /tmp/root && cd /tmp && cp /bin/busybox low/bin
    setsid unshare --mount sh -c '
      mount -t overlay -o lowerdir=/tmp/low,upperdir=/tmp/up,workdir=/tmp/work,userxattr glass /tmp/root &&
      cd /tmp/root && echo hi > hello && mkdir -p old && pivot_root . old &&
      /bin/busybox umount -l /old && exec /bin/busybox sleep 1000' </dev/null >/tmp/said 2>&1 & sleep 1; cat /tmp/said`);
  const { overlays = [] } = await machine.snapshot(['overlays']);
  const [overlay] = overlays;
  assert.equal(overlay?.target, '/', said);
  assert.equal(overlay?.reachable, true);
  assert.ok(overlay?.files.some(({ path, meaning }) => path === 'hello' && meaning === 'added'));
});

const ALL_SECTIONS = [
  'network',
  'queues',
  'mounts',
  'groups',
  'overlays',
  'held',
  'ports',
] as const satisfies readonly SnapshotSection[];

/** What a learner could make to keep the warden busy, or to have it read what is not theirs. */
const HOSTILE = [
  {
    what: 'four hundred processes',
    script: 'for n in $(seq 400); do setsid sleep 1000 & done; sleep 1',
    cut: [],
  },
  {
    what: 'four hundred mounts',
    script: 'mkdir /tmp/m; for n in $(seq 400); do mount --bind /tmp/m /tmp/m; done',
    cut: ['mounts'],
  },
  {
    what: 'a thousand groups',
    script: `cd /sys/fs/cgroup/pids 2>/dev/null || cd /sys/fs/cgroup; mkdir g{1..900}`,
    cut: ['groups'],
  },
  {
    what: 'a thousand files in an upperdir, deep and far',
    script: `cd /tmp && mkdir -p low up work all up/$(printf 'd/%.0s' $(seq 100)) && touch up/f{1..1000}
      mount -t overlay -o lowerdir=/tmp/low,upperdir=/tmp/up,workdir=/tmp/work,userxattr glass /tmp/all`,
    cut: ['files'],
  },
  {
    what: 'an upperdir whose path has become a link out of the machine',
    script: `cd /tmp && mkdir -p low up work all &&
      mount -t overlay -o lowerdir=/tmp/low,upperdir=/tmp/up,workdir=/tmp/work,userxattr glass /tmp/all
      mv up gone && ln -s ../../../../proc/1/root/etc up`,
    cut: [],
  },
  {
    what: 'two hundred interfaces',
    script: 'for n in $(seq 100); do ip link add v$n type veth peer name w$n; done',
    cut: ['links'],
  },
] as const;

for (const { what, script, cut } of HOSTILE) {
  test(`a snapshot stays small and quick with ${what}`, async (context) => {
    const machine = await Machine.make(context, []);
    await machine.run(script);
    const snapshot = await machine.snapshot(ALL_SECTIONS);
    for (const part of cut) assert.ok(snapshot.cut.includes(part), `${snapshot.cut}`);
    assert.ok(JSON.stringify(snapshot).length < 600_000);
    const hostFiles = snapshot.overlays?.flatMap(({ files }) => files) ?? [];
    assert.ok(
      hostFiles.every(({ path }) => path !== 'passwd'),
      'nothing of the host is read',
    );
  });
}

test('a snapshot stays in the machine and is quick while its paths are swapped under it', async (context) => {
  const machine = await Machine.make(context, []);
  await machine.succeed(`cd /tmp && mkdir -p low up/sub work all && touch up/own up/sub/own
    mount -t overlay -o lowerdir=/tmp/low,upperdir=/tmp/up,workdir=/tmp/work,userxattr glass all
    cat > swap <<'END'
    while :; do
      mv up kept; ln -s ../../../../proc/1/root/etc up; rm up; ln -s /proc/self/fd up; rm up
      mkfifo up; rm up; mv kept up
      mv up/sub kept; ln -s /proc/1/root/etc up/sub; rm up/sub; mkfifo up/sub; rm up/sub; mv kept up/sub
    done
END
    setsid bash swap > /dev/null 2>&1 < /dev/null &`);
  let own = 0;
  for (let turn = 0; turn < 200; turn += 1) {
    const { overlays = [] } = await within(10, 'a snapshot', machine.snapshot(['overlays']));
    const paths = overlays.flatMap(({ files }) => files.map(({ path }) => path));
    own += paths.filter((path) => path === 'own').length;
    assert.deepEqual(
      paths.filter((path) => !/^(sub|(sub\/)?own)$/.test(path)),
      [],
      'nothing else is read',
    );
  }
  assert.ok(own > 0, 'the upperdir was seen between two swaps');
});
