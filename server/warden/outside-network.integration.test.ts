import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import test, { type TestContext } from 'node:test';
import { spawn as spawnOnTerminal } from 'node-pty';
import type { OutsideAccess } from '../configuration.ts';
import { imageStoreAttachment } from '../images/store.ts';
import type { SandboxNeed } from '../protocol/needs.ts';
import { parseOptions } from '../setup/options.mjs';
import { eventually } from '../testing/eventually.ts';
import { lowerdirs, openTestNative } from '../testing/native.ts';
import type { CreatedSandbox, Native } from './native-interface.ts';
import { withOutsideNetwork } from './outside-network.ts';
import { admission, applyRules, filterRules, findNft, removalOf } from './packet-filter.ts';
import { SANDBOX_LIMITS } from './sandbox-limits.ts';

const nft = findNft();
const skip =
  nft === undefined || !existsSync('/usr/bin/slirp4netns')
    ? 'needs the packages slirp4netns and nftables'
    : false;

const run = (file: string, ...args: string[]): string =>
  execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** Says who it is to whoever connects, on all its addresses. */
const SERVER = `require('node:net').createServer((c) => { c.on('error', () => {}); c.end('the world\\n'); })
  .listen(Number(process.argv[1]), '0.0.0.0', () => console.log('ready'));`;

type World = {
  /** The host and the world, each with a documentation address and a private one. */
  readonly host: string;
  readonly world: string;
  readonly privateWorld: string;
};

