import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DISK_DEVICE_BYTES } from './sandbox-limits.ts';

/**
 * Choices of mkfs.ext4. Without a journal there is no kernel thread for each disk, and most of the file
 * stays empty, so that a copy of it is made at once. A disk lives no longer than its machine: nothing is
 * ever recovered from it.
 */
const FORMAT = ['-q', '-F', '-O', '^has_journal,^resize_inode', '-m', '0', '-N', '4096'] as const;

/** `mkfs.ext4` is in a directory that not everybody has in their path. */
const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;

/**
 * The file that every learner's disk is a copy of, made when it is not there. Undefined where there is no
 * mkfs.ext4: machines have no disk then, and say so. Only for who holds the lock of the data directory.
 */
export function prepareDiskTemplate(dataDirectory: string): string | undefined {
  const choices = createHash('sha256').update(`${DISK_DEVICE_BYTES} ${FORMAT.join(' ')}`);
  const directory = join(dataDirectory, 'disks');
  const template = join(directory, `template-${choices.digest('hex').slice(0, 12)}.ext4`);
  if (existsSync(template)) return template;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const fresh = `${template}.partial`;
  writeFileSync(fresh, '', { mode: 0o600 });
  truncateSync(fresh, DISK_DEVICE_BYTES);
  const made = spawnSync('mkfs.ext4', [...FORMAT, fresh], {
    env: { ...process.env, PATH },
    stdio: 'ignore',
  });
  if (made.status !== 0) {
    rmSync(directory, { recursive: true });
    return undefined;
  }
  renameSync(fresh, template);
  return template;
}
