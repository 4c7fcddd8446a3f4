import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { OpenTerminal } from '../protocol/terminals.ts';
import { startLab } from '../testing/lab.ts';
import { newInput } from '../testing/onlooker.ts';
import { newSecret, TestPage } from '../testing/page.ts';

/** The terminals that a learner opens, from the WebSocket to the kernel and back. */

async function openPage(context: TestContext) {
  const lab = startLab(context);
  const secret = newSecret();
  const page = await TestPage.connect(await lab.address());
  context.after(() => page.close());
  await page.hello(secret);
  const another = async () => {
    const other = await TestPage.connect(await lab.address());
    context.after(() => other.close());
    await other.hello(secret);
    return other;
  };
  return { lab, page, another };
}

/** Those beside the lesson's two, of which one may be open before anybody asks. */
const extras = ({ terminals }: { terminals: readonly OpenTerminal[] }) =>
  terminals.filter(({ terminal }) => terminal.startsWith('tty'));

const names = (message: { terminals: readonly OpenTerminal[] }) =>
  extras(message)
    .map(({ terminal }) => terminal)
    .join(' ');

const ALL = 'tty3 tty4 tty5 tty6';

test('a machine has six terminals, each with a name of its own, and no seventh', async (context) => {
  const { page } = await openPage(context);
  const terminals = [await page.open('machine'), await page.open('container')];
  for (let count = 3; count <= 6; count += 1) terminals.push(await page.openNew());
  for (const [index, terminal] of terminals.entries()) {
    terminal.type('tty; echo te-$((20 + 1))\n');
    await terminal.shows(`/dev/tty${index + 1}\r\n`);
    await terminal.shows('te-21');
  }
  await page.hear('terminals', (message) => names(message) === ALL);
  assert.equal(await page.refusal(), 'too-many-terminals');
});

test('a number that was closed is used again, by a terminal that begins anew', async (context) => {
  const { page, another } = await openPage(context);
  const third = await page.openNew();
  const fourth = await page.openNew();
  third.type('echo $$-fir$((0))st; sleep 1000\n');
  const [, shell] = /(\d+)-fir0st/.exec(await third.shows(/\d+-fir0st/)) ?? [];
  const { serial } = third.opened;
  page.say({ type: 'close-terminal', terminal: 'tty3', serial });
  await page.hear('terminals', (message) => names(message) === 'tty4');

  const again = await page.openNew();
  assert.equal(again.opened.terminal, 'tty3');
  assert.notEqual(again.opened.serial, serial);
  assert.equal(again.opened.offset, 0);
  again.type(`tty; kill -0 ${shell}; pgrep -c sleep; echo se$((0))cond\n`);
  const shown = await again.shows('se0cond');
  assert.match(shown, /\/dev\/tty3\r\n/);
  assert.match(shown, /No such process\r\n0\r\n/);
  assert.doesNotMatch(shown, /fir0st/);

  // What another page still knows of the old one is not taken for the new one's.
  const other = await another();
  const late = await other.open('tty3', 1, serial);
  assert.equal(late.opened.serial, again.opened.serial);
  assert.equal(late.opened.offset, 0);
  // And its wish to close the old one is too late.
  other.say({ type: 'close-terminal', terminal: 'tty3', serial });
  late.type('echo st$((0))ays\n');
  await late.shows('st0ays');
  fourth.type('echo un$((0))touched\n');
  await fourth.shows('un0touched');
});

test('a shell that ignores the hang-up keeps no number', async (context) => {
  const { page } = await openPage(context);
  const third = await page.openNew();
  for (let count = 4; count <= 6; count += 1) await page.openNew();
  third.type("trap '' HUP; exec sleep 1000\n");
  await third.shows('exec sleep');
  const { serial } = third.opened;
  page.say({ type: 'close-terminal', terminal: 'tty3', serial });
  const again = await page.openNew();
  assert.equal(again.opened.terminal, 'tty3');
});

test('two pages see the same terminals open and close', async (context) => {
  const { page, another } = await openPage(context);
  const other = await another();
  const [one, two] = await Promise.all([page.openNew(), other.openNew()]);
  assert.notEqual(one.opened.terminal, two.opened.terminal);
  await page.hear('terminals', (message) => names(message) === 'tty3 tty4');
  await other.hear('terminals', (message) => names(message) === 'tty3 tty4');
  const same = await other.open(one.opened.terminal);
  one.type('echo sha$((0))red\n');
  await same.shows('sha0red');
  const { terminal, serial } = two.opened;
  assert.ok(terminal === 'tty3' || terminal === 'tty4');
  // That only one was there may have been said when there was no second.
  other.forget();
  page.say({ type: 'close-terminal', terminal, serial });
  await other.hear('terminals', (message) => names(message) === one.opened.terminal);
  other.forget();
  const look = { columns: 80, rows: 24, from: 0, used: true, input: newInput() };
  other.say({ type: 'open-terminal', terminal, serial, ...look });
  assert.equal((await other.hear('terminal-failed')).error.code, 'no-such-terminal');
});

test('they are all there, with what they showed, when web was killed', async (context) => {
  const { lab, page, another } = await openPage(context);
  const third = await page.openNew();
  third.type('echo be$((0))fore\n');
  await third.shows('be0fore');
  await lab.killWeb();
  const back = await another();
  assert.deepEqual(
    extras(await back.hear('machine')).map(({ terminal, inside, running }) => ({
      terminal,
      inside,
      running,
    })),
    [{ terminal: 'tty3', inside: null, running: true }],
  );
  const shown = await back.open('tty3');
  await shown.shows('be0fore');
});

