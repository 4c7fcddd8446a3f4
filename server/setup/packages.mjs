import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * What the host needs beyond Node, and what for. A package counts as present when what it provides is
 * there, wherever it came from.
 *
 * @typedef {'start' | 'outside' | 'test'} Purpose
 * @typedef {object} HostPackage
 * @property {string} package  Its name in Debian and Ubuntu.
 * @property {{ readonly command: string } | { readonly file: string }} provides
 * @property {string} why
 * @property {Purpose} purpose  Tests need what the lab needs, too.
 * @property {'debian' | 'ubuntu'} [only]  Needed, or to be had, in one of the two only.
 */

/** @type {readonly HostPackage[]} */
export const HOST_PACKAGES = [
  {
    package: 'gcc',
    provides: { command: 'gcc' },
    why: 'compiles the native library',
    purpose: 'start',
  },
  { package: 'g++', provides: { command: 'g++' }, why: 'compiles node-pty', purpose: 'start' },
  {
    package: 'make',
    provides: { command: 'make' },
    why: 'builds the native library and node-pty',
    purpose: 'start',
  },
  {
    package: 'libc6-dev',
    provides: { file: '/usr/include/stdio.h' },
    why: 'headers of the C library and the kernel',
    purpose: 'start',
  },
  {
    package: 'libseccomp-dev',
    provides: { file: '/usr/include/seccomp.h' },
    why: 'turns the list of refused system calls into a filter',
    purpose: 'start',
  },
  {
    package: 'python3',
    provides: { command: 'python3' },
    why: 'node-gyp, which builds node-pty, is written in it',
    purpose: 'start',
  },
  {
    package: 'mmdebstrap',
    provides: { command: 'mmdebstrap' },
    why: "builds the learners' base image",
    purpose: 'start',
  },
  {
    package: 'debian-archive-keyring',
    provides: { file: '/usr/share/keyrings/debian-archive-keyring.gpg' },
    why: "checks the signatures of the base image's packages",
    purpose: 'start',
  },
  {
    package: 'gpg',
    provides: { command: 'gpg' },
    why: 'mmdebstrap looks up the key of Debian with it',
    purpose: 'start',
    only: 'ubuntu',
  },
  {
    package: 'util-linux',
    provides: { command: 'setpriv' },
    why: 'starts the web process without privileges',
    purpose: 'start',
  },
  {
    package: 'e2fsprogs',
    provides: { command: 'mkfs.ext4' },
    why: 'the disk of machines whose lesson needs one',
    purpose: 'start',
  },
  {
    package: 'slirp4netns',
    provides: { file: '/usr/bin/slirp4netns' },
    why: 'a network to the outside for machines',
    purpose: 'outside',
  },
  {
    package: 'nftables',
    provides: { command: 'nft' },
    why: 'keeps that network away from the host and its neighbours',
    purpose: 'outside',
  },
  {
    package: 'clang-format',
    provides: { command: 'clang-format' },
    why: 'checks the format of the C files',
    purpose: 'test',
  },
  {
    package: 'shellcheck',
    provides: { command: 'shellcheck' },
    why: 'checks the image commands of box, which are shell scripts',
    purpose: 'test',
  },
  {
    package: 'chromium',
    provides: { command: 'chromium' },
    why: 'the browser of the end-to-end tests',
    purpose: 'test',
    only: 'debian',
  },
  {
    package: 'qemu-system-x86',
    provides: { command: 'qemu-system-x86_64' },
    why: 'the virtual machine with cgroup v2 that tests run in',
    purpose: 'test',
    only: 'debian',
  },
];

/**
 * The packages that are needed for a purpose on this host.
 * @param {readonly Purpose[]} purposes
 */
export function neededPackages(purposes) {
  const distribution = readDistribution();
  return HOST_PACKAGES.filter(
    (row) =>
      purposes.includes(row.purpose) && (row.only === undefined || row.only === distribution),
  );
}

/**
 * Those of them that are not there.
 * @param {readonly Purpose[]} purposes
 */
export function missingPackages(purposes) {
  return neededPackages(purposes).filter((row) => !isProvided(row.provides));
}

/** @param {HostPackage['provides']} provides */
export function isProvided(provides) {
  return 'file' in provides
    ? isReadable(provides.file)
    : findCommand(provides.command) !== undefined;
}

/**
 * Where a command is found on PATH.
 * @param {string} name
 */
export function findCommand(name) {
  // A root shell made with plain `su` has no sbin on its PATH, though the tools are there.
  const folders = `${process.env.PATH ?? ''}${delimiter}/usr/sbin${delimiter}/sbin`.split(
    delimiter,
  );
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => isReadable(path, constants.X_OK));
}

/** @returns {'debian' | 'ubuntu' | undefined} Which of the two families this host is of, if any. */
export function readDistribution() {
  const release = osRelease();
  const family = [release.ID, ...(release.ID_LIKE ?? '').split(' ')];
  return family.includes('ubuntu') ? 'ubuntu' : family.includes('debian') ? 'debian' : undefined;
}

/** @returns {Record<string, string>} /etc/os-release, or nothing where there is none. */
export function osRelease() {
  const text = isReadable('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return Object.fromEntries(
    [...text.matchAll(/^(\w+)="?([^"\n]*)"?$/gm)].map(([, key, value]) => [key, value]),
  );
}

/**
 * @param {string} path
 * @param {number} mode
 */
function isReadable(path, mode = constants.R_OK) {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
