import assert from 'node:assert/strict';
import test from 'node:test';
import { FLOW_CONTROL } from '../../server/protocol/flow-control.ts';
import { encodeFrame } from '../../server/protocol/frame.ts';
import type { OpenTerminal } from '../../server/protocol/terminals.ts';
import { attached } from './example-terminal.ts';
import { isRunning, machine, openPage, paper, until } from './tested-page.ts';

const third = (serial: number): OpenTerminal => ({
  terminal: 'tty3',
  serial,
  inside: null,
  running: true,
});

/** The connection is lost, and the page is back on its machine: what it says, and its new connection. */
async function reconnect({ lab, connected }: Awaited<ReturnType<typeof openPage>>) {
  const next = connected();
  lab.socket.terminate();
  const again = await next;
  await again.hear('hello');
  again.say({ type: 'machine', state: machine('00000000000a'), terminals: [] });
  return { again, request: await again.hear('open-terminal') };
}

test('what is typed goes out, what the shell prints is drawn', async (context) => {
  const { session, lab, screen } = await openPage(context);
  session.type('machine', 'ls\r');
  const { channel, payload } = await lab.hearFrame('input');
  assert.deepEqual([channel, Buffer.from(payload).toString()], [1, 'ls\r']);
  lab.print(1, 0, 'bin');
  lab.say({ type: 'gone', reason: 'idle' });
  await until(session, () => session.store.get().machine.kind === 'gone');
  assert.equal(screen.text, 'bin', 'it stays on the screen after the machine');
  session.startMachine();
  await lab.hear('start');
  lab.say({ type: 'machine', state: machine('00000000000b'), terminals: [] });
  await lab.hear('open-terminal');
  assert.equal(screen.text, '', 'the next machine begins with an empty one');
});

test('after a lost connection the terminal goes on at the byte it had come to, and all is watched again', async (context) => {
  const { session, lab, connected, screen } = await openPage(context);
  session.openStep('uts', 'rename', true);
  await lab.hear('watch-step');
  session.setVisible(true);
  lab.print(1, 0, 'hello ');
  lab.say({ type: 'error', error: { code: 'bad-message', message: '', hint: '' } });
  await until(session, () => session.store.get().error !== null);
  const next = connected();
  lab.socket.terminate();
  const again = await next;
  await again.hear('hello');
  again.say({ type: 'machine', state: machine('00000000000a'), terminals: [] });
  const asked = await again.hear('open-terminal');
  assert.deepEqual([asked.serial, asked.from], [1, 6]);
  assert.equal((await again.hear('watch-step')).step, 'rename');
  assert.equal((await again.hear('watch-xray')).on, true);
  again.say(attached({ channel: 9, offset: 6, head: 11 }));
  again.print(9, 6, 'world');
  again.say({ type: 'gone', reason: 'expired' });
  const texts: string[] = [];
  const leave = session.store.subscribe(() => texts.push(screen.text));
  await until(session, () => session.store.get().machine.kind === 'gone');
  leave();
  assert.ok(texts.includes('hello world'));
});

test('a terminal that was opened anew shows nothing of the one before', async (context) => {
  const { session, lab } = await openPage(context);
  lab.say({ type: 'terminals', terminals: [third(4)] });
  await until(session, () => session.store.get().terminals.tty3?.serial === 4);
  const first = paper();
  const leave = session.addScreen('tty3', first.view);
  assert.equal((await lab.hear('open-terminal')).serial, 0);
  lab.say(attached({ terminal: 'tty3', serial: 4, channel: 2 }));
  lab.print(2, 0, 'first');
  await until(session, () => session.store.get().terminals.tty3?.shell.kind === 'running');
  lab.say({ type: 'terminals', terminals: [third(5)] });
  await until(session, () => session.store.get().terminals.tty3?.serial === 5);
  leave();
  const second = paper();
  session.addScreen('tty3', second.view);
  const asked = await lab.hear('open-terminal');
  assert.deepEqual([asked.serial, asked.from], [0, 0]);
  assert.equal(second.screen.text, '');
});

