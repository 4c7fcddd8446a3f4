import koffi from 'koffi';

/** Of tcflush(3): what was written and has not been sent. */
const TCOFLUSH = 1;

const libc = koffi.load('libc.so.6');
const tcflush: (descriptor: number, queue: number) => number = libc.func(
  'int tcflush(int descriptor, int queue)',
);

/**
 * Throws away what was typed on a pty and waits in the kernel for a program to read it: for its master,
 * what it has put out. Without that a full pty takes no Ctrl-C. It can't fail for a pty that is open.
 */
export function flushInput(master: number): void {
  tcflush(master, TCOFLUSH);
}
