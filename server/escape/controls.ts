import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { changes } from './host-state.ts';
import { NEIGHBOUR } from './ways-others.ts';
import type { World } from './world.ts';

/** Proves that a detector would have seen it. */
type Control = {
  readonly name: string;
  readonly detects: (world: World) => Promise<boolean>;
};

/** The attack where nothing confines it, and nothing is harmed: it must say that the way is open. */
const onHost = (name: string, ...args: string[]): Control => ({
  name: `on the host itself, the attack "${name}" succeeds`,
  detects: async (world) => {
    const words = args.map((word) => (word === 'MARKER' ? world.marker : word));
    const { sayings } = await world.onHost([name, ...words]).ended;
    return sayings.some(({ verdict }) => verdict === 'open');
  },
});

/** Harmless successes on the host, and witnesses that hear what they should. */
export const CONTROLS: readonly Control[] = [
  onHost('roots', 'MARKER'),
  onHost('descriptors', 'MARKER'),
  onHost('bpf'),
  onHost('perf'),
  onHost('keyrings'),
  onHost('io_uring'),
  onHost('userfaultfd'),
  onHost('syslog'),
  onHost('personality'),
  onHost('climb-namespaces'),
  onHost('capabilities'),
  onHost('priority'),
  onHost('visible', String(process.pid)),
  {
    name: 'a word that is in an environment is found',
    detects: async (world) => {
      const { sayings } = await world.onHost(['words', world.canary]).ended;
      return sayings.some(({ verdict }) => verdict === 'open');
    },
  },
  {
    name: 'a process that may be traced is',
    detects: async (world) => {
      const target = spawn('sleep', ['60'], { stdio: 'ignore' });
      const { sayings } = await world.onHost(['traces', String(target.pid)]).ended;
      target.kill('SIGKILL');
      return sayings.some(({ verdict }) => verdict === 'open');
    },
  },
  {
    name: 'a limit that was changed is seen',
    detects: async () =>
      changes(new Map([['pids.max', '512']]), new Map([['pids.max', 'max']])).length === 1,
  },
  {
    name: 'a signal is heard by the witness in a sandbox',
    detects: async (world) => {
      const witness = world.start(world.neighbour.state, ['witness-signals']);
      await witness.line(/^ready/);
      const sender = world.startCommand(world.neighbour.state, [
        '/bin/bash',
        '-c',
        'pkill -USR1 -x attack',
      ]);
      await sender.ended;
      const count = await witness.count();
      await witness.stop();
      return count > 0;
    },
  },
  {
    name: 'frames and uevents are heard by the witness on the host',
    detects: async (world) => {
      const witness = world.onHost(['witness-frames']);
      await witness.line(/^ready/);
      await world.onHost(['send-frames']).ended;
      const count = await witness.count();
      await witness.stop();
      return count >= 2;
    },
  },
  {
    name: "the neighbour's own shared memory, queue, files and sockets are open to itself",
    detects: async (world) => {
      const { key, name, port } = NEIGHBOUR;
      const { state } = world.neighbour;
      const witness = world.start(state, ['witness-neighbour', key, name, port]);
      await witness.line(/^ready/);
      const attacks = [
        ['ipc', key, name],
        ['abstract', name],
        ['connect', port, '127.0.0.1', '::1'],
      ];
      const results = await Promise.all(attacks.map((args) => world.start(state, args).ended));
      const count = await witness.count();
      await witness.stop();
      const opened = results.map(
        ({ sayings }) => sayings.filter(({ verdict }) => verdict === 'open').length,
      );
      return opened.join() === '4,1,2' && count === 3;
    },
  },
  {
    name: 'web answers to who may reach it',
    detects: (world) =>
      new Promise((resolve) => {
        const { hostname, port } = new URL(world.address);
        const socket = connect(Number(port), hostname, () => {
          socket.destroy();
          resolve(true);
        });
        socket.once('error', () => resolve(false));
      }),
  },
];
