import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { FLOW_CONTROL } from '../protocol/flow-control.ts';
import { eventually } from '../testing/eventually.ts';
import type { Attachment } from './attachment.ts';
import { withoutDescriptorsAbove } from './command.ts';
import type { ShellEnd } from './shell.ts';
import { Terminal } from './terminal.ts';

const SIZE = { columns: 80, rows: 24 };

/** What may be read from the pty after it was told to pause: what the kernel and libuv had already. */
const SLACK_BYTES = 256 * 1024;

/** A terminal with a program of the host's on a real pty; closed after the test. */
function open(context: TestContext, ...command: [file: string, ...args: string[]]) {
  const [file, ...args] = command;
  const program = withoutDescriptorsAbove(2, { file, arguments: args });
  const ends: ShellEnd[] = [];
  const terminal = new Terminal({
    size: SIZE,
    start: (size) => ({ ...program, environment: { PATH: '/usr/bin:/bin' }, ...size }),
    printed: () => {},
    ended: (end) => ends.push(end),
  });
  context.after(() => terminal.close());
  return { terminal, ends };
}

/** A page that collects what it is sent. */
function look(terminal: Terminal, from = 0, size = SIZE) {
  const received: Buffer[] = [];
  let next: number | undefined;
  const { attachment, offset } = terminal.attach(from, size, (at, payload) => {
    assert.equal(at, next ?? at, 'no gap and no repetition');
    next = at + payload.byteLength;
    received.push(Buffer.from(payload));
  });
  next = offset;
  terminal.send(attachment);
  return {
    attachment,
    offset,
    get next() {
      return next ?? offset;
    },
    text: () => Buffer.concat(received).toString('latin1'),
    bytes: () => Buffer.concat(received),
  };
}

const type = (terminal: Terminal, attachment: Attachment, text: string) =>
  terminal.type(attachment, Buffer.from(text));

/** State of the process that has this file as its terminal's foreground: `S` when it waits. */
function isBlocked(command: string): boolean {
  return readdirSync('/proc').some((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const [, name, state, parent] =
        /\((.*)\) (\S) (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      return name === command && state === 'S' && Number(parent) === process.pid;
    } catch {
      return false;
    }
  });
}

test('bytes come back as they were typed, those that are no text too', async (context) => {
  const { terminal } = open(context, '/bin/sh', '-c', 'stty raw -echo; printf ready; exec cat');
  const page = look(terminal);
  await eventually('the terminal is raw', () => page.text().includes('ready'));
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  terminal.type(page.attachment, bytes);
  await eventually('all bytes are back', () => page.bytes().byteLength === 5 + 256);
  assert.deepEqual(page.bytes().subarray(5), bytes);
});

test('a page that returns goes on where it was, and a new one sees all', async (context) => {
  const { terminal } = open(context, '/bin/cat');
  const first = look(terminal);
  type(terminal, first.attachment, 'one\n');
  await eventually('the first page has it', () => first.text() === 'one\r\none\r\n');
  terminal.detach(first.attachment);
  const other = look(terminal);
  assert.equal(other.text(), 'one\r\none\r\n');
  type(terminal, other.attachment, 'two\n');
  await eventually('the other page has it', () => other.text().endsWith('two\r\ntwo\r\n'));
  assert.equal(first.text(), 'one\r\none\r\n');
  const returned = look(terminal, first.next);
  assert.equal(returned.text(), 'two\r\ntwo\r\n');
  assert.equal(look(terminal, 1_000_000).text(), other.text(), 'an offset of another life is none');
});

test('a flood waits for a page that does not draw, and goes on when it does', async (context) => {
  const { terminal } = open(context, '/usr/bin/yes');
  const page = look(terminal);
  await eventually('the page is blocked', () => page.attachment.blocked);
  await eventually('the program waits', () => isBlocked('yes'));
  const { head } = terminal;
  assert.ok(head <= FLOW_CONTROL.pauseAboveBytes + SLACK_BYTES, `${head} bytes were read`);
  for (let turn = 0; turn < 20; turn += 1) {
    const before = page.next;
    terminal.acknowledge(page.attachment, before);
    await eventually('more has come', () => page.next > before + FLOW_CONTROL.resumeBelowBytes);
  }
});

