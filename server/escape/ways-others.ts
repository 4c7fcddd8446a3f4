import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { WEBSOCKET_PATH } from '../protocol/browser.ts';
import { encodeFrame } from '../protocol/frame.ts';
import { changes, sharedFiles, strays } from './host-state.ts';
import type { Program } from './program.ts';
import type { Complaints, Way } from './way.ts';
import type { World } from './world.ts';

/** Names that the neighbour shares with everybody who can reach it. */
export const NEIGHBOUR = { key: '7341', name: '/glassbox-escape', port: '7341' } as const;

/** How often the host enters the sandbox while it is being watched. */
const ENTRIES = 60;

/** A witness in the neighbour's sandbox or on the host: what it counted is what came through. */
async function witnessed(witness: Program, what: string) {
  await witness.line(/^ready/);
  return async (): Promise<Complaints> => {
    const count = await witness.count();
    await witness.stop();
    return count === 0 ? [] : [`${count} ${what}`];
  };
}

/** Addresses of the host, and those that mean "here" or "next door" for whoever uses them. */
export function addresses(): string[] {
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const numbers = own.map(({ address }) => address);
  return [...new Set(['127.0.0.1', '::1', '0.0.0.0', '::ffff:127.0.0.1', '10.0.2.2', ...numbers])];
}

/** The neighbour listens, and so does the host: nobody may come to either. */
async function listening(world: World, hostListens: (server: Server) => Server) {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await once(hostListens(server), 'listening');
  const { key, name, port } = NEIGHBOUR;
  const next = await witnessed(
    world.start(world.neighbour.state, ['witness-neighbour', key, name, port]),
    'connections came to the neighbour',
  );
  return async (): Promise<Complaints> => {
    server.close();
    const complaints = await next();
    return connections === 0 ? complaints : [...complaints, `${connections} came to the host`];
  };
}

/** Enters again and again, as terminals do, until the attack is over. */
async function entering(world: World, terminal: number): Promise<() => Promise<Complaints>> {
  const before = sharedFiles(world);
  let stopped = false;
  const problems: string[] = [];
  const loop = (async () => {
    for (let turn = 0; turn < ENTRIES && !stopped; turn += 1) {
      const program = world.start(
        world.attacker.state,
        ['descriptors', world.marker],
        undefined,
        terminal,
      );
      const { sayings, output } = await program.ended;
      const open = sayings.find(({ verdict }) => verdict === 'open');
      if (open !== undefined) problems.push(open.text);
      else if (/unreachable/.test(output)) problems.push(output);
    }
  })();
  return async () => {
    stopped = true;
    await loop;
    return [
      ...problems,
      ...changes(before, sharedFiles(world)),
      ...strays(world, world.attacker.state),
    ];
  };
}

/** Names that command the terminal of whoever reads them: a title, a cleared screen, text from right to left. */
const COMMANDING = '\u001b]0;pwned\u0007\u001b[2J\u202e';

/** What the lab may not have in its log: all that is no text, and what turns the direction of text around. */
const COMMANDS = /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u;

/** A learner puts such names wherever there are names, and looks at the machine through its page meanwhile. */
async function commandLog(world: World): Promise<() => Complaints> {
  const { page, state } = world.attacker;
  const program = world.startCommand(state, [
    '/bin/bash',
    '-c',
    `name=$1; echo named; for root in /sys/fs/cgroup /sys/fs/cgroup/pids; do mkdir "$root/$name"; done
      touch "/tmp/$name"; hostname "$name"; (exec -a "$name" sleep 2)
      for root in /sys/fs/cgroup /sys/fs/cgroup/pids; do rmdir "$root/$name"; done; hostname machine`,
    '-',
    COMMANDING,
  ]);
  await program.line(/^named/);
  page.forget();
  page.say({ type: 'watch-xray', on: true });
  await page.hear('xray');
  await wait(500);
  page.say({ type: 'watch-xray', on: false });
  const url = new URL(encodeURIComponent(COMMANDING), world.address);
  await fetch(url, { headers: { 'user-agent': encodeURIComponent(COMMANDING) } });
  await program.ended;
  return () => {
    const told = COMMANDS.exec(world.lab.printed);
    return told === null ? [] : [`the log has ${JSON.stringify(told[0])}`];
  };
}

