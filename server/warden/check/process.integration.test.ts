import test from 'node:test';
import { holdStates, type State } from '../../testing/check-states.ts';
import { Machine } from '../../testing/machine.ts';

const STATES: readonly State[] = [
  {
    title: 'by its command, its arguments and its number',
    script: 'setsid unshare --pid --fork sleep 1001 >/dev/null 2>&1 </dev/null & sleep 0.2',
    yes: [
      { process: { command: 'sleep', argument: '1001', pid: 1, namespaces: { pid: 'other' } } },
      { process: { command: 'unshare', namespaces: { pid: 'machine', uts: 'machine' } } },
      { process: { command: 'sleep', numbers: 2 } },
      { process: { command: 'unshare', numbers: { atMost: 1 } } },
    ],
    no: [
      { process: { command: 'sleep', numbers: 1 } },
      { process: { numbers: { atLeast: 3 } } },
      { process: { command: 'sleep', argument: '1002' } },
      { process: { command: 'slee' } },
      { process: { command: 'sleep', pid: 2 } },
      { process: { command: 'sleep' }, atLeast: 2 },
      { process: { command: 'sleep', namespaces: { pid: 'other', mnt: 'other' } } },
    ],
  },
  {
    title: 'by its state',
    script: `
      setsid sh -c 'sleep 0.1 & exec tail -f /dev/null' >/dev/null 2>&1 </dev/null &
      setsid nice sleep 1003 >/dev/null 2>&1 </dev/null & sleep 0.3; kill -STOP $!`,
    yes: [
      { process: { state: 'zombie' } },
      { process: { command: 'sleep', argument: '1003', state: 'stopped' } },
      { process: { command: 'tail', state: 'running' } },
    ],
    no: [
      { process: { command: 'tail', state: 'zombie' } },
      { process: { command: 'tail', state: 'stopped' } },
      { process: { argument: '1003', state: 'running' } },
    ],
  },
  {
    title: 'by its user, inside and on the machine',
    script: `
      setsid setpriv --reuid 1000 --regid 1000 --clear-groups \\
        unshare --user --map-root-user sleep 1004 >/dev/null 2>&1 </dev/null &
      setsid unshare --user sleep 1005 >/dev/null 2>&1 </dev/null & sleep 0.3`,
    yes: [
      { process: { argument: '1004', uid: { own: 0, machine: 1000 } } },
      { process: { argument: '1005', uid: { own: 65_534, machine: 0 } } },
      { process: { namespaces: { user: 'other' }, uid: { machine: 1000 } } },
    ],
    no: [
      { process: { argument: '1004', uid: { own: 1000 } } },
      { process: { argument: '1004', uid: { machine: 0 } } },
      { process: { argument: '1004', uid: { machine: 101_000 } } },
      { process: { command: 'init', uid: { own: 65_534 } } },
    ],
  },
  {
    title: 'by its capabilities',
    script: `
      setsid capsh --drop=cap_net_raw -- -c 'exec sleep 1006' >/dev/null 2>&1 </dev/null &
      setsid setpriv --inh-caps +chown --ambient-caps +chown --reuid 1000 --clear-groups \\
        sleep 1007 >/dev/null 2>&1 </dev/null & sleep 0.3`,
    yes: [
      {
        process: {
          argument: '1006',
          capabilities: {
            bounding: { has: ['CAP_CHOWN'], lacks: ['CAP_NET_RAW'] },
            effective: { has: ['CAP_KILL'], lacks: ['CAP_NET_RAW'] },
          },
        },
      },
      {
        process: {
          argument: '1007',
          capabilities: {
            ambient: { has: ['CAP_CHOWN'], lacks: ['CAP_KILL'] },
            inheritable: { has: ['CAP_CHOWN'] },
            permitted: { has: ['CAP_CHOWN'], lacks: ['CAP_KILL'] },
            effective: { has: ['CAP_CHOWN'], lacks: ['CAP_KILL'] },
          },
        },
      },
    ],
    no: [
      { process: { argument: '1006', capabilities: { permitted: { has: ['CAP_NET_RAW'] } } } },
      { process: { argument: '1006', capabilities: { ambient: { has: ['CAP_CHOWN'] } } } },
      { process: { argument: '1006', capabilities: { effective: { lacks: ['CAP_CHOWN'] } } } },
      { process: { argument: '1006', capabilities: { effective: { has: ['CAP_NOTHING'] } } } },
      { process: { argument: '1006', capabilities: { effective: { lacks: ['CAP_NOTHING'] } } } },
    ],
  },
  {
    title: 'by what confines it',
    script: `
      setsid setpriv --no-new-privs sleep 1008 >/dev/null 2>&1 </dev/null &
      setsid choom -n 500 -- sleep 1009 >/dev/null 2>&1 </dev/null & sleep 0.3`,
    yes: [
      { process: { argument: '1008', noNewPrivileges: true, seccomp: 'filter' } },
      { process: { argument: '1009', oomScoreAdjust: 500, noNewPrivileges: false } },
      { process: { argument: '1009', oomScoreAdjust: { atLeast: 1, atMost: 500 } } },
    ],
    no: [
      { process: { argument: '1008', seccomp: 'none' } },
      { process: { argument: '1008', seccomp: 'strict' } },
      { process: { argument: '1009', oomScoreAdjust: { atLeast: 501 } } },
      { process: { argument: '1009', oomScoreAdjust: { atMost: 499 } } },
      { process: { argument: '1008', oomScoreAdjust: 500 } },
    ],
  },
  {
    title: 'by its root directory',
    script: `
      mkdir -p /tmp/root/bin && cp /bin/busybox /tmp/root/bin/
      setsid chroot /tmp/root /bin/busybox sleep 1010 >/dev/null 2>&1 </dev/null & sleep 0.3`,
    yes: [{ process: { argument: '1010', chrooted: true } }],
    no: [
      { process: { argument: '1010', chrooted: false } },
      { process: { command: 'init', chrooted: true } },
    ],
  },
  {
    title: 'by its control group, of any hierarchy',
    script: `
      cd /sys/fs/cgroup; [ -d pids ] && cd pids; mkdir -p mine/below
      setsid sh -c 'echo 0 > mine/below/cgroup.procs; exec sleep 1011' >/dev/null 2>&1 </dev/null &
      sleep 0.3`,
    yes: [{ process: { argument: '1011', group: '/mine/below' } }],
    no: [
      { process: { argument: '1011', group: '/mine' } },
      { process: { argument: '1011', group: 'mine/below' } },
      { process: { command: 'init', group: '/mine/below' } },
    ],
  },
  {
    title: 'beside another one',
    script: `
      setsid unshare --net --uts sh -c 'sleep 1012 & exec unshare --uts sleep 1013' \\
        >/dev/null 2>&1 </dev/null & sleep 0.3`,
    yes: [
      {
        process: { argument: '1012' },
        beside: { process: { argument: '1013' }, shares: ['net', 'mnt'], differs: ['uts'] },
      },
    ],
    no: [
      { process: { argument: '1012' }, beside: { process: { argument: '1013' }, shares: ['uts'] } },
      {
        process: { argument: '1012' },
        beside: { process: { argument: '1013' }, differs: ['net'] },
      },
      { process: { argument: '1012' }, beside: { process: { argument: '1012' } } },
      { process: { argument: '1012' }, beside: { process: { command: 'init' }, shares: ['net'] } },
    ],
  },
];

test('a process is found', async (context) => {
  await holdStates(context, await Machine.make(context, []), STATES);
});
