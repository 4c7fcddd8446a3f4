import test from 'node:test';
import { holdStates, type State } from '../../testing/check-states.ts';
import { Machine } from '../../testing/machine.ts';

const QUIET = '>/dev/null 2>&1 </dev/null';

const STATES: readonly State[] = [
  {
    title: 'by its hostname',
    script: `setsid unshare --uts sh -c 'hostname glass; exec sleep 2001' ${QUIET} & sleep 0.3`,
    yes: [
      { namespace: { type: 'uts', of: 'other', hostname: 'glass', processes: 1 } },
      { namespace: { type: 'uts', of: 'other', hostname: { not: 'machine' }, owner: 'machine' } },
    ],
    no: [
      { namespace: { type: 'uts', of: 'machine', hostname: 'glass' } },
      { namespace: { type: 'uts', of: 'machine', hostname: { not: 'machine' } } },
      { namespace: { type: 'uts', of: 'other', hostname: 'machine' } },
      { namespace: { type: 'uts', of: 'other', hostname: 'glass' }, atLeast: 2 },
      { namespace: { type: 'uts', of: 'other', processes: 2 } },
      { namespace: { type: 'uts', of: 'other', owner: 'other' } },
    ],
  },
  {
    title: 'that only a file holds',
    script: `
      touch /tmp/held && unshare --uts=/tmp/held true
      setsid sh -c 'exec 9</proc/self/ns/ipc 3>&-; exec unshare --ipc sleep 2002' ${QUIET} &
      setsid bash -c 'coproc unshare --time sleep 1; sleep 0.2; exec 8</proc/$!/ns/time_for_children
        wait; exec sleep 2003' ${QUIET} & sleep 1.5`,
    yes: [
      { namespace: { type: 'uts', of: 'other', processes: 0 } },
      { namespace: { type: 'time', of: 'other', processes: 0 } },
    ],
    no: [
      { namespace: { type: 'ipc', of: 'other', processes: 0 } },
      { namespace: { type: 'uts', of: 'machine', processes: 0 } },
    ],
  },
  {
    title: 'by its id maps',
    script: `
      setsid setpriv --reuid 1000 --regid 1000 --clear-groups unshare --user --map-root-user \\
        --net sleep 2004 ${QUIET} &
      setsid unshare --user --map-users 0,5000,100 --map-groups 10,6000,50 sleep 2005 ${QUIET} &
      sleep 0.5`,
    yes: [
      {
        namespace: {
          type: 'user',
          of: 'other',
          uidMap: { inside: 0, outside: 1000, count: 1 },
          gidMap: { inside: 0, outside: 1000, count: 1 },
          setgroups: 'deny',
        },
      },
      { namespace: { type: 'net', of: 'other', owner: 'other' } },
    ],
    no: [
      {
        namespace: { type: 'user', of: 'other', uidMap: { inside: 0, outside: 101_000, count: 1 } },
      },
      { namespace: { type: 'user', of: 'other', uidMap: { inside: 0, outside: 1000, count: 2 } } },
      { namespace: { type: 'user', of: 'machine', setgroups: 'deny' } },
    ],
  },
  {
    title: 'by the machine’s own map as it has it',
    script: 'true',
    yes: [],
    no: [
      {
        namespace: {
          type: 'user',
          of: 'machine',
          uidMap: { inside: 0, outside: 100_000, count: 65_536 },
        },
      },
      {
        not: {
          namespace: {
            type: 'user',
            of: 'machine',
            uidMap: { inside: 0, outside: 0, count: 65_536 },
          },
        },
      },
    ],
  },
  {
    title: 'by its clocks',
    script: `setsid unshare --time --boottime 86400 --monotonic 7 --fork sleep 2006 ${QUIET} & sleep 0.5`,
    yes: [
      { namespace: { type: 'time', of: 'other', offsets: { boottime: 86_400, monotonic: 7 } } },
      {
        namespace: {
          type: 'time',
          of: 'other',
          offsets: { monotonic: { atLeast: 1, atMost: 10 } },
        },
      },
    ],
    no: [
      { namespace: { type: 'time', of: 'other', offsets: { boottime: 7 } } },
      { namespace: { type: 'time', of: 'machine', offsets: { boottime: { atLeast: 1 } } } },
    ],
  },
  {
    title: 'by the group that it shows as its root',
    script: `
      cd /sys/fs/cgroup; [ -d pids ] && cd pids; mkdir -p mine/below
      setsid sh -c 'echo 0 > mine/cgroup.procs; exec unshare --cgroup sh -c "
        echo 0 > mine/below/cgroup.procs; exec sleep 2007"' ${QUIET} & sleep 0.5`,
    yes: [{ namespace: { type: 'cgroup', of: 'other', groupRoot: '/mine' } }],
    no: [
      { namespace: { type: 'cgroup', of: 'other', groupRoot: '/mine/below' } },
      { namespace: { type: 'cgroup', of: 'machine', groupRoot: '/mine' } },
    ],
  },
  {
    title: 'by its interfaces',
    script: `
      ip netns add blue && ip netns add red
      ip link add br0 type bridge && ip link set br0 up
      ip link add v0 type veth peer name eth0 netns blue && ip link set v0 master br0 up
      ip -n blue address add 10.0.0.2/24 dev eth0 && ip -n blue link set eth0 up
      ip -n blue link add v1 type veth peer name v2 netns red
      ip -n blue route add default via 10.0.0.1; ip -n blue route add 10.9.0.7 via 10.0.0.1
      ip link add w0 type veth peer name w1
      ip address add 10.0.0.1/24 dev br0; ip netns exec blue ping -c 1 -W 2 10.0.0.1`,
    yes: [
      {
        namespace: {
          type: 'net',
          of: 'other',
          processes: 0,
          interface: {
            name: 'eth0',
            kind: 'veth',
            up: true,
            address: '10.0.0.2/24',
            peer: 'machine',
          },
        },
      },
      {
        namespace: {
          type: 'net',
          of: 'other',
          interface: { name: 'v1', peer: 'other', up: false },
        },
      },
      {
        namespace: {
          type: 'net',
          of: 'machine',
          interface: { name: 'v0', peer: 'other', bridge: 'br0' },
        },
      },
      { namespace: { type: 'net', of: 'machine', interface: { name: 'w0', peer: 'machine' } } },
      {
        namespace: {
          type: 'net',
          of: 'other',
          interface: {
            address: '10.0.0.2',
            receivedPackets: { atLeast: 1 },
            sentPackets: { atLeast: 1 },
          },
        },
      },
      { namespace: { type: 'net', of: 'other', route: { to: 'default', via: '10.0.0.1' } } },
      { namespace: { type: 'net', of: 'other', route: { to: '10.0.0.0/24' } } },
      { namespace: { type: 'net', of: 'other', route: { to: '10.9.0.7' } } },
      { namespace: { type: 'net', of: 'other', interface: { name: 'v2' }, lacks: { route: {} } } },
      { namespace: { type: 'net', of: 'other' }, atLeast: 2 },
    ],
    no: [
      { namespace: { type: 'net', of: 'machine', interface: { name: 'eth0' } } },
      { namespace: { type: 'net', of: 'other', interface: { name: 'eth0', peer: 'other' } } },
      {
        namespace: {
          type: 'net',
          of: 'other',
          interface: { name: 'eth0', address: '10.0.0.2/16' },
        },
      },
      { namespace: { type: 'net', of: 'other', interface: { name: 'v1', address: '10.0.0.2' } } },
      { namespace: { type: 'net', of: 'machine', interface: { name: 'w0', bridge: 'br0' } } },
      { namespace: { type: 'net', of: 'machine', interface: { name: 'br0', kind: 'veth' } } },
      { namespace: { type: 'net', of: 'machine', interface: { name: 'br0', peer: 'machine' } } },
      {
        namespace: {
          type: 'net',
          of: 'other',
          interface: { name: 'v1', sentPackets: { atLeast: 1 } },
        },
      },
      { namespace: { type: 'net', of: 'machine', route: { to: 'default' } } },
      { namespace: { type: 'net', of: 'other', route: { to: 'default', via: '10.0.0.9' } } },
      {
        namespace: {
          type: 'net',
          of: 'other',
          interface: { name: 'eth0' },
          lacks: { interface: { kind: 'veth' } },
        },
      },
    ],
  },
  {
    title: 'by who listens in it',
    script: `
      ip -n blue link set lo up
      setsid ip netns exec blue busybox nc -ll -p 8123 -e cat ${QUIET} &
      setsid busybox nc -ll -p 8124 -e cat ${QUIET} & sleep 0.5; exec 7<>/dev/tcp/127.0.0.1/8124; sleep 0.2`,
    yes: [
      { namespace: { type: 'net', of: 'other', listens: 8123 } },
      { namespace: { type: 'net', of: 'machine', listens: 8124, lacks: { listens: 8123 } } },
    ],
    no: [
      { namespace: { type: 'net', of: 'machine', listens: 8123 } },
      { namespace: { type: 'net', of: 'other', listens: 8124 } },
      { namespace: { type: 'net', of: 'machine', lacks: { listens: 8124 } } },
    ],
  },
  {
    title: 'by its mounts',
    script: `
      setsid unshare --mount --propagation private sh -c 'mount -t tmpfs -o ro glass /mnt
        exec sleep 2008' ${QUIET} &
      mkdir -p /tmp/s /tmp/u && mount -t tmpfs share /tmp/s && mount --make-shared /tmp/s
      mount -t tmpfs none /tmp/u && mount --make-unbindable /tmp/u
      setsid unshare --mount --propagation slave sleep 2009 ${QUIET} & sleep 0.5`,
    yes: [
      {
        namespace: {
          type: 'mnt',
          of: 'other',
          mount: {
            target: '/mnt',
            type: 'tmpfs',
            source: 'glass',
            propagation: 'private',
            readOnly: true,
          },
        },
      },
      {
        namespace: {
          type: 'mnt',
          of: 'machine',
          mount: { target: '/tmp/s', propagation: 'shared', readOnly: false },
        },
      },
      {
        namespace: { type: 'mnt', of: 'other', mount: { target: '/tmp/s', propagation: 'slave' } },
      },
      {
        namespace: {
          type: 'mnt',
          of: 'machine',
          mount: { target: '/tmp/u', propagation: 'unbindable' },
        },
      },
    ],
    no: [
      { namespace: { type: 'mnt', of: 'machine', mount: { target: '/mnt' } } },
      { namespace: { type: 'mnt', of: 'other', mount: { target: '/mnt', readOnly: false } } },
      { namespace: { type: 'mnt', of: 'other', mount: { target: '/mnt', propagation: 'shared' } } },
      { namespace: { type: 'mnt', of: 'other', mount: { target: '/mnt', source: 'tmpfs' } } },
      { namespace: { type: 'mnt', of: 'machine', lacks: { mount: { target: '/tmp/s' } } } },
    ],
  },
  {
    title: 'by its queues',
    script: `
      setsid unshare --ipc sh -c 'ipcmk --queue; ipcmk --semaphore 3; ipcmk --shmem 4096
        mount -t mqueue none /dev/mqueue; touch /dev/mqueue/glass; exec sleep 2010' ${QUIET} & sleep 0.5`,
    yes: [
      {
        namespace: {
          type: 'ipc',
          of: 'other',
          queue: { kind: 'messages', count: 0, bytes: 0 },
          lacks: { queue: { kind: 'messages', count: { atLeast: 1 } } },
        },
      },
      { namespace: { type: 'ipc', of: 'other', queue: { kind: 'semaphores', count: 3 } } },
      { namespace: { type: 'ipc', of: 'other', queue: { kind: 'memory', bytes: 4096, count: 0 } } },
      { namespace: { type: 'ipc', of: 'other', queue: { kind: 'posix', name: 'glass' } } },
    ],
    no: [
      { namespace: { type: 'ipc', of: 'machine', queue: { kind: 'messages' } } },
      { namespace: { type: 'ipc', of: 'other', queue: { kind: 'semaphores', count: 2 } } },
      { namespace: { type: 'ipc', of: 'other', queue: { kind: 'posix', name: 'other' } } },
      { namespace: { type: 'ipc', of: 'machine', queue: { kind: 'posix', name: 'glass' } } },
      {
        not: { namespace: { type: 'ipc', of: 'machine', lacks: { queue: { kind: 'messages' } } } },
      },
    ],
  },
];

test('a namespace is found', async (context) => {
  await holdStates(context, await Machine.make(context, []), STATES);
});
