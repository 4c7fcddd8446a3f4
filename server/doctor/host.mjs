import { existsSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { freemem } from 'node:os';
import { dirname } from 'node:path';
import { osRelease, readDistribution } from '../setup/packages.mjs';
import { degraded, missing, ok } from './requirement.mjs';

const GIB = 1024 ** 3;

/** Node 20.10 is the first with all the options of its test runner and module loader that are used here. */
const NODE_MINIMUM = /** @type {const} */ ([20, 10]);

/** What the computer itself must be. @type {readonly import('./requirement.mjs').Requirement[]} */
export const HOST_REQUIREMENTS = [
  {
    name: 'Linux',
    when: 'first',
    probe: () =>
      process.platform === 'linux'
        ? ok(osRelease().PRETTY_NAME ?? 'Linux')
        : missing(
            `Glassbox makes real Linux containers, and this is ${process.platform}.`,
            'Run it on a Linux machine, or in a virtual machine with Debian 12 or Ubuntu 24.04.',
          ),
  },
  {
    name: 'root',
    when: 'first',
    probe: () =>
      process.getuid?.() === 0
        ? ok('uid 0')
        : missing(
            `Only root can make isolated machines with limits, and this is uid ${process.getuid?.()}.`,
            'Start it as root, for example with sudo npm start. The part that faces the network runs without any privilege.',
          ),
  },
  {
    name: 'Node.js',
    when: 'first',
    probe() {
      const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
      const [wantedMajor, wantedMinor] = NODE_MINIMUM;
      const enough = major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
      return enough
        ? ok(process.version)
        : missing(
            `This is Node ${process.version}; ${NODE_MINIMUM.join('.')} or later is needed.`,
            'Install a later Node.js.',
          );
    },
  },
  {
    name: 'distribution',
    when: 'doctor',
    probe: () =>
      readDistribution()
        ? ok('packages are installed with apt-get')
        : degraded(
            'This is neither Debian nor Ubuntu: missing packages can only be named, not installed.',
            'Install what npm start names with the package manager of this host.',
          ),
  },
  {
    name: 'memory',
    when: 'start',
    probe() {
      const free = freemem();
      const detail = `${(free / GIB).toFixed(1)} GiB available`;
      if (free < 0.5 * GIB)
        return missing(
          `Only ${detail}; at least 0.5 GiB is needed.`,
          'End other programs or add memory.',
        );
      if (free < 1.5 * GIB)
        return degraded(
          `${detail}: room for a few machines only.`,
          'Add memory for more learners.',
        );
      return ok(detail);
    },
  },
  {
    name: 'disk space',
    when: 'start',
    probe({ data }) {
      const folder = existingParent(data);
      const { bavail, bsize } = statfsSync(folder);
      const detail = `${((bavail * bsize) / GIB).toFixed(1)} GiB free for ${data}`;
      if (bavail * bsize < GIB)
        return missing(
          `Only ${detail}; at least 1 GiB is needed.`,
          'Free some space, or put the data elsewhere with --data.',
        );
      return ok(detail);
    },
  },
  {
    name: 'port',
    when: 'start',
    probe: ({ address, port }) => probePort(address, port),
  },
];

/**
 * @param {string} address
 * @param {number} port
 * @returns {Promise<import('./requirement.mjs').Finding>}
 */
function probePort(address, port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      resolve(
        error.code === 'EADDRINUSE'
          ? missing(
              `Port ${port} on ${address} is in use by another program.`,
              `End that program (ss -ltnp 'sport = :${port}' names it), or choose another port: npm start -- --port ${port + 1}.`,
            )
          : missing(
              `Nothing can listen on ${address}, port ${port} (${error.code}).`,
              'Give an address of this host with --address and a free port with --port.',
            ),
      );
    });
    server.listen(port, address, () =>
      server.close(() => resolve(ok(`${address}, port ${port} is free`))),
    );
  });
}

/** @param {string} path */
export function existingParent(path) {
  let folder = path;
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}
