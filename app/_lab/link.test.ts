import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import test, { type TestContext } from 'node:test';
import { WebSocket as Client, type WebSocket as ServerSocket, WebSocketServer } from 'ws';
import { CLOSE_CODES, type ToBrowser } from '../../server/protocol/browser.ts';
import { decodeFrame, encodeFrame, type Frame } from '../../server/protocol/frame.ts';
import type { Link } from './lab-state.ts';
import { type LinkTimes, openLink } from './link.ts';

/** Collects values and lets a test wait for one that it describes. */
function inbox<T>() {
  const values: T[] = [];
  const waiting = new Set<() => void>();
  return {
    values,
    push(value: T) {
      values.push(value);
      for (const look of waiting) look();
    },
    until(wanted: (value: T) => boolean): Promise<T> {
      return new Promise((resolve, reject) => {
        const deadline = setTimeout(() => reject(new Error('it never came')), 5000);
        const look = () => {
          const index = values.findIndex(wanted);
          if (index < 0) return;
          clearTimeout(deadline);
          waiting.delete(look);
          resolve(values.splice(0, index + 1)[index] as T);
        };
        waiting.add(look);
        look();
      });
    },
  };
}

async function lab(context: TestContext, times?: LinkTimes) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const connections = inbox<ServerSocket>();
  const said = inbox<string | Buffer>();
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer, binary) => said.push(binary ? data : data.toString()));
    connections.push(socket);
  });
  const states = inbox<Link>();
  const messages = inbox<ToBrowser>();
  const frames = inbox<Frame>();
  const link = openLink(
    `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    { onState: states.push, onMessage: messages.push, onFrame: frames.push },
    (url) => new Client(url) as unknown as WebSocket,
    times,
  );
  context.after(() => {
    link.close();
    for (const client of server.clients) client.terminate();
    server.close();
  });
  await states.until((state) => state.kind === 'open');
  const connection = await connections.until(() => true);
  return { link, connection, connections, said, states, messages, frames };
}

test('messages and frames go both ways', async (context) => {
  const { link, connection, said, messages, frames } = await lab(context);
  connection.send(JSON.stringify({ type: 'gone', reason: 'idle' }));
  assert.deepEqual(await messages.until(() => true), { type: 'gone', reason: 'idle' });
  const frame = { kind: 'output', channel: 7, offset: 9, payload: Uint8Array.of(1, 2) } as const;
  connection.send(encodeFrame(frame));
  assert.deepEqual(await frames.until(() => true), frame);
  assert.equal(link.send({ type: 'check-now' }), true);
  assert.equal(await said.until(() => true), '{"type":"check-now"}');
  link.sendFrame({ kind: 'input', channel: 7, offset: 0, payload: Uint8Array.of(3) });
  const sent = await said.until(() => true);
  assert.deepEqual([...(decodeFrame(Buffer.from(sent))?.payload ?? [])], [3]);
});

test('a lost connection is made again by itself', async (context) => {
  const { link, connection, connections, states } = await lab(context);
  connection.terminate();
  const lost = await states.until((state) => state.kind === 'lost');
  assert.equal(lost.kind === 'lost' && lost.cause, 'lost');
  assert.equal(link.send({ type: 'check-now' }), false);
  await connections.until(() => true);
  await states.until((state) => state.kind === 'open');
});

test('a lab that restarts says so', async (context) => {
  const { connection, states } = await lab(context);
  connection.close(CLOSE_CODES.restarting);
  const lost = await states.until((state) => state.kind === 'lost');
  assert.equal(lost.kind === 'lost' && lost.cause, 'restarting');
});

test('a lab that has enough pages says so, and is asked again', async (context) => {
  const { connection, connections, states } = await lab(context);
  connection.close(CLOSE_CODES.crowded);
  const lost = await states.until((state) => state.kind === 'lost');
  assert.equal(lost.kind === 'lost' && lost.cause, 'crowded');
  await connections.until(() => true);
});

test('a page of another version does not come back', async (context) => {
  const { link, connection, states } = await lab(context);
  connection.close(CLOSE_CODES.version);
  await states.until((state) => state.kind === 'refused');
  link.retryNow();
  link.reconnect();
  assert.deepEqual(states.values, []);
});

test('words that are in no protocol end the connection', async (context) => {
  const { connection, states, messages } = await lab(context);
  connection.send('{"type":"machine","state":{}}');
  await states.until((state) => state.kind === 'refused');
  assert.deepEqual(messages.values, []);
});

test('a changed network makes a new connection without a loss being shown', async (context) => {
  const { link, connections, states } = await lab(context);
  link.reconnect();
  await connections.until(() => true);
  await states.until((state) => state.kind === 'open');
  assert.equal(
    states.values.some((state) => state.kind === 'lost'),
    false,
  );
});

const SOON: LinkTimes = { connectMs: 5000, quietMs: 20, answerMs: 20 };

test('a silent connection is asked whether it lives, and given up when nothing comes of it', async (context) => {
  const { said, connections, states } = await lab(context, SOON);
  assert.equal(await said.until(() => true), '{"type":"ping"}');
  const lost = await states.until((state) => state.kind === 'lost');
  assert.equal(lost.kind === 'lost' && lost.cause, 'lost');
  await connections.until(() => true);
});

test('a connection that answers is kept', async (context) => {
  const { connection, said, states, messages } = await lab(context, {
    connectMs: 5000,
    quietMs: 10,
    answerMs: 5000,
  });
  connection.on('message', () => connection.send('{"type":"pong"}'));
  for (let round = 0; round < 5; round += 1) {
    await said.until(() => true);
    await messages.until((message) => message.type === 'pong');
  }
  assert.deepEqual(states.values, []);
});

test('a page that nobody sees asks nothing, and asks at once when it is seen again', async (context) => {
  const { link, said } = await lab(context, { connectMs: 5000, quietMs: 60_000, answerMs: 60_000 });
  link.watch(false);
  link.send({ type: 'check-now' });
  assert.equal(await said.until(() => true), '{"type":"check-now"}');
  link.watch(true);
  assert.equal(await said.until(() => true), '{"type":"ping"}');
});