test('one page that draws is enough, and the one that does not is not sent more', async (context) => {
  const { terminal } = open(context, '/usr/bin/yes');
  const slow = look(terminal);
  const fast = look(terminal);
  while (fast.next < 8 * FLOW_CONTROL.pauseAboveBytes) {
    const before = fast.next;
    terminal.acknowledge(fast.attachment, before);
    await eventually('more has come', () => fast.next > before);
  }
  assert.ok(slow.next <= FLOW_CONTROL.pauseAboveBytes + SLACK_BYTES);
});

test('a flood that nobody sees stops, and nothing of it is lost', async (context) => {
  const { terminal } = open(context, '/usr/bin/seq', '1', '100000000');
  const page = look(terminal);
  await eventually('something was printed', () => page.next > 0);
  terminal.acknowledge(page.attachment, page.next);
  terminal.detach(page.attachment);
  await eventually('the program waits', () => isBlocked('seq'));
  assert.ok(terminal.head <= page.next + FLOW_CONTROL.pauseAboveBytes + SLACK_BYTES);
  const returned = look(terminal, page.next);
  const text = page.text() + returned.text();
  const lines = text.split('\r\n').slice(0, -1);
  assert.deepEqual(lines.slice(-3).map(Number), [lines.length - 2, lines.length - 1, lines.length]);
});

test('the end of a shell is told, and another prints on where it ended', async (context) => {
  const { terminal, ends } = open(context, '/bin/sh', '-c', 'echo once; exit 7');
  const page = look(terminal);
  await eventually('the shell has ended', () => ends.length === 1);
  assert.deepEqual(ends, [{ exitCode: 7, signal: 0 }]);
  assert.equal(terminal.running, false);
  assert.equal(terminal.device, 0);
  type(terminal, page.attachment, 'into the void\n');
  terminal.restart(SIZE);
  assert.equal(terminal.running, true);
  await eventually('the second has ended', () => ends.length === 2);
  assert.equal(page.text(), 'once\r\nonce\r\n');
  assert.equal(look(terminal, 6).text(), 'once\r\n');
});

test('the screen has the size of the page that was used last', async (context) => {
  const { terminal } = open(
    context,
    '/bin/sh',
    '-c',
    'stty -echo; while read -r line; do stty size; done',
  );
  const wide = look(terminal, 0, { columns: 200, rows: 50 });
  const narrow = look(terminal, 0, { columns: 40, rows: 20 });
  type(terminal, wide.attachment, '\n');
  await eventually('the size of the first', () => wide.text().includes('50 200'));
  type(terminal, narrow.attachment, '\n');
  await eventually('the size of the second', () => wide.text().includes('20 40'));
  terminal.resize(wide.attachment, { columns: 100, rows: 30 });
  terminal.type(wide.attachment, Buffer.from('\n'));
  await eventually('the new size of the first', () => wide.text().includes('30 100'));
});

test('a program that reads nothing costs neither memory nor the rest of the lab', async (context) => {
  const { terminal } = open(
    context,
    '/bin/sh',
    '-c',
    'stty raw -echo; printf ready; sleep 1000 & wait',
  );
  const page = look(terminal);
  await eventually('the terminal is raw', () => page.text().includes('ready'));
  const before = process.memoryUsage().arrayBuffers;
  for (let part = 0; part < 2000; part += 1) {
    terminal.type(page.attachment, Buffer.alloc(16 * 1024, 'x'));
  }
  assert.ok(process.memoryUsage().arrayBuffers - before < 40 * 1024 * 1024);

  const { terminal: other } = open(context, '/bin/cat');
  const neighbour = look(other);
  type(other, neighbour.attachment, 'hello\n');
  await eventually('the neighbour is heard', () => neighbour.text().includes('hello\r\nhello'));
});

test('closing leaves no process and no descriptor', async (context) => {
  const descriptors = () => readdirSync('/proc/self/fd').length;
  const { terminal: warmUp } = open(context, '/bin/cat');
  await warmUp.close();
  const before = descriptors();
  const terminals = Array.from({ length: 10 }, () => open(context, '/bin/cat'));
  assert.ok(descriptors() >= before + 10);
  await Promise.all(terminals.map(({ terminal }) => terminal.close()));
  assert.equal(descriptors(), before);
  assert.deepEqual(
    terminals.map(({ ends }) => ends.length),
    terminals.map(() => 1),
  );
});
