/**
 * `minimal-server.ts strings|buffers [sandboxed]`: the least that shows a shell on a page, node-pty and ws.
 * It prints its port when it is ready and ends with its standard input. It has no flow control, remembers
 * nothing, and is one process with all rights: what it leaves out is what ours is compared with.
 */
import { once } from 'node:events';
import { type IPty, spawn } from 'node-pty';
import { type WebSocket, WebSocketServer } from 'ws';
import { openMachines, type Program } from './machines.ts';
import { SIZE } from './protocol.ts';

const [encoding, sandboxed] = process.argv.slice(2);
const machines = sandboxed === undefined ? undefined : openMachines();
const plain: Program = { file: '/bin/bash', arguments: ['--login'], environment: process.env };

function serve(socket: WebSocket, program: Program): void {
  const pty: IPty = spawn(program.file, [...program.arguments], {
    name: 'xterm-256color',
    cols: SIZE.columns,
    rows: SIZE.rows,
    env: { ...program.environment },
    encoding: encoding === 'buffers' ? null : 'utf8',
  });
  pty.onData((data) => socket.send(data));
  pty.onExit(() => socket.close());
  socket.on('message', (data) => pty.write(String(data)));
  socket.on('close', () => pty.kill());
}

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', async (socket) => {
  // Nothing is lost: a client types when it is answered, or the kernel keeps it.
  socket.pause();
  const program = machines === undefined ? plain : await machines.make();
  serve(socket, program);
  socket.resume();
});
await once(server, 'listening');
const address = server.address();
console.log(typeof address === 'object' ? address?.port : address);
process.stdin.resume();
await once(process.stdin, 'end');
for (const socket of server.clients) socket.terminate();
await machines?.close();
process.exit(0);