test('a terminal in a container that box made is there with box exec', async (context) => {
  const { page } = await openPage(context);
  const machine = await page.open('machine');
  machine.type('box run -d --name web --hostname web --memory 64m busybox sleep 1000\n');
  const web = await page.container(({ hostname }) => hostname === 'web');
  assert.match(web.box ?? '', /^[0-9a-f]{12}$/);
  assert.equal(web.command, 'sleep');
  const inside = await page.openNew(web.pid);
  inside.type('hostname; cat /proc/self/cgroup; tty; echo in$((0))side\n');
  const shown = await inside.shows('in0side');
  assert.match(shown, /web\r\n/);
  assert.match(shown, /\/dev\/pts\/\d+\r\n/);
  const { terminals } = await page.hear('terminals', (message) => names(message) === 'tty3');
  assert.deepEqual(terminals.at(-1)?.inside, web);

  // The container's own group, and no other: its root is what it sees.
  machine.type('cat /proc/$(pgrep -nx sh)/cgroup | grep -o box/ | sort -u; echo gr$((0))oup\n');
  assert.match(await machine.shows('gr0oup'), /\rbox\/\r\n/);

  machine.type('box kill web\n');
  const ended = await page.hear('terminal-ended', ({ terminal }) => terminal === 'tty3');
  assert.equal(ended.terminal, 'tty3');
  page.say({ type: 'restart-terminal', terminal: 'tty3' });
  const failed = await page.hear('terminal-failed');
  assert.equal(failed.error.code, 'no-such-container');
  page.say({ type: 'close-terminal', terminal: 'tty3', serial: inside.opened.serial });
  await page.hear('terminals', (message) => names(message) === '');
});

const BY_HAND = [
  { what: 'all but a user namespace', options: '-fpimnuC --mount-proc' },
  { what: 'a user namespace too', options: '-Urfpimnu --mount-proc' },
  { what: 'a user namespace without any ids', options: '-U -u' },
  { what: 'a hostname only', options: '-u' },
] as const;

for (const { what, options } of BY_HAND) {
  test(`a terminal in a container made by hand: ${what}`, async (context) => {
    const { page } = await openPage(context);
    const machine = await page.open('machine');
    machine.type(
      `unshare ${options} sh -c 'echo $$ > /tmp/pid; readlink /proc/self/ns/uts; exec sleep 1000'\n`,
    );
    const [, uts] = /(uts:\[\d+\])\r\n/.exec(await machine.shows(/uts:\[\d+\]\r\n/)) ?? [];
    const container = await page.container(({ command }) => command === 'sleep');
    assert.equal(container.box, null);
    const inside = await page.openNew(container.pid);
    inside.type('readlink /proc/self/ns/uts; stty size; echo in$((0))side\n');
    const shown = await inside.shows('in0side');
    assert.ok(uts !== undefined && shown.includes(uts), shown);
    assert.match(shown, /24 80\r\n/);
    // Job control: what runs in the foreground is stopped and brought back.
    inside.type('sleep 500\n');
    await inside.shows('sleep 500');
    inside.type('\x1a');
    await inside.shows(/Stopped|suspended/);
    inside.type('fg\n');
    await inside.shows(/fg\r\n.*sleep 500\r\n/s);
    inside.type('\x03');
    await inside.shows(/\^C.*[#$] $/s);
    inside.type('echo ba$((0))ck\n');
    await inside.shows('ba0ck');
    page.say({ type: 'resize-terminal', channel: inside.opened.channel, columns: 91, rows: 31 });
    inside.type('stty size; echo si$((0))ze\n');
    assert.match(await inside.shows('si0ze'), /31 91\r\n/);
    const { terminals } = await page.hear('terminals', (message) => names(message) === 'tty3');
    assert.equal(terminals.at(-1)?.inside?.pid, container.pid);
  });
}

test('a container that has ended meanwhile is said, and nothing is opened', async (context) => {
  const { page } = await openPage(context);
  const machine = await page.open('machine');
  machine.type("unshare -u sh -c 'hostname short-lived; exec sleep 1000'\n");
  const { pid } = await page.container(({ hostname }) => hostname === 'short-lived');
  machine.type('\x03');
  machine.type('echo en$((0))ded\n');
  await machine.shows('en0ded');
  page.forget();
  assert.equal(await page.refusal(pid), 'no-such-container');
  assert.deepEqual(
    page.heard.map(({ type }) => type),
    ['terminal-refused'],
  );
  machine.type('ls -l /proc/*/fd 2>/dev/null | grep -c tty3; echo cl$((0))ean\n');
  assert.match(await machine.shows('cl0ean'), /\r0\r\n/);
  // A process of the machine's own is no container, either.
  page.forget();
  assert.equal(await page.refusal(1), 'no-such-container');
});

test('a hostname full of tricks is shown as plain text', async (context) => {
  const { page } = await openPage(context);
  const machine = await page.open('machine');
  machine.type(
    'unshare -u sh -c \'hostname "$(printf "a\\\\033[31m\\\\342\\\\200\\\\256b")"; echo ha$((0))rd; exec sleep 1000\'\n',
  );
  await machine.shows('ha0rd');
  const { hostname } = await page.container(({ command }) => command === 'sleep');
  assert.ok(hostname !== null);
  assert.doesNotMatch(hostname, /[\p{Cc}\p{Cf}]/u);
});
