import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  type Stats,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import type { LayerEntry } from './pack-layer.ts';

/** Packages that are a layer of their own, though the machine has them in its one tree. */
const NGINX = /^(nginx|libnginx)/;

/** Lists of packages, in paragraphs: the layer below must not say that nginx is installed. */
const PACKAGE_LISTS = [
  'var/lib/dpkg/status',
  'var/lib/dpkg/status-old',
  'var/lib/apt/extended_states',
];

/** Folders of the tiny image; what is in them comes with the links. */
const BUSYBOX_FOLDERS: Readonly<Record<string, number>> = {
  dev: 0o755,
  etc: 0o755,
  home: 0o755,
  proc: 0o755,
  root: 0o700,
  run: 0o755,
  sys: 0o755,
  tmp: 0o1777,
  var: 0o755,
  'var/www': 0o755,
};

/** One static program, and a link to it under the name of each of its commands. */
export function busyboxEntries(rootfs: string): LayerEntry[] {
  const program = join(rootfs, 'usr/bin/busybox');
  const commands = execFileSync(program, ['--list-full'], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((path) => path.includes('/') && path !== 'bin/busybox');
  const folders = new Set(['bin', ...commands.map((path) => path.slice(0, path.lastIndexOf('/')))]);
  for (const folder of [...folders]) folders.add(folder.split('/')[0] ?? folder);
  return [
    ...Object.entries(BUSYBOX_FOLDERS).map(
      ([path, mode]): LayerEntry => ({ path, kind: 'directory', mode }),
    ),
    ...[...folders].map((path): LayerEntry => ({ path, kind: 'directory' })),
    { path: 'bin/busybox', kind: 'file', mode: 0o755, content: readFileSync(program) },
    ...commands.map(
      (path): LayerEntry => ({
        path,
        kind: 'symlink',
        // Relative, so that they lead to the same program when one looks from outside.
        target: path.startsWith('bin/')
          ? 'busybox'
          : `${'../'.repeat(path.split('/').length - 1)}bin/busybox`,
      }),
    ),
  ];
}

/**
 * Parts the machine's own base tree into two layers: Debian without nginx, and what nginx adds. All files
 * are hard links: there is one copy on the disk, and in the page cache, for machines and containers.
 */
export function splitBaseTree(rootfs: string, debian: string, nginx: string): void {
  const owners = readOwners(rootfs);
  const latest = latestTime(rootfs);
  const ofNginx = (path: string, inside: boolean) =>
    !owners.others.has(path) &&
    (owners.nginx.has(path) || inside || basename(path).includes('nginx'));

  const copyDirectory = (path: string, inside: boolean): void => {
    const stat = lstatSync(join(rootfs, path));
    if (!inside) makeDirectory(join(debian, path), stat);
    for (const name of readdirSync(join(rootfs, path)).sort()) {
      const child = path === '' ? name : `${path}/${name}`;
      const isNginx = ofNginx(child, inside);
      if (isNginx) makeParents(child);
      if (lstatSync(join(rootfs, child)).isDirectory()) {
        if (isNginx) makeDirectory(join(nginx, child), lstatSync(join(rootfs, child)));
        copyDirectory(child, isNginx);
        if (isNginx) setTimes(join(nginx, child), lstatSync(join(rootfs, child)));
      } else if (PACKAGE_LISTS.includes(child)) {
        makeParents(child);
        link(child, nginx);
        writeWithoutNginx(join(rootfs, child), join(debian, child));
      } else {
        link(child, isNginx ? nginx : debian);
      }
    }
    if (!inside) setTimes(join(debian, path), stat);
  };
  const link = (path: string, layer: string): void => {
    const stat = lstatSync(join(rootfs, path));
    // Files of the installation itself are as old as the newest package: the digest is the same everywhere.
    if (stat.mtimeMs > latest) lutimesSync(join(rootfs, path), latest / 1000, latest / 1000);
    linkSync(join(rootfs, path), join(layer, path));
  };
  const makeParents = (path: string): void => {
    const names = path.split('/');
    for (let depth = 0; depth < names.length; depth++) {
      const parent = names.slice(0, depth).join('/');
      if (lstatSync(join(nginx, parent), { throwIfNoEntry: false })) continue;
      makeDirectory(join(nginx, parent), lstatSync(join(rootfs, parent)));
      parents.push(parent);
    }
  };
  const setTimes = (copy: string, { mtimeMs }: Stats): void => {
    const seconds = Math.min(Math.floor(mtimeMs), latest) / 1000;
    utimesSync(copy, seconds, seconds);
  };
  const parents: string[] = [];
  copyDirectory('', false);
  for (const parent of parents.reverse())
    setTimes(join(nginx, parent), lstatSync(join(rootfs, parent)));
}

function makeDirectory(path: string, { mode, uid, gid }: Stats): void {
  mkdirSync(path);
  chownSync(path, uid, gid);
  chmodSync(path, mode & 0o7777);
}

/** Newest of the programs that packages have brought. */
function latestTime(rootfs: string): number {
  const folder = join(rootfs, 'usr/bin');
  const times = readdirSync(folder)
    .map((name) => lstatSync(join(folder, name)))
    .filter((stat) => stat.isFile())
    .map((stat) => stat.mtimeMs);
  return Math.floor(Math.max(...times));
}

/** Which paths belong to the packages of nginx, and which to others, as dpkg has noted it. */
function readOwners(rootfs: string): { nginx: ReadonlySet<string>; others: ReadonlySet<string> } {
  const notes = join(rootfs, 'var/lib/dpkg/info');
  const nginx = new Set<string>();
  const others = new Set<string>();
  for (const file of readdirSync(notes).filter((name) => name.endsWith('.list'))) {
    const paths = NGINX.test(file) ? nginx : others;
    for (const line of readFileSync(join(notes, file), 'utf8').split('\n')) {
      // Packages still say /bin and /lib where the tree has /usr/bin and /usr/lib.
      paths.add(line.slice(1).replace(/^(bin|sbin|lib|lib64)(?=\/)/, 'usr/$1'));
    }
  }
  return { nginx, others };
}

function writeWithoutNginx(from: string, to: string): void {
  const { mode, uid, gid, mtimeMs } = lstatSync(from);
  const paragraphs = readFileSync(from, 'utf8').split(/\n\n/);
  const kept = paragraphs.filter((each) => !NGINX.test(/^Package: (.*)$/m.exec(each)?.[1] ?? ''));
  writeFileSync(to, kept.join('\n\n'));
  chownSync(to, uid, gid);
  chmodSync(to, mode & 0o7777);
  utimesSync(to, mtimeMs / 1000, mtimeMs / 1000);
}
