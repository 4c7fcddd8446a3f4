import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { hostMirrorLines } from '../images/debian-mirror.ts';
import { parseOptions } from '../setup/options.mjs';
import { osRelease } from '../setup/packages.mjs';
import { runTool, ToolFailure } from '../setup/run-tool.mjs';
import { Stop } from '../setup/stop.mjs';

/** A kernel and the disk it boots from. Both are made once and never written to afterwards. */
export type BootFiles = { readonly kernel: string; readonly disk: string };

/** Newest first. The cloud flavour has NVMe and ext4 built in, so that it needs no initrd. */
const KERNELS = ['linux-image-6.12-cloud-amd64', 'linux-image-cloud-amd64'];

/** What the tests and the lab call; the programs they test are on the other disk. */
const PACKAGES = [
  'e2fsprogs',
  'iproute2',
  'iptables',
  'kmod',
  'libatomic1',
  'libcap2-bin',
  'libseccomp2',
  'libstdc++6',
  'make',
  'nftables',
  'procps',
  'slirp4netns',
  'strace',
  'util-linux',
];

const DISK_SIZE = '3G';

/** Nobody reads manuals in there. */
const LEFT_OUT = ['doc', 'man', 'locale', 'info'];

/** Why no such machine can be made on this host; nothing if it can. */
export function obstacle(): string | undefined {
  if (process.arch !== 'x64') return `its kernel is for x86-64, and this host is ${process.arch}`;
  const { ID, VERSION_CODENAME } = osRelease();
  if (ID !== 'debian' || !VERSION_CODENAME) {
    return 'its kernel and its programs come from the packages of the host, which is not Debian';
  }
  return undefined;
}

/** The machine can't be made for a reason that lies outside: tests that would need it are skipped. */
export class Unavailable extends Stop {}

const NO_NETWORK =
  /Temporary failure resolving|Could not resolve|Could not connect|Connection timed out|Network is unreachable|Failed to fetch/;

/** Gives the kernel and the disk, made now if those of this recipe are not there. */
export async function ensureBootFiles(): Promise<BootFiles> {
  const cache = join(parseOptions([], process.env).data, 'v2');
  const name = `boot-${recipe()}`;
  const folder = join(cache, name);
  const files = { kernel: join(folder, 'vmlinuz'), disk: join(folder, 'root.ext4') };
  if (existsSync(folder)) return files;
  console.log('Building the disk of the virtual machine: once, until what it is made of changes.');
  await build(cache, name).catch((reason) => {
    if (!(reason instanceof ToolFailure) || !NO_NETWORK.test(reason.output)) throw reason;
    throw new Unavailable(
      'The packages of the virtual machine could not be downloaded: connect this host to the network.',
    );
  });
  return files;
}

async function build(cache: string, name: string): Promise<void> {
  mkdirSync(cache, { recursive: true });
  for (const old of readdirSync(cache).filter((entry) => entry.startsWith('boot-'))) {
    rmSync(join(cache, old), { recursive: true, force: true });
  }
  const partial = join(cache, `${name}.partial`);
  const root = join(partial, 'root');
  mkdirSync(partial);
  await makeRoot(root);
  await unpackKernel(join(partial, 'kernel'), root);
  renameSync(join(partial, 'kernel/vmlinuz'), join(partial, 'vmlinuz'));
  await runTool('v2-disk', 'mke2fs', [
    ...['-q', '-t', 'ext4', '-O', '^has_journal', '-d', root],
    ...[join(partial, 'root.ext4'), DISK_SIZE],
  ]);
  for (const rest of [root, join(partial, 'kernel')]) rmSync(rest, { recursive: true });
  renameSync(partial, join(cache, name));
}

function recipe(): string {
  const { VERSION_CODENAME: suite } = osRelease();
  const { size, mtimeMs } = statSync(process.execPath);
  const init = readFileSync(new URL('init.sh', import.meta.url), 'utf8');
  const own = readFileSync(new URL(import.meta.url), 'utf8');
  return createHash('sha256')
    .update(JSON.stringify([suite, process.version, size, mtimeMs, init, own]))
    .digest('hex')
    .slice(0, 12);
}

/** The host's own Debian: what was compiled here has to run there. */
async function makeRoot(root: string): Promise<void> {
  const { VERSION_CODENAME: suite = '' } = osRelease();
  const paths = LEFT_OUT.map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`);
  await runTool('v2-root', 'unshare', [
    ...['--mount', '--propagation', 'private', 'mmdebstrap', '--mode=root', '--variant=minbase'],
    ...[`--include=${PACKAGES.join(',')}`, ...paths, suite, root, ...hostMirrorLines(suite)],
  ]);
  cpSync(process.execPath, join(root, 'usr/local/bin/node'));
  cpSync(new URL('init.sh', import.meta.url), join(root, 'init'));
  chmodSync(join(root, 'init'), 0o755);
  for (const folder of ['lab', 'run', 'tmp']) mkdirSync(join(root, folder), { recursive: true });
  await runTool('v2-node', 'chroot', [root, 'node', '--version']).catch(() => {
    throw new Stop(
      `The Node.js of this host (${process.execPath}) does not run in a small Debian: .build/log/v2-node.log says what it lacks.`,
    );
  });
}

/** Downloads the kernel's package and unpacks it, without installing anything on the host. */
async function unpackKernel(folder: string, root: string): Promise<void> {
  mkdirSync(folder);
  const name = await kernelPackage();
  const download = ['-o', 'APT::Sandbox::User=root', 'download', name];
  await runTool('v2-kernel', 'apt-get', download, { cwd: folder });
  const [archive = ''] = readdirSync(folder);
  await runTool('v2-unpack', 'dpkg-deb', ['--extract', archive, '.'], { cwd: folder });
  const boot = join(folder, 'boot');
  const kernel = readdirSync(boot).find((file) => file.startsWith('vmlinuz-')) ?? '';
  renameSync(join(boot, kernel), join(folder, 'vmlinuz'));
  const modules = [join(folder, 'lib/modules'), join(folder, 'usr/lib/modules')].find(existsSync);
  if (modules === undefined) throw new Stop(`The package ${name} has no modules in it.`);
  cpSync(modules, join(root, 'usr/lib/modules'), { recursive: true });
  await runTool('v2-depmod', 'chroot', [root, 'depmod', kernel.slice('vmlinuz-'.length)]);
}

/**
 * The package that the first known name stands for at present. The first one comes with security updates, which
 * the lists of a fresh host do not have yet.
 */
async function kernelPackage(): Promise<string> {
  const [best = ''] = KERNELS;
  const found = await packageBehind(best);
  if (found !== undefined) return found;
  await runTool('v2-update', 'apt-get', ['update']).catch(() => '');
  for (const name of KERNELS) {
    const other = await packageBehind(name);
    if (other !== undefined) return other;
  }
  throw new Unavailable(
    `apt-cache knows none of ${KERNELS.join(', ')}: run apt-get update, and see that the security updates are among the sources.`,
  );
}

async function packageBehind(name: string): Promise<string | undefined> {
  const depends = await runTool('v2-depends', 'apt-cache', ['depends', name]).catch(() => '');
  return /Depends: (linux-image-\S+)/.exec(depends)?.[1];
}
