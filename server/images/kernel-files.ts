import koffi from 'koffi';

/**
 * Two system calls that Node has no function for. Both are for layer directories only, which nobody else
 * can write: a path in them leads where its names say.
 */
const libc = koffi.load('libc.so.6');
const mknod: (path: string, mode: number, device: number) => number = libc.func(
  'int mknod(const char *path, uint32 mode, uint64 device)',
);
const lsetxattr: (
  path: string,
  name: string,
  value: Buffer,
  size: number,
  flags: number,
) => number = libc.func(
  'int lsetxattr(const char *path, const char *name, const uint8 *value, size_t size, int flags)',
);

const S_IFCHR = 0o020000;

/** What overlayfs takes for "deleted": a character device with the numbers 0, 0. */
export function makeWhiteout(path: string): void {
  if (mknod(path, S_IFCHR, 0) < 0) throw kernelError('mknod', path);
}

/** Hides all that the layers below have in a directory. */
export function makeOpaque(directory: string): void {
  setAttribute(directory, 'user.overlay.opaque', Buffer.from('y'));
}

export function setAttribute(path: string, name: string, value: Buffer): void {
  if (lsetxattr(path, name, value, value.length, 0) < 0) throw kernelError('lsetxattr', path);
}

/** The same shape as the errors of `node:fs`, so that what handles those handles these. */
function kernelError(call: string, path: string): NodeJS.ErrnoException {
  const errno = koffi.errno();
  const code = Object.entries(koffi.os.errno).find(([, number]) => number === errno)?.[0];
  return Object.assign(new Error(`${call} ${path}: ${code ?? errno}`), {
    errno,
    code: code ?? String(errno),
    syscall: call,
    path,
  });
}