test('what a terminal prints while another one is shown is marked, but not what it had printed before', async (context) => {
  const { session, lab } = await openPage(context);
  lab.say({ type: 'terminals', terminals: [third(4)] });
  await until(session, () => session.store.get().terminals.tty3 !== undefined);
  session.showTerminals(['machine']);
  session.addScreen('tty3', paper().view);
  await lab.hear('open-terminal');
  lab.say(attached({ terminal: 'tty3', serial: 4, channel: 2, head: 3 }));
  lab.print(2, 0, 'old');
  await until(session, () => session.store.get().terminals.tty3?.shell.kind === 'running');
  assert.equal(session.store.get().terminals.tty3?.unseen, false);
  // A prompt that is drawn anew for another size is no news: so it is said until it is.
  let offset = 3;
  const print = setInterval(() => {
    lab.print(2, offset, 'x');
    offset += 1;
  }, 50);
  context.after(() => clearInterval(print));
  await until(session, () => session.store.get().terminals.tty3?.unseen === true);
  session.showTerminals(['tty3']);
  assert.equal(session.store.get().terminals.tty3?.unseen, false);
});

test('another machine begins with empty terminals', async (context) => {
  const { session, lab, screen } = await openPage(context);
  lab.print(1, 0, 'old');
  session.resetMachine();
  await lab.hear('reset');
  lab.say({ type: 'gone', reason: 'reset' });
  lab.say({ type: 'machine', state: machine('00000000000b'), terminals: [] });
  assert.equal((await lab.hear('open-terminal')).from, 0);
  assert.equal(screen.text, '');
});

test('keys that nothing receives are counted and not sent later', async (context) => {
  const { session, lab, connected } = await openPage(context);
  const next = connected();
  lab.socket.terminate();
  await until(session, () => session.store.get().link.kind === 'lost');
  session.type('machine', 'rm -rf x\r');
  assert.equal(session.store.get().terminals.machine.keysDropped, 1);
  const again = await next;
  await again.hear('hello');
  again.say({ type: 'machine', state: machine('00000000000a'), terminals: [] });
  await again.hear('open-terminal');
  again.say(attached({ channel: 2 }));
  await until(session, () => session.store.get().terminals.machine.keysDropped === 0);
  session.type('machine', 'ok');
  assert.equal(Buffer.from((await again.hearFrame('input')).payload).toString(), 'ok');
});

test('a terminal that is another one than the page has asked for begins anew on its screen', async (context) => {
  const opened = await openPage(context);
  const { session, lab, screen } = opened;
  lab.print(1, 0, 'old');
  session.type('machine', 'abc');
  await lab.hearFrame('input');
  const { again, request } = await reconnect(opened);
  assert.deepEqual([request.serial, request.from], [1, 3]);
  again.say(attached({ serial: 7, channel: 2, inputOffset: 3, inputTaken: 3 }));
  again.print(2, 0, 'new');
  await until(session, () => session.store.get().terminals.machine.serial === 7);
  session.type('machine', 'ls');
  const { offset, payload } = await again.hearFrame('input');
  assert.deepEqual([offset, Buffer.from(payload).toString()], [3, 'ls']);
  again.say({ type: 'error', error: { code: 'bad-message', message: '', hint: '' } });
  await until(session, () => session.store.get().error !== null);
  assert.equal(screen.text, 'new');
});

test('after its machine a terminal stays until it is put away or there is another machine', async (context) => {
  const { session, lab } = await openPage(context);
  const { screen, view } = paper();
  const fourth = { ...third(5), terminal: 'tty4' } as const;
  lab.say({ type: 'terminals', terminals: [third(4), fourth] });
  await until(session, () => session.store.get().terminals.tty4 !== undefined);
  session.addScreen('tty3', view);
  await lab.hear('open-terminal');
  lab.say(attached({ terminal: 'tty3', serial: 4, channel: 2 }));
  lab.print(2, 0, 'kept');
  lab.say({ type: 'gone', reason: 'idle' });
  await until(session, () => session.store.get().machine.kind === 'gone');
  assert.equal(screen.text, 'kept');
  assert.deepEqual(
    [session.store.get().terminals.tty3?.serial, session.store.get().terminals.tty3?.shell.kind],
    [4, 'closed'],
  );
  session.closeTerminal('tty4');
  assert.equal(session.store.get().terminals.tty4, undefined);
  lab.say({ type: 'machine', state: machine('00000000000b'), terminals: [] });
  await until(session, () => session.store.get().machine.kind === 'running');
  assert.equal(session.store.get().terminals.tty3, undefined);
});

test('a terminal behind another tab leaves its size to the page that shows it, and takes it when shown', async (context) => {
  const { session, lab } = await openPage(context);
  const { screen, view } = paper();
  lab.say({ type: 'terminals', terminals: [third(4)] });
  await until(session, () => session.store.get().terminals.tty3 !== undefined);
  session.showTerminals(['machine']);
  session.addScreen('tty3', view);
  assert.equal((await lab.hear('open-terminal')).used, false);
  lab.say(attached({ terminal: 'tty3', serial: 4, channel: 2, used: false }));
  await until(session, () => session.store.get().terminals.tty3?.shell.kind === 'running');
  screen.columns = 90;
  session.resized('tty3');
  session.setVisible(true);
  session.showTerminals(['tty3']);
  const { channel, columns } = await lab.hear('resize-terminal');
  assert.deepEqual([channel, columns], [2, 90]);
});

