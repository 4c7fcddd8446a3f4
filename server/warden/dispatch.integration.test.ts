import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { parseConfiguration } from '../configuration.ts';
import { PROTOCOL_VERSION } from '../protocol/browser.ts';
import { encodeFrame } from '../protocol/frame.ts';
import { encodePacket } from '../protocol/packet.ts';
import { WARDEN_PACKET_BYTES_MAX } from '../protocol/warden.ts';
import { eventually } from '../testing/eventually.ts';
import { lowerdirs, openTestNative } from '../testing/native.ts';
import { newInput } from '../testing/onlooker.ts';
import type { Command } from './command.ts';
import { Warden } from './warden.ts';
import type { WardenEvent } from './warden-event.ts';

/** A web that an attacker has taken: it sends these bytes down the link and prints what it gets back. */
function takenWeb(context: TestContext, ...packets: readonly Uint8Array[]) {
  const bytes = Buffer.concat(packets).toString('base64');
  const script = `
    const link = new (require('net').Socket)({ fd: 3 });
    link.on('data', (bytes) => {
      const text = bytes.toString('latin1').replace(/[^ -~]/g, '');
      for (const line of text.match(/.{1,400}/g) ?? []) console.log(line);
    });
    link.on('error', () => {});
    link.write(Buffer.from('${bytes}', 'base64'));
    setInterval(() => {}, 1000);`;
  return startWarden(context, { file: process.execPath, arguments: ['-e', script] });
}

/** A warden with any program in web's place. */
async function startWarden(context: TestContext, web: Command) {
  const data = mkdtempSync(join(tmpdir(), 'glassbox-taken-'));
  const events: WardenEvent[] = [];
  // Hooks run in this order: the lab's groups can be removed when the warden has left them.
  context.after(() => warden.close());
  const native = openTestNative(context);
  const warden = new Warden({
    configuration: parseConfiguration(['--data', data], {}),
    native,
    lowerdirs: lowerdirs(),
    attachments: [],
    web,
    tell: (event) => events.push(event),
  });
  context.after(() => rmSync(data, { recursive: true }));
  await warden.start();
  const until = (type: WardenEvent['type'], count = 1) =>
    eventually(
      () => `${type}; there were ${JSON.stringify(events)}`,
      () => {
        const found = events.filter((event) => event.type === type);
        return found.length >= count ? found : undefined;
      },
    );
  return { events, until };
}

const json = (message: unknown) => encodePacket('json', Buffer.from(JSON.stringify(message)));
const hello = json({ id: 1, name: 'hello', body: { version: PROTOCOL_VERSION, port: 4000 } });
const owner = 'a'.repeat(64);
const oversize = Buffer.alloc(4);
oversize.writeUInt32BE(WARDEN_PACKET_BYTES_MAX + 1);
const frame = (kind: 'input' | 'output') =>
  encodePacket('frame', encodeFrame({ kind, channel: 1, offset: 0, payload: Buffer.from('x') }));

const VIOLATIONS: readonly {
  readonly what: string;
  readonly packets: readonly Uint8Array[];
  readonly logged: RegExp;
}[] = [
  {
    what: 'an unlisted request',
    packets: [hello, json({ id: 2, name: 'exec', body: { command: 'id' } })],
    logged: /unlisted request "exec"/,
  },
  {
    what: 'a request that every object has',
    packets: [hello, json({ id: 2, name: 'constructor', body: {} })],
    logged: /unlisted request "constructor"/,
  },
  {
    what: 'a request before hello',
    packets: [json({ id: 1, name: 'hold', body: { owner } })],
    logged: /hold in the phase greeting/,
  },
  { what: 'a second hello', packets: [hello, hello], logged: /hello in the phase open/ },
  {
    what: 'a body that does not parse',
    packets: [
      hello,
      json({ id: 2, name: 'hold', body: { owner: '../../etc/passwd', needs: [], make: true } }),
    ],
    logged: /hold with a body/,
  },
  {
    what: 'a body with more than is listed',
    packets: [
      hello,
      json({ id: 2, name: 'hold', body: { owner, needs: [], make: true, memoryBytes: 1e12 } }),
    ],
    logged: /hold with a body/,
  },
  {
    what: 'a check that is none',
    packets: [
      hello,
      json({
        id: 2,
        name: 'watch',
        body: {
          sandbox: 'f'.repeat(12),
          key: 'x',
          xray: false,
          checks: [{ conditions: [{ file: { of: 'host', path: '/etc/shadow' } }], hints: [] }],
        },
      }),
    ],
    logged: /watch with a body/,
  },
  { what: 'what is no request', packets: [hello, json([1, 2])], logged: /no request/ },
  {
    what: 'what is no JSON',
    packets: [hello, encodePacket('json', Buffer.from([0xff, 0xfe]))],
    logged: /no request/,
  },
  {
    what: 'a packet that is too long',
    packets: [hello, oversize],
    logged: /A packet of \d+ bytes/,
  },
  {
    what: 'a packet of unknown kind',
    packets: [hello, Buffer.from([0, 0, 0, 1, 9])],
    logged: /unknown kind 9/,
  },
  { what: 'a frame before hello', packets: [frame('input')], logged: /before hello/ },
  { what: 'output', packets: [hello, frame('output')], logged: /wrong direction/ },
  {
    what: 'a frame that is none',
    packets: [hello, encodePacket('frame', Buffer.from('short'))],
    logged: /frame that is none/,
  },
];

