import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../setup/paths.mjs';
import { IMAGE_PACKAGES } from './packages.ts';

export const SUITE = 'bookworm';

/** Where a lesson's own files are on a learner's machine: one folder for each lesson. */
const LESSON_FILES = '/usr/local/share/glassbox';

/** What nobody reads on a learner's machine, and what would make the image twice as large. */
const LEFT_OUT = ['doc', 'man', 'info', 'locale', 'lintian', 'bash-completion', 'bug'];

/** Choices of mmdebstrap. The mirror is not among them: it changes where the packages come from, not what they are. */
export const MMDEBSTRAP_OPTIONS: readonly string[] = [
  '--mode=root',
  '--variant=minbase',
  '--format=directory',
  // Without this, the package that merges /bin into /usr brings all of Perl with it.
  '--hook-directory=/usr/share/mmdebstrap/hooks/merged-usr',
  `--include=${['usr-is-merged', ...IMAGE_PACKAGES.map((row) => row.package)].join(',')}`,
  ...LEFT_OUT.map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`),
];

/** Links made in the image, and what they point to: `cc` is how every C book begins. */
export const LINKS = { '/usr/bin/cc': 'tcc', '/usr/bin/gcc': 'tcc' } as const;

/** Emptied in the image: what the installation has left behind. */
export const REMOVED = ['/etc/apt/apt.conf.d/99mmdebstrap', '/var/log/*', '/var/cache/*', '/dev/*'];

/** A file that is put into the image as it is in the repository. */
export type AddedFile = { readonly source: string; readonly target: string; readonly mode: number };

/** Files of `rootfs/` beside this one, and `files/` of every lesson. */
export function addedFiles(root = ROOT): readonly AddedFile[] {
  const lessons = join(root, 'lessons');
  const files = readdirSync(lessons)
    .sort()
    .map((name) => ({
      folder: join(lessons, name, 'files'),
      target: `${LESSON_FILES}/${lessonId(name)}`,
    }))
    .filter(({ folder }) => existsSync(folder));
  return [{ folder: join(root, 'server/images/rootfs'), target: '' }, ...files].flatMap(
    ({ folder, target }) => walk(folder, target),
  );
}

/** Name of the image that this checkout asks for: a digest of all that makes it. */
export function imageName(root = ROOT): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([SUITE, process.arch, MMDEBSTRAP_OPTIONS, LINKS, REMOVED]));
  for (const { source, target, mode } of addedFiles(root)) {
    hash.update(`\0${target}\0${mode}\0`).update(readFileSync(source));
  }
  return `base-${hash.digest('hex').slice(0, 12)}`;
}

/** `050-uts` is the folder of the lesson `uts`. */
const lessonId = (folder: string) => folder.replace(/^\d+-/, '');

function walk(folder: string, target: string): AddedFile[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const source = join(folder, entry.name);
      const inside = `${target}/${entry.name}`;
      if (entry.isDirectory()) return walk(source, inside);
      // Only whether it can be executed: the rest depends on the umask of whoever cloned the repository.
      return [{ source, target: inside, mode: statSync(source).mode & 0o100 ? 0o755 : 0o644 }];
    });
}