test('what may not have arrived is sent again after a reconnect, at its place', async (context) => {
  const opened = await openPage(context);
  const { session, lab } = opened;
  session.type('machine', 'abc');
  await lab.hearFrame('input');
  const { again, request } = await reconnect(opened);
  assert.deepEqual({ ...request.input, stream: '' }, { stream: '', from: 0, end: 3, shell: 1 });
  again.say(attached({ channel: 2, inputOffset: 1, inputTaken: 1 }));
  const { channel, offset, payload } = await again.hearFrame('input');
  assert.deepEqual([channel, offset, Buffer.from(payload).toString()], [2, 0, 'abc']);
  assert.equal(session.store.get().terminals.machine.keysDropped, 0);
});

test('what was typed half a minute before the reconnect is not sent again, and the page says so', async (context) => {
  const opened = await openPage(context);
  const { session, lab, clock } = opened;
  session.type('machine', 'rm -rf x\r');
  await lab.hearFrame('input');
  clock.now += 40_000;
  const { again, request } = await reconnect(opened);
  assert.equal(request.input.from, 9);
  again.say(attached({ channel: 2, inputOffset: 0, inputTaken: 9 }));
  await until(session, () => session.store.get().terminals.machine.keysDropped === 1);
  session.type('machine', 'ls');
  const { offset, payload } = await again.hearFrame('input');
  assert.deepEqual([offset, Buffer.from(payload).toString()], [9, 'ls']);
  assert.equal(session.store.get().terminals.machine.keysDropped, 0, 'and it was seen');
});

test('another machine gets a stream of its own, and nothing of what was typed', async (context) => {
  const { session, lab } = await openPage(context);
  session.type('machine', 'abc');
  await lab.hearFrame('input');
  lab.say({ type: 'gone', reason: 'reset' });
  lab.say({ type: 'machine', state: machine('00000000000b'), terminals: [] });
  const { input } = await lab.hear('open-terminal');
  assert.deepEqual([input.from, input.end, input.shell], [0, 0, 0]);
});

test('a page that was away too long says what is missing, and keeps what it has', async (context) => {
  const opened = await openPage(context);
  const { session, lab, screen } = opened;
  lab.print(1, 0, 'old ');
  lab.say({ type: 'error', error: { code: 'bad-message', message: '', hint: '' } });
  await until(session, () => session.store.get().error !== null);
  const { again } = await reconnect(opened);
  const sizes = [{ offset: 900, columns: 80, rows: 24 }];
  again.say(attached({ channel: 2, offset: 904, head: 907, modes: '\x1b[1m', sizes }));
  again.print(2, 904, 'new');
  again.say({ type: 'error', error: { code: 'no-such-lesson', message: '', hint: '' } });
  await until(session, () => session.store.get().error?.code === 'no-such-lesson');
  assert.equal(screen.text, 'old [900 missing]\x1b[1mnew');
  assert.equal(session.store.get().terminals.machine.missedBytes, 0);
});

test('a gap within a full-screen program is said in the header instead', async (context) => {
  const opened = await openPage(context);
  const { session, lab } = opened;
  lab.print(1, 0, 'old ');
  lab.say({ type: 'error', error: { code: 'bad-message', message: '', hint: '' } });
  await until(session, () => session.store.get().error !== null);
  const { again } = await reconnect(opened);
  const sizes = [{ offset: 900, columns: 80, rows: 24 }];
  again.say(attached({ channel: 2, offset: 904, head: 907, modes: '\x1b[?1049h', sizes }));
  await until(session, () => session.store.get().terminals.machine.missedBytes === 900);
  session.type('machine', 'x');
  assert.equal(session.store.get().terminals.machine.missedBytes, 0);
});

test('a page that another one has resized says so, does not answer programs, and takes its size back when it is used', async (context) => {
  const { session, lab, screen } = await openPage(context);
  const news = { type: 'terminal-size', channel: 1, offset: 0, columns: 60, rows: 20 } as const;
  lab.say({ ...news, used: false });
  const foreign = () => session.store.get().terminals.machine.foreignSize;
  await until(session, () => foreign() !== null);
  assert.deepEqual([screen.sizes.at(-1), foreign()], [60, { columns: 60, rows: 20 }]);
  session.type('machine', '\x1b[1;1R');
  session.claim('machine');
  assert.equal((await lab.hear('resize-terminal')).columns, 80);
  lab.say({ ...news, columns: 80, rows: 24, used: true });
  await until(session, () => foreign() === null);
  session.type('machine', '\x1b[1;1R');
  assert.equal((await lab.hearFrame('input')).offset, 0, 'the first answer was not sent');
});