for (const { what, packets, logged } of VIOLATIONS) {
  test(`${what} ends the link, is logged, and another web is started`, async (context) => {
    const { until } = await takenWeb(context, ...packets);
    const [ended] = await until('link-ended');
    assert.match(ended?.type === 'link-ended' ? ended.reason : '', logged);
    await until('web-died');
    await until('web-started', 2);
  });
}

test('a web that breaks the rules again and again is not started for ever', async (context) => {
  const { events, until } = await takenWeb(context, json({ id: 1, name: 'no', body: {} }));
  const [failed] = await until('web-failed');
  assert.match(
    failed?.type === 'web-failed' ? failed.sentence : '',
    /died 5 times before it was ready/,
  );
  assert.equal(events.filter((event) => event.type === 'web-started').length, 5);
});

test('a taken web has what a learner has: no sandbox but one it holds, no channel but its own', async (context) => {
  const foreign = 'f'.repeat(12);
  const size = { columns: 80, rows: 24 };
  const { until } = await takenWeb(
    context,
    hello,
    json({
      id: 2,
      name: 'attach',
      body: {
        sandbox: foreign,
        terminal: 'machine',
        serial: 0,
        ...size,
        from: 0,
        used: true,
        input: newInput(),
      },
    }),
    json({ id: 3, name: 'watch', body: { sandbox: foreign, key: 'x', xray: true } }),
    json({ id: 4, name: 'restart', body: { sandbox: foreign, terminal: 'machine' } }),
    frame('input'),
    json({ id: 5, name: 'release', body: { hold: 77 } }),
    json({ id: 6, name: 'detach', body: { channel: 77 } }),
    json({ id: 7, name: 'look', body: { watch: 77 } }),
    json({ id: 8, name: 'compute', body: { sandbox: foreign, question: { namespaces: 'net' } } }),
    json({ id: 9, name: 'open', body: { sandbox: foreign, inside: 1, ...size } }),
    json({ id: 10, name: 'close', body: { sandbox: foreign, terminal: 'tty3', serial: 1 } }),
    json({ id: 11, name: 'containers', body: { sandbox: foreign } }),
  );
  await until('web-ready');
  const heard = await eventually('all answers', async () => {
    const said = await until('web-said');
    const text = said.map((event) => (event.type === 'web-said' ? event.line : '')).join('');
    return [7, 8, 10, 11].every((id) => text.includes(`"id":${id}`)) ? text : undefined;
  });
  for (const id of [2, 3, 4, 8, 9, 10, 11]) {
    assert.match(heard, new RegExp(`"refused","id":${id},"error":{"code":"no-such-sandbox"`));
  }
  for (const id of [1, 5, 6, 7]) assert.match(heard, new RegExp(`"reply","id":${id},"body":{}`));
});

test('a program that web’s user can not run stops the lab with the reason', async (context) => {
  const { until } = await startWarden(context, { file: '/root/node', arguments: [] });
  const [failed] = await until('web-failed');
  assert.match(
    failed?.type === 'web-failed' ? failed.sentence : '',
    /can't be started \(.*\/root\/node.*able to execute/,
  );
});

test('a web that was ready is started again however often it dies', async (context) => {
  const bytes = Buffer.from(hello).toString('base64');
  const script = `require('fs').writeSync(3, Buffer.from('${bytes}', 'base64')); process.abort();`;
  const { events, until } = await startWarden(context, {
    file: process.execPath,
    arguments: ['--no-node-snapshot', '-e', script],
  });
  await until('web-ready', 7);
  assert.ok(!events.some((event) => event.type === 'web-failed'));
});