/** A computer outside: a network namespace of the test's own, by a cable to the host, with a server on two ports. */
async function makeWorld(context: TestContext): Promise<World> {
  const name = `gb${randomBytes(4).toString('hex')}`;
  // Tests that run at the same time have networks of their own.
  const first = 4 * randomInt(1, 63);
  const privateNetwork = `10.${randomInt(64, 250)}.${randomInt(1, 250)}`;
  run('ip', 'netns', 'add', name);
  context.after(() => run('ip', 'netns', 'delete', name));
  run('ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
  const world = ['netns', 'exec', name, 'ip'];
  for (const [host, there] of [
    [`198.51.100.${first + 1}/30`, `198.51.100.${first + 2}/30`],
    [`${privateNetwork}.1/30`, `${privateNetwork}.2/30`],
  ] as const) {
    run('ip', 'address', 'add', host, 'dev', name);
    run('ip', ...world, 'address', 'add', there, 'dev', 'eth0');
  }
  run('ip', 'link', 'set', name, 'up');
  run('ip', ...world, 'link', 'set', 'eth0', 'up');
  for (const port of ['80', '53']) {
    const server = spawn('ip', ['netns', 'exec', name, process.execPath, '-e', SERVER, port]);
    context.after(async () => {
      server.kill('SIGKILL');
      await once(server, 'close');
    });
    await once(server.stdout, 'data');
  }
  return {
    host: `198.51.100.${first + 1}`,
    world: `198.51.100.${first + 2}`,
    privateWorld: `${privateNetwork}.2`,
  };
}

/** Something of the host's own that listens everywhere, as a lab does that serves a class. */
async function listenOnHost(context: TestContext): Promise<number> {
  const server = createServer((connection) => connection.end('the host\n'));
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  context.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

type Machine = {
  readonly id: string;
  readonly created: CreatedSandbox;
  /** What a script prints. */
  readonly run: (script: string) => Promise<string>;
};

type Lab = {
  readonly name: string;
  readonly native: Native;
  readonly ended: string[];
  readonly make: (...needs: readonly SandboxNeed[]) => Promise<Machine>;
};

function openLab(context: TestContext, access: OutsideAccess): Lab {
  const name = `glassbox-${randomBytes(4).toString('hex')}`;
  const ended: string[] = [];
  const plain = openTestNative(context, name);
  const native = withOutsideNetwork(plain, {
    access,
    table: name,
    ended: (_, how) => ended.push(how),
  });
  context.after(async () => {
    for (const id of await plain.leftovers()) await native.destroy(id, undefined);
    await native.leftovers();
  });
  let made = 0;
  return {
    name,
    native,
    ended,
    async make(...needs) {
      const id = randomBytes(6).toString('hex');
      const idBase = 2_000_000_000 + 65_536 * (randomInt(10_000) + made++);
      const spec = { id, hostname: 'machine', lowerdirs: lowerdirs(), idBase, needs };
      const attachments = [imageStoreAttachment(parseOptions([], process.env).images)];
      const created = await native.create({ ...SANDBOX_LIMITS, ...spec, attachments });
      return { id, created, run: (script) => runInside(native, id, created, script) };
    },
  };
}

async function runInside(
  native: Native,
  id: string,
  created: CreatedSandbox,
  script: string,
): Promise<string> {
  const { file, arguments: args } = native.enterArguments(id, created, 1, [
    '/bin/bash',
    '-c',
    `exec 2>&1; ${script}`,
  ]);
  const shell = spawnOnTerminal(file, [...args], { env: {}, cols: 200 });
  let output = '';
  shell.onData((data) => {
    output += data.replaceAll('\r', '');
  });
  return new Promise((fulfil) => shell.onExit(() => fulfil(output)));
}

/** What a connection to an address and a port gets. */
const ask = (address: string, port = 80) =>
  `timeout 8 bash -c "cat < /dev/tcp/${address}/${port}" && echo answered || echo no answer;`;

const tableOf = (lab: string): string => {
  try {
    return run(nft ?? 'nft', 'list', 'table', 'inet', lab);
  } catch {
    return '';
  }
};

const wayOf = (machine: Machine): string | undefined =>
  run('ps', '-eo', 'pid,args')
    .split('\n')
    .find((line) => line.includes('slirp4netns') && line.includes(machine.id));

test('a machine that needs the outside and may reach it does', { skip }, async (context) => {
  const { world } = await makeWorld(context);
  const lab = openLab(context, 'internet');
  const machine = await lab.make('outside');
  assert.deepEqual(machine.created.missing, []);
  const output = await machine.run(`${ask(world)} cat /etc/resolv.conf; ip route`);
  assert.match(output, /the world\nanswered/);
  assert.match(output, /nameserver 10\.0\.2\.3/);
  assert.match(output, /default via 10\.0\.2\.2 dev eth0/);
});

test('containers of such a machine go out through it', { skip }, async (context) => {
  const { world, host } = await makeWorld(context);
  const port = await listenOnHost(context);
  const lab = openLab(context, 'internet');
  const machine = await lab.make('outside', 'netfilter');
  const output = await machine.run(`box run --rm busybox nc -w 8 ${world} 80
    box run --rm busybox nc -w 8 ${host} ${port}
    box run --rm busybox cat /etc/resolv.conf`);
  assert.match(output, /the world\n/);
  assert.match(output, /nameserver 10\.0\.2\.3/);
  assert.doesNotMatch(output, /the host/);
});

test('without the need, and without leave, there is no way out', { skip }, async (context) => {
  const { world } = await makeWorld(context);
  const allowed = openLab(context, 'internet');
  const without = await allowed.make();
  assert.match(await without.run(`${ask(world)} ip link`), /no answer\n1: lo:[^\n]*\n[^\n]*\n$/);
  const refused = openLab(context, 'no');
  const machine = await refused.make('outside');
  assert.deepEqual(
    machine.created.missing.map(({ need }) => need),
    ['outside'],
  );
  assert.match(machine.created.missing[0]?.why ?? '', /--allow-outside/);
  assert.match(await machine.run(ask(world)), /no answer/);
  assert.equal(tableOf(refused.name), '');
});

test('the host, what listens on it and private networks stay out of reach', {
  skip,
}, async (context) => {
  const { host, world, privateWorld } = await makeWorld(context);
  const port = await listenOnHost(context);
  const lab = openLab(context, 'internet');
  const machine = await lab.make('outside');
  for (const [address, there] of [
    ['10.0.2.2', port],
    ['127.0.0.1', port],
    [host, port],
    ['169.254.169.254', 80],
    [privateWorld, 80],
  ] as const) {
    const output = await machine.run(ask(address, there));
    assert.match(output, /no answer/, address);
    assert.doesNotMatch(output, /the host|the world/, address);
  }
  assert.match(await machine.run(ask(world)), /the world\nanswered/, 'it was not the network');
});

test('private networks can be allowed, the host can not', { skip }, async (context) => {
  const { host, privateWorld } = await makeWorld(context);
  const port = await listenOnHost(context);
  const machine = await openLab(context, 'internet-and-private').make('outside');
  assert.match(await machine.run(ask(privateWorld)), /the world\nanswered/);
  assert.match(await machine.run(ask(host, port)), /no answer/);
});

test('two machines with a way out do not reach each other', { skip }, async (context) => {
  const { host } = await makeWorld(context);
  const lab = openLab(context, 'internet');
  const [one, other] = [await lab.make('outside'), await lab.make('outside')];
  const listening = one.run('echo secret | timeout 20 nc -l 8000; echo end');
  const output = await other.run(
    [host, '10.0.2.100', '10.0.2.2', '10.0.2.15'].map((address) => ask(address, 8000)).join(''),
  );
  assert.doesNotMatch(output, /secret/);
  assert.equal(output.match(/no answer/g)?.length, 4);
  // The listener was there all the time: its own machine reaches it.
  assert.match(await runInside(lab.native, one.id, one.created, ask('127.0.0.1', 8000)), /secret/);
  await listening;
});

test('a way out has the machine’s ids and limits, no capability of the host, and ends with the machine', {
  skip,
}, async (context) => {
  const { world } = await makeWorld(context);
  const lab = openLab(context, 'internet');
  const machine = await lab.make('outside');
  assert.match(tableOf(lab.name), /set machines \{[^}]*elements = \{ \d+ \}/);
  const pid = await eventually(
    'slirp4netns is there',
    () =>
      run('ps', '-eo', 'pid,cgroup:200,args')
        .split('\n')
        .find((line) => line.includes(machine.id) && line.includes('slirp4netns'))
        ?.trim()
        .split(/\s+/)[0],
  );
  const status = run('cat', `/proc/${pid}/status`);
  assert.match(status, /Uid:\t2\d{9}\t/);
  assert.match(status, /CapEff:\t0000000000000400/);
  assert.match(status, /NoNewPrivs:\t1/);
  assert.match(status, /Seccomp:\t2/);
  assert.doesNotMatch(run('cat', `/proc/${pid}/cgroup`), /\/machine/);
  const { processes } = await lab.native.snapshot(machine.id, []);
  assert.ok(!processes.some((process) => process.pid === Number(pid)), 'no process of the machine');
  await machine.run(ask(world));
  await lab.native.destroy(machine.id, machine.created.pidfd);
  assert.ok(!existsSync(`/proc/${pid}`));
  assert.doesNotMatch(tableOf(lab.name), /elements = \{ \d{10}/);
  assert.deepEqual(lab.ended, []);
});

test('a way out ends when its warden is killed', { skip }, async (context) => {
  const lab = openLab(context, 'internet');
  const machine = await lab.make();
  const { file, arguments: args } = lab.native.outsideArguments(
    machine.id,
    machine.created,
    '/usr/bin/slirp4netns',
  );
  // It stands for the warden: it holds the other ends, and is killed.
  const script = `const { spawn } = require('node:child_process');
    const child = spawn(process.argv[1], process.argv.slice(2), { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    child.stdio[4].once('data', () => console.log(child.pid));`;
  const warden = spawn(process.execPath, ['-e', script, file, ...args]);
  const [line] = await once(warden.stdout, 'data');
  const pid = Number(String(line));
  assert.ok(existsSync(`/proc/${pid}`));
  warden.kill('SIGKILL');
  await eventually('slirp4netns ends', () => !existsSync(`/proc/${pid}`));
  assert.equal(wayOf(machine), undefined);
});

test('the resolver is reached at its own port only, be it in a private network', {
  skip,
}, async (context) => {
  const { privateWorld } = await makeWorld(context);
  const table = `glassbox-${randomBytes(4).toString('hex')}`;
  const uid = 2_000_000_000 + randomInt(100_000_000);
  assert.ok(nft);
  await applyRules(nft, filterRules(table, false));
  context.after(() => applyRules(nft, removalOf(table)));
  await applyRules(nft, admission(table, uid, [privateWorld]));
  const as = (port: number) =>
    run('setpriv', `--reuid=${uid}`, '--clear-groups', 'bash', '-c', `${ask(privateWorld, port)}`);
  assert.match(as(53), /the world\nanswered/);
  assert.match(as(80), /no answer/);
});
