import assert from 'node:assert/strict';
import test from 'node:test';
import { holdStates, type State } from '../../testing/check-states.ts';
import { Machine } from '../../testing/machine.ts';
import { PATIENCE } from '../../testing/patience.ts';

const QUIET = '>/dev/null 2>&1 </dev/null';

/** On version 1 the hierarchy of a controller, on version 2 the one that there is. */
const inGroups = (controller: string) =>
  `cd /sys/fs/cgroup; if [ -d ${controller} ]; then cd ${controller}; else
    mkdir -p init && for p in $(cat cgroup.procs); do echo $p > init/cgroup.procs; done 2>/dev/null
    echo +${controller} > cgroup.subtree_control; fi`;

const GROUPS: readonly State[] = [
  {
    title: 'by its path and its files',
    script: `${inGroups('pids')}; mkdir mine && echo 20 > mine/pids.max
      setsid sh -c 'echo 0 > mine/cgroup.procs; exec sleep 3001' ${QUIET} & sleep 0.3`,
    yes: [
      { group: { path: '/mine', controller: 'pids' } },
      { group: { path: '/mine', files: [{ name: 'pids.max', is: '20' }] } },
      {
        group: {
          path: '/mine',
          files: [
            { name: 'pids.max', number: { atMost: 20 } },
            { name: 'pids.current', number: { atLeast: 1 } },
            { name: 'pids.events', key: 'max', number: 0 },
          ],
          process: { command: 'sleep', argument: '3001' },
        },
      },
    ],
    no: [
      { group: { path: '/' } },
      { group: { path: '/init' } },
      { group: { path: 'mine' } },
      { group: { path: '/mine', files: [{ name: 'pids.max', is: '2' }] } },
      { group: { path: '/mine', files: [{ name: 'pids.max', number: 21 }] } },
      { group: { path: '/mine', files: [{ name: 'pids.events', key: 'min', number: 0 }] } },
      { group: { path: '/mine', files: [{ name: 'nothing' }] } },
      { group: { path: '/mine', process: { command: 'init' } } },
    ],
  },
  {
    title: 'that has run into its limit',
    script: `${inGroups('pids')}; mkdir tight && echo 1 > tight/pids.max
      sh -c 'echo 0 > tight/cgroup.procs; (true); true' 2>/dev/null; true`,
    yes: [{ group: { files: [{ name: 'pids.events', key: 'max', number: { atLeast: 1 } }] } }],
    no: [
      {
        group: {
          path: '/mine',
          files: [{ name: 'pids.events', key: 'max', number: { atLeast: 1 } }],
        },
      },
    ],
  },
];

test('a control group is found', async (context) => {
  const machine = await Machine.make(context, []);
  await holdStates(context, machine, GROUPS);
  assert.notEqual(await machine.holds({ cgroup: 1 }), await machine.holds({ cgroup: 2 }));
});

const OVERLAY: readonly State[] = [
  {
    title: 'by what it is made of and what was done to it',
    script: `
      cd /tmp && mkdir -p a b/gone up work all && echo 1 > a/one && echo 2 > b/two && touch b/gone/x
      mount -t overlay -o lowerdir=/tmp/a:/tmp/b,upperdir=/tmp/up,workdir=/tmp/work,userxattr glass /tmp/all
      cd all && rm one && echo more >> two && echo new > three && rm -r gone && mkdir gone`,
    yes: [
      { overlay: { of: 'machine', target: '/tmp/all', lowerdirs: 2 } },
      { overlay: { file: { path: 'one', meaning: 'whiteout' } } },
      { overlay: { file: { path: 'two', meaning: 'copied-up' } } },
      { overlay: { file: { path: 'three', meaning: 'added' } } },
      { overlay: { file: { path: 'gone', meaning: 'opaque' } } },
    ],
    no: [
      { overlay: { of: 'other' } },
      { overlay: { target: '/tmp/al' } },
      { overlay: { target: '/tmp/all', lowerdirs: 1 } },
      { overlay: { file: { path: 'one', meaning: 'added' } } },
      { overlay: { file: { path: '/three' } } },
      { overlay: { lowerdirs: { atLeast: 3 } } },
    ],
  },
  {
    title: 'that only another mount namespace has',
    script: `
      cd /tmp && mkdir -p up2 work2 all2
      setsid unshare --mount sh -c 'mount -t overlay \\
        -o lowerdir=/tmp/a,upperdir=/tmp/up2,workdir=/tmp/work2,userxattr glass /tmp/all2
        exec sleep 3002' ${QUIET} & sleep 0.5`,
    yes: [{ overlay: { of: 'other', target: '/tmp/all2' } }],
    no: [{ overlay: { of: 'machine', target: '/tmp/all2' } }],
  },
];

test('an overlay is found', async (context) => {
  await holdStates(context, await Machine.make(context, []), OVERLAY);
});