const hostPids = (world: World) => [
  String(world.neighbour.state.hostPid),
  String(world.lab.pid),
  String(world.lab.webPid()),
];

/** What only the server knows: none of it may be seen inside. */
const secrets = (world: World) => [
  world.canary,
  world.labName,
  world.lab.data,
  world.neighbour.state.id,
  'GLASSBOX_CANARY',
];

/** Other sandboxes, the server's processes, the network, terminals, and the moment of entering. */
export const OTHER_WAYS: readonly Way[] = [
  {
    name: 'signals to others',
    reference: 'kill(2), pid_namespaces(7)',
    tried: 'signals the neighbour, the warden and web by their pids on the host, and everybody',
    attack: (world) => ['signals', ...hostPids(world)],
    container: true,
    watch: (world) =>
      witnessed(world.start(world.neighbour.state, ['witness-signals']), 'signals came'),
  },
  {
    name: 'tracing others',
    reference: 'ptrace(2), process_vm_readv(2), kcmp(2)',
    tried: 'traces, reads, compares, limits processes of others',
    attack: (world) => ['traces', ...hostPids(world)],
    container: true,
  },
  {
    name: 'processes of others',
    reference: 'pid_namespaces(7)',
    tried: 'looks for the neighbour, the warden and web in /proc',
    attack: (world) => ['visible', ...hostPids(world)],
    container: true,
  },
  {
    name: 'IPC and files of others',
    reference: 'ipc_namespaces(7)',
    tried: "opens the neighbour's shared memory, queue and files by their names",
    attack: () => ['ipc', NEIGHBOUR.key, NEIGHBOUR.name],
    container: true,
    watch: async (world) => {
      const { key, name, port } = NEIGHBOUR;
      const witness = world.start(world.neighbour.state, ['witness-neighbour', key, name, port]);
      return witnessed(witness, 'connections came');
    },
  },
  {
    name: 'abstract sockets',
    reference: 'unix(7); CVE-2020-15257',
    tried: "connects to the neighbour's and the host's by name",
    attack: () => ['abstract', NEIGHBOUR.name, 'glassbox-escape-host'],
    container: true,
    watch: (world) => listening(world, (server) => server.listen('\0glassbox-escape-host')),
  },
  {
    name: 'web, warden and neighbour by TCP and UDP',
    reference: 'network_namespaces(7)',
    tried: 'connects to every address of the host, and to those that mean "here"',
    attack: (world) => ['connect', new URL(world.address).port, ...addresses()],
    container: true,
  },
  {
    name: "the host's ports",
    reference: 'network_namespaces(7)',
    tried: 'the same with a port on which host and neighbour listen at all addresses',
    attack: () => ['connect', NEIGHBOUR.port, ...addresses()],
    container: true,
    watch: (world) => listening(world, (server) => server.listen(Number(NEIGHBOUR.port), '::')),
  },
  {
    name: 'other families of sockets',
    reference: 'vsock(7), socket(2); CVE-2017-6074',
    tried: 'opens vsock, the crypto API, Bluetooth, … in four types each',
    attack: () => ['families'],
    container: true,
  },
  {
    name: 'raw packets',
    reference: 'packet(7)',
    tried: 'sends frames to everybody out of every interface',
    attack: () => ['frames'],
    container: true,
    watch: (world) => witnessed(world.onHost(['witness-frames']), 'frames came to the host'),
  },
  {
    name: 'forged uevents',
    reference: 'netlink(7), udev(7)',
    tried: "tells the host's udev of a device",
    attack: () => ['uevents'],
    container: true,
    watch: (world) => witnessed(world.onHost(['witness-frames']), 'uevents came to the host'),
  },
  {
    name: 'events of the host',
    reference: 'netlink(7), connector, audit',
    tried: 'listens to starting processes, audit and devices while the host makes them',
    attack: () => ['events'],
    container: true,
    look: async (world) => {
      await world.onHost(['send-frames']).ended;
      await wait(100);
      return [];
    },
  },
  {
    name: 'secrets of the server',
    reference: 'proc_pid_environ(5)',
    tried: 'searches environ, cmdline, mountinfo, cgroup and maps of all processes',
    attack: (world) => ['words', ...secrets(world)],
    container: true,
  },
  {
    name: 'typing as somebody else',
    reference: 'ioctl_tty(2); CVE-2017-5226',
    tried: 'TIOCSTI, with a high half too, TIOCLINUX, TIOCCONS',
    attack: () => ['typing'],
    container: true,
  },
  {
    name: 'line disciplines',
    reference: 'CVE-2017-2636, CVE-2023-6546',
    tried: 'sets each on a pty of its own',
    attack: () => ['disciplines'],
    container: true,
  },
  {
    name: 'terminals of others',
    reference: 'pts(4)',
    tried: 'looks for them in a devpts of its own; takes one over',
    attack: () => ['other-terminals'],
    container: true,
  },
  {
    name: 'tracing who enters',
    reference: 'CVE-2016-9962, CVE-2019-5736',
    tried: 'stops `enter` as it joins, then ptrace, pidfd_getfd, and all of its /proc files',
    attack: () => ['spy', '6'],
    container: false,
    watch: (world) => entering(world, 0),
  },
  {
    name: 'racing who enters',
    reference: 'symlink(7); CVE-2024-21626',
    tried: 'swaps /dev/tty1 and /root for links, pipes, devices while the host uses them by name',
    attack: (world) => ['race', '5', world.marker],
    container: false,
    watch: (world) => entering(world, 1),
  },
  {
    name: 'the shell is /proc/self/exe',
    reference: 'CVE-2019-5736',
    tried: 'lets the host execute itself, and writes to what was executed',
    attack: () => ['shell-is-self', '3'],
    container: false,
    watch: async (world) => {
      const before = sharedFiles(world);
      let stopped = false;
      const loop = (async () => {
        for (let turn = 0; turn < ENTRIES && !stopped; turn += 1) {
          await world.startCommand(world.attacker.state, ['/bin/bash', '-c', ':']).ended;
        }
      })();
      return async () => {
        stopped = true;
        await loop;
        return changes(before, sharedFiles(world));
      };
    },
  },
  {
    name: 'escape sequences in the log',
    reference: 'CVE-2003-0063, CVE-2021-25743',
    tried:
      'gives them as names to host, process, file and group, and to web in a request, while a page looks',
    refusal: 'the log of the lab has no control character',
    container: false,
    watch: commandLog,
  },
  {
    name: "the neighbour's terminal by its channel",
    reference: 'server/protocol/frame.ts',
    tried: 'a page sends keys to every channel number that could be',
    refusal: 'the frames were dropped',
    container: false,
    watch: async (world) => {
      const terminal = await world.neighbour.page.open('machine');
      await terminal.shows(/[$#] /);
      const text = `escape-${Date.now()}`;
      for (let channel = 1; channel < 500; channel += 1) {
        const payload = Buffer.from(text);
        world.attacker.page.socket.send(
          encodeFrame({ kind: 'input', channel, offset: 0, payload }),
        );
      }
      await wait(500);
      return () => (terminal.text.includes(text) ? ['the keys came to the neighbour'] : []);
    },
  },
  {
    name: "a page of somebody else's",
    reference: 'RFC 6455, section 10.2',
    tried: 'opens the WebSocket with another Origin, and with none',
    refusal: '403 Forbidden',
    container: false,
    watch: async (world) => {
      const url = new URL(WEBSOCKET_PATH, world.address.replace('http', 'ws'));
      const opened: string[] = [];
      for (const origin of ['http://evil.example', undefined]) {
        const socket = new WebSocket(url, origin === undefined ? {} : { origin });
        await new Promise<void>((resolve) => {
          socket.once('open', () => {
            opened.push(`it was opened by ${origin}`);
            resolve();
          });
          socket.once('error', () => resolve());
        });
        socket.terminate();
      }
      return () => opened;
    },
  },
];