test('a paste is sent as it is taken, and Ctrl-C throws the rest away', async (context) => {
  const { session, lab } = await openPage(context);
  session.type('machine', 'x'.repeat(10 * FLOW_CONTROL.inputWindowBytes));
  let end = 0;
  while (end < FLOW_CONTROL.inputWindowBytes) {
    const { offset, payload } = await lab.hearFrame('input');
    assert.equal(offset, end);
    end += payload.byteLength;
  }
  lab.socket.send(
    encodeFrame({ kind: 'taken', channel: 1, offset: 1000, payload: new Uint8Array() }),
  );
  end += (await lab.hearFrame('input')).payload.byteLength;
  assert.equal(end, FLOW_CONTROL.inputWindowBytes + 1000);
  session.type('machine', '\x03');
  const { offset, payload } = await lab.hearFrame('interrupt');
  assert.deepEqual([offset, ...payload], [end, 3]);
  session.type('machine', 'y');
  lab.socket.send(
    encodeFrame({ kind: 'taken', channel: 1, offset: end + 1, payload: new Uint8Array() }),
  );
  assert.equal((await lab.hearFrame('input')).payload.byteLength, 1);
});

test('answers to questions of a replay stay on the page, the learner’s keys do not', async (context) => {
  const { session, lab, connected } = await openPage(context);
  const next = connected();
  lab.socket.terminate();
  const again = await next;
  await again.hear('hello');
  again.say({ type: 'machine', state: machine('00000000000a'), terminals: [] });
  await again.hear('open-terminal');
  again.say(attached({ channel: 2, offset: 0, head: 4 }));
  await until(session, () => isRunning(session) && session.store.get().link.kind === 'open');
  await until(session, () => session.store.get().terminals.machine.keysDropped === 0);
  again.say({ type: 'error', error: { code: 'bad-message', message: '', hint: '' } });
  await until(session, () => session.store.get().error !== null);
  session.type('machine', '\x1b[1;1R');
  session.type('machine', 'x');
  assert.equal(Buffer.from((await again.hearFrame('input')).payload).toString(), 'x');
});

test('drawn output is acknowledged', async (context) => {
  const { lab } = await openPage(context);
  lab.print(1, 0, 'a'.repeat(FLOW_CONTROL.acknowledgeEveryBytes));
  const { channel, offset } = await lab.hearFrame('acknowledgement');
  assert.deepEqual([channel, offset], [1, FLOW_CONTROL.acknowledgeEveryBytes]);
});

test('a command for a shell that has ended starts a new shell first', async (context) => {
  const { session, lab } = await openPage(context);
  lab.say({ type: 'terminal-ended', terminal: 'machine', exitCode: 0, signal: 0 });
  await until(session, () => !isRunning(session));
  session.runCommand('machine', 'hostname');
  await lab.hear('restart-terminal');
  lab.say({ type: 'terminal-started', terminal: 'machine', serial: 1, shell: 2 });
  assert.equal(Buffer.from((await lab.hearFrame('input')).payload).toString(), 'hostname\r');
});

test('a terminal is told its size only when it has changed', async (context) => {
  const { session, lab, screen } = await openPage(context);
  session.resized('machine');
  screen.columns = 100;
  session.resized('machine');
  assert.equal((await lab.hear('resize-terminal')).columns, 100);
  assert.equal(screen.sizes.at(-1), 80, 'its screen has it when the terminal has it');
});

test('a command that interrupts is typed when a shell reads again', async (context) => {
  const { session, lab, screen } = await openPage(context);
  const typed = async (kind: 'input' | 'interrupt' = 'input') =>
    Buffer.from((await lab.hearFrame(kind)).payload).toString();
  session.runCommand('machine', 'hostname', true);
  assert.equal(await typed('interrupt'), '\x03');
  lab.print(1, 0, '^C');
  lab.say({ type: 'error', error: { code: 'bad-message', message: '', hint: '' } });
  await until(session, () => session.store.get().error !== null);
  screen.reading = true;
  session.type('machine', 'x');
  assert.equal(await typed(), 'x', 'nothing was typed before the shell has said that it reads');
  lab.print(1, 2, '# ');
  assert.equal(await typed(), 'hostname\r');
});
