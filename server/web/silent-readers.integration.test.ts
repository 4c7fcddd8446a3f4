import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type BenchTerminal, SILENT } from '../bench/terminal/bench-terminal.ts';
import { openTerminals, type Server } from '../bench/terminal/open-terminal.ts';
import { honestPage } from '../fuzz/honest-page.ts';
import { descriptorsOf, residentMiB } from '../fuzz/process-state.ts';
import { handshake } from '../fuzz/raw-client.ts';
import { eventually } from '../testing/eventually.ts';
import { startLab, type TestLab } from '../testing/lab.ts';
import { PATIENCE } from '../testing/patience.ts';

const SILENT_CONNECTIONS = 1_000;
const STOPPED = 10;
const HALF_OPEN = 5;

/** Web asks for a sign of life every 20 seconds, and has no patience for a second question. */
const DEATH_MS = 60_000 * PATIENCE;

/** What each may cost warden and web: what is remembered, what is under way, and what is kept for it. */
const STOPPED_MIB = 3;
const CONNECTION_MIB = 0.1;
/** What the collectors may hold back. */
const SLACK_MIB = 48;

const sockets = (pid: number) => descriptorsOf(pid).filter((each) => each.startsWith('socket'));

/** A lab with an honest page on it, and what both processes had before anybody misbehaved. */
async function startWatchedLab(context: TestContext) {
  const lab = startLab(context, ['--port', '0', '--warm', '0']);
  const address = await lab.address();
  const server: Server = { speaks: 'glassbox', address };
  const honest = await honestPage(address);
  context.after(() => honest.stop().catch(() => {}));
  return { lab, address, server, honest };
}

type Before = { readonly sockets: number; readonly mib: number };
const look = (lab: TestLab): Before => ({
  sockets: sockets(lab.webPid()).length,
  mib: residentMiB(lab.pid) + residentMiB(lab.webPid()),
});

function costAtMost(lab: TestLab, before: Before, mib: number): void {
  const grown = look(lab).mib - before.mib;
  assert.ok(grown < mib + SLACK_MIB, `warden and web have grown by ${grown.toFixed(1)} MiB`);
}

/** Waits longer than for anything else: web itself waits before it gives somebody up. */
async function closedByWeb(lab: TestLab, before: Before): Promise<void> {
  const deadline = performance.now() + DEATH_MS;
  while (sockets(lab.webPid()).length > before.sockets) {
    assert.ok(performance.now() < deadline, `${look(lab).sockets}, not ${before.sockets} sockets`);
    await wait(200);
  }
}

// All at once, each with a lab of its own: most of their time they wait for web to lose its patience.
describe('pages that do not do their part', { concurrency: true }, () => {
  test(`${STOPPED} readers that stop, and ${HALF_OPEN} whose process stops, are bounded, and closed in the end`, async (context) => {
    const { lab, server, honest } = await startWatchedLab(context);
    const before = look(lab);
    const stopped = await openTerminals(server, STOPPED);
    for (const terminal of stopped) {
      terminal.screen = SILENT;
      terminal.type('yes\r');
      terminal.stopReading();
    }
    const flood = fileURLToPath(new URL('../bench/terminal/flood.ts', import.meta.url));
    const vanished = spawn(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), flood, JSON.stringify(server), String(HALF_OPEN)],
      { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
    );
    context.after(() => vanished.kill('SIGKILL'));
    await said(vanished);
    vanished.send('on');
    await said(vanished);
    // No FIN, no RST: to web it is a cable that was pulled.
    vanished.kill('SIGSTOP');

    await closedByWeb(lab, before);
    costAtMost(lab, before, (STOPPED + HALF_OPEN) * STOPPED_MIB);
    assert.ok((await honest.stop()).keys > 0);
    for (const terminal of stopped) await terminal.close();
  });

  test('a reader that never acknowledges, and one that reads a little at a time, are bounded and stay', async (context) => {
    const { lab, server, honest } = await startWatchedLab(context);
    const before = look(lab);
    const [silent, slow] = await openTerminals(server, 2);
    assert.ok(silent !== undefined && slow !== undefined);
    silent.screen = SILENT;
    silent.type('yes\r');

    const bytes = await readSlowly(slow);
    costAtMost(lab, before, 2 * STOPPED_MIB);
    assert.ok(bytes > SLOW_BYTES);
    assert.equal(look(lab).sockets, before.sockets + 2, 'both are still there');
    // What it drew is what it takes; Ctrl-C reaches the program past all that is under way.
    slow.type('\u0003');
    await slow.run('true');
    assert.ok((await honest.stop()).keys > 0);
    await silent.close();
    await slow.close();
  });

  const SLOW_BYTES = 4 * 1024 ** 2;
  const SLOW_PAUSE_MS = 10;

  /** Draws one piece, then rests; resolves when it has drawn more than is ever under way. */
  async function readSlowly(terminal: BenchTerminal): Promise<number> {
    let bytes = 0;
    const waiting: (() => void)[] = [];
    terminal.screen = (piece, drawn) => {
      bytes += piece.byteLength;
      waiting.push(drawn);
    };
    terminal.type('yes\r');
    while (bytes <= SLOW_BYTES) {
      await wait(SLOW_PAUSE_MS);
      waiting.shift()?.();
    }
    terminal.screen = (_piece, drawn) => drawn();
    for (const drawn of waiting) drawn();
    return bytes;
  }

  test(`${SILENT_CONNECTIONS} connections that say nothing cost little and are closed`, async (context) => {
    const { lab, address, honest } = await startWatchedLab(context);
    const before = look(lab);
    const { hostname, port } = new URL(address);
    const goodbyes: string[] = [];
    const open: Socket[] = [];
    for (let count = 0; count < SILENT_CONNECTIONS; count += 1) {
      // Another address than the honest page's: one address may have a thousand.
      const options = { host: hostname, port: Number(port), localAddress: '127.0.0.2' };
      const socket = connect(options, () => socket.write(handshake(address)));
      socket.on('error', () => {});
      socket.on('data', (data) => {
        if (data[0] === CLOSE_FRAME) goodbyes.push(String(data.readUInt16BE(2)));
      });
      open.push(socket);
    }
    context.after(() => {
      for (const socket of open) socket.destroy();
    });
    await eventually(
      () => `all are connected; there are ${look(lab).sockets} sockets`,
      () => look(lab).sockets >= before.sockets + SILENT_CONNECTIONS,
    );
    costAtMost(lab, before, SILENT_CONNECTIONS * CONNECTION_MIB);

    await eventually(
      () => `each is told to go; ${goodbyes.length} were`,
      () => goodbyes.length === SILENT_CONNECTIONS,
    );
    assert.deepEqual([...new Set(goodbyes)], ['4400']);
    await closedByWeb(lab, before);
    assert.ok((await honest.stop()).keys > 0);
  });
});

const CLOSE_FRAME = 0x88;

/** The next message of the child's; fails when it ends instead. */
function said(child: ReturnType<typeof spawn>): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', () => reject(new Error('The flooding client has ended.')));
  });
}