const FILES: readonly State[] = [
  {
    title: 'as the machine sees it',
    script: `
      cd /tmp && printf '  glass\\n\\n' > a && ln -s a b && mkdir d && mkfifo f && ln -s /etc/passwd out
      setsid nc -lU s ${QUIET} & ln -s nowhere broken; sleep 0.3`,
    yes: [
      { file: { of: 'machine', path: '/tmp/a', is: 'glass', kind: 'file' } },
      { file: { of: 'machine', path: '/tmp/a', contains: 'las' } },
      { file: { of: 'machine', path: '/tmp/b', kind: 'link', is: 'glass' } },
      { file: { of: 'machine', path: '/tmp/broken', kind: 'link' } },
      { file: { of: 'machine', path: '/tmp/d', kind: 'directory' } },
      { file: { of: 'machine', path: '/tmp/f', kind: 'fifo' } },
      { file: { of: 'machine', path: '/tmp/f' } },
    ],
    no: [
      { file: { of: 'machine', path: '/tmp/a', is: 'glas' } },
      { file: { of: 'machine', path: '/tmp/a', kind: 'link' } },
      { file: { of: 'machine', path: '/tmp/b', kind: 'file' } },
      { file: { of: 'machine', path: '/tmp/c' } },
      { file: { of: 'machine', path: '/tmp/d', is: '' } },
      { file: { of: 'machine', path: '/tmp/f', contains: 'x' } },
      { file: { of: 'machine', path: '/tmp/a/b' } },
      { not: { file: { of: 'machine', path: '/dev/null', kind: 'character device' } } },
    ],
  },
  {
    title: 'as a process sees it',
    script: `
      mkdir -p /tmp/root/bin /tmp/root/tmp && cp /bin/busybox /tmp/root/bin/ && echo mine > /tmp/root/tmp/x
      ln -s /../../../../etc/passwd /tmp/root/tmp/up
      setsid unshare --mount chroot /tmp/root /bin/busybox sleep 3003 ${QUIET} & sleep 0.3`,
    yes: [
      { file: { of: { process: { argument: '3003' } }, path: '/tmp/x', is: 'mine' } },
      { file: { of: { process: { argument: '3003' } }, path: '/tmp/up', kind: 'link' } },
    ],
    no: [
      { file: { of: 'machine', path: '/tmp/x' } },
      { file: { of: { process: { argument: '3003' } }, path: '/tmp/up', contains: 'root' } },
      { file: { of: { process: { argument: '3003' } }, path: '/../../etc/passwd' } },
      { file: { of: { process: { command: 'nobody' } }, path: '/tmp/x' } },
    ],
  },
  {
    title: 'never what the kernel or a device would answer',
    script: 'ln -s /proc/1/root/etc/hostname /tmp/magic; ln -s /proc/self/cmdline /tmp/cmdline',
    yes: [{ file: { of: 'machine', path: '/tmp/magic', kind: 'link' } }],
    no: [
      { file: { of: 'machine', path: '/proc/version', contains: 'Linux' } },
      { file: { of: 'machine', path: '/proc/1/root/etc/passwd', contains: 'root' } },
      { file: { of: 'machine', path: '/tmp/magic', contains: 'm' } },
      { file: { of: 'machine', path: '/tmp/cmdline', contains: 'n' } },
      { file: { of: 'machine', path: '/sys/kernel/uevent_seqnum', contains: '1' } },
      { file: { of: 'machine', path: '/dev/zero', contains: '\u0000' } },
      { not: { file: { of: 'machine', path: '/proc/version', kind: 'file' } } },
    ],
  },
];

test('a file is found', async (context) => {
  await holdStates(context, await Machine.make(context, []), FILES);
});

test('a file of many bytes, or whose content a learner guards, keeps nobody waiting', async (context) => {
  const machine = await Machine.make(context, []);
  await machine.run(`
    head -c 100000 /dev/zero | tr '\\0' x > /tmp/large; echo end >> /tmp/large
    perl -e 'use Fcntl; open(F, "+>", "/tmp/leased"); print F "x\\n"; close F;
      open(F, "<", "/tmp/leased"); fcntl(F, 1024, 1) or die; system("touch /tmp/is-leased"); sleep 60' ${QUIET} &
    while [ ! -e /tmp/is-leased ]; do sleep 0.05; done`);
  const began = performance.now();
  assert.ok(await machine.holds({ file: { of: 'machine', path: '/tmp/large', contains: 'xxx' } }));
  assert.ok(
    !(await machine.holds({ file: { of: 'machine', path: '/tmp/large', contains: 'end' } })),
  );
  await machine.holds({ file: { of: 'machine', path: '/tmp/leased', is: 'x' } });
  assert.ok(performance.now() - began < 1500 * PATIENCE, `${performance.now() - began} ms`);
});
