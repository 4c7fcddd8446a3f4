import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import * as z from 'zod';
import { WEBSOCKET_PATH } from '../../protocol/browser.ts';
import { newSecret } from '../../testing/page.ts';
import { BenchTerminal } from './bench-terminal.ts';
import * as protocol from './protocol.ts';

/** How a server speaks, and where: what another process needs, too, to open a terminal of it. */
export const server = z.strictObject({
  speaks: z.enum(['glassbox', 'plain', 'ttyd']),
  address: z.string(),
});
export type Server = z.infer<typeof server>;

/** A new terminal, of a machine of its own where the server has machines. Its shell has begun. */
export async function openTerminal({ speaks, address }: Server): Promise<BenchTerminal> {
  const terminal = await OPENERS[speaks](address);
  await terminal.run('true');
  return terminal;
}

/** So many at once would only wait for each other. */
const AT_ONCE = 8;

/** So many terminals more, each in a machine of its own. */
export async function openTerminals(server: Server, count: number): Promise<BenchTerminal[]> {
  const terminals: BenchTerminal[] = [];
  while (terminals.length < count) {
    const more = Math.min(AT_ONCE, count - terminals.length);
    terminals.push(
      ...(await Promise.all(Array.from({ length: more }, () => openTerminal(server)))),
    );
  }
  return terminals;
}

const OPENERS = {
  async glassbox(address: string): Promise<BenchTerminal> {
    const url = new URL(WEBSOCKET_PATH, address.replace('http', 'ws'));
    // As a proxy before the lab says it: of one address it does not take so many at once.
    const headers = { 'X-Forwarded-For': `10.${[...randomBytes(3)].join('.')}` };
    const socket = new WebSocket(url, { origin: new URL(address).origin, headers });
    return new Promise((resolve, reject) => {
      let terminal: BenchTerminal | undefined;
      socket.on('error', reject);
      socket.on('open', () => socket.send(protocol.hello(newSecret())));
      socket.on('message', (data: Buffer, isBinary) => {
        if (isBinary) {
          const output = protocol.readOutput(data);
          if (output !== undefined) terminal?.take(output);
          return;
        }
        const message = protocol.readMessage(data);
        if (message.type === 'machine') socket.send(protocol.openTerminal());
        if (message.type !== 'terminal') return;
        terminal = acknowledging(socket, message);
        resolve(terminal);
      });
    });
  },

  /** Keys and output as messages, nothing else. */
  async plain(address: string): Promise<BenchTerminal> {
    const socket = new WebSocket(address);
    const terminal = new BenchTerminal(socket, {
      type: (keys) => socket.send(keys),
      drawn: () => {},
    });
    socket.on('message', (data: Buffer) => terminal.take(data));
    await once(socket, 'open');
    return terminal;
  },

  /** ttyd's: the first byte says what a message is, '0' for keys and output. */
  async ttyd(address: string): Promise<BenchTerminal> {
    const socket = new WebSocket(`${address}/ws`, ['tty']);
    const terminal = new BenchTerminal(socket, {
      type: (keys) => socket.send(Buffer.from(`0${keys}`)),
      drawn: () => {},
    });
    socket.on('message', (data: Buffer) => {
      if (data[0] === OUTPUT_OF_TTYD) terminal.take(data.subarray(1));
    });
    await once(socket, 'open');
    socket.send(Buffer.from(JSON.stringify({ AuthToken: '', ...protocol.SIZE })));
    return terminal;
  },
} as const satisfies Record<Server['speaks'], (address: string) => Promise<BenchTerminal>>;

const OUTPUT_OF_TTYD = 0x30;

/** A terminal that acknowledges as a page does. */
function acknowledging(socket: WebSocket, { channel, offset }: protocol.Opened): BenchTerminal {
  const input = new protocol.Input(channel);
  let drawn = offset;
  let told = offset;
  return new BenchTerminal(socket, {
    type: (keys) => socket.send(input.frame(keys)),
    drawn: (bytes) => {
      drawn += bytes;
      if (drawn - told < protocol.acknowledgeEveryBytes) return;
      told = drawn;
      socket.send(protocol.acknowledgement(channel, drawn));
    },
  });
}
