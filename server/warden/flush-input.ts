import { closeSync, constants, openSync } from 'node:fs';
import koffi from 'koffi';

/** Of tcflush(3): what has come and was not read. */
const TCIFLUSH = 0;

const libc = koffi.load('libc.so.6');
const tcflush: (descriptor: number, queue: number) => number = libc.func(
  'int tcflush(int descriptor, int queue)',
);

/**
 * Throws away what was typed on a pty and waits in the kernel for a program to read it. While that is
 * full, the kernel looks at no Ctrl-C either. It must be done from the slave: through the master only the
 * newest part of it goes. Safe: the path is the host's own, of a pty whose master is open here.
 */
export function flushInput(slavePath: string): void {
  const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
  try {
    const slave = openSync(slavePath, O_RDWR | O_NOCTTY | O_NONBLOCK);
    tcflush(slave, TCIFLUSH);
    closeSync(slave);
  } catch {
    // The program is ending and has hung up: nothing waits for it any more.
  }
}
