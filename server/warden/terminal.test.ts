import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { FLOW_CONTROL } from '../protocol/flow-control.ts';
import { eventually } from '../testing/eventually.ts';
import { gistOf } from '../testing/native.ts';
import { newInput, Onlooker } from '../testing/onlooker.ts';
import { withoutDescriptorsAbove } from './command.ts';
import { FloodQueue } from './flood-queue.ts';
import type { ShellEnd } from './shell.ts';
import { Terminal } from './terminal.ts';

const SIZE = { columns: 80, rows: 24 };

/** What may be read from the pty after it was told to pause: what the kernel and libuv had already. */
const SLACK_BYTES = 256 * 1024;

/** A terminal with a program of the host's on a real pty; closed after the test. */
function open(context: TestContext, ...command: [file: string, ...args: string[]]) {
  return openWith(new FloodQueue(), context, ...command);
}

/** The same, in one queue with others. */
function openWith(
  floods: FloodQueue,
  context: TestContext,
  ...command: [file: string, ...args: string[]]
) {
  const [file, ...args] = command;
  const program = withoutDescriptorsAbove(2, { file, arguments: args });
  const ends: ShellEnd[] = [];
  const terminal = new Terminal({
    size: SIZE,
    floods,
    gistOf,
    start: (size) => ({ ...program, environment: { PATH: '/usr/bin:/bin' }, ...size }),
    printed: () => {},
    ended: (end) => ends.push(end),
  });
  context.after(() => terminal.close());
  return { terminal, ends };
}

/** A page that collects what it is sent. */
function look(terminal: Terminal, from = 0, size = SIZE, input = newInput()) {
  const received: Buffer[] = [];
  let next: number | undefined;
  const onlooker = new Onlooker(terminal, {
    from,
    size,
    input,
    output: (at, payload) => {
      assert.equal(at, next ?? at, 'no gap and no repetition');
      next = at + payload.byteLength;
      received.push(Buffer.from(payload));
    },
  });
  const { attachment, answer, told } = onlooker;
  next ??= answer.offset;
  return {
    attachment,
    answer,
    told,
    type: (text: string | Uint8Array, kind?: 'interrupt') => onlooker.type(text, kind),
    typeAt: (offset: number, text: string) => onlooker.typeAt(offset, text),
    get next() {
      return next ?? answer.offset;
    },
    text: () => Buffer.concat(received).toString('latin1'),
    bytes: () => Buffer.concat(received),
  };
}

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
  page.type(bytes);
  await eventually('all bytes are back', () => page.bytes().byteLength === 5 + 256);
  assert.deepEqual(page.bytes().subarray(5), bytes);
});

test('a page that returns goes on where it was, and a new one sees all', async (context) => {
  const { terminal } = open(context, '/bin/cat');
  const first = look(terminal);
  first.type('one\n');
  await eventually('the first page has it', () => first.text() === 'one\r\none\r\n');
  terminal.detach(first.attachment);
  const other = look(terminal);
  assert.equal(other.text(), 'one\r\none\r\n');
  other.type('two\n');
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

test('what a program left in its pty when it ended is read, though nobody had seen the rest', async (context) => {
  const bytes = FLOW_CONTROL.pauseAboveBytes + 10_000;
  const { terminal, ends } = open(context, '/usr/bin/head', '-c', `${bytes}`, '/dev/zero');
  await eventually('the program has ended', () => ends.length === 1);
  assert.equal(terminal.head, bytes);
});

test('the end of a shell is told, and another prints on where it ended', async (context) => {
  const { terminal, ends } = open(context, '/bin/sh', '-c', 'echo once; exit 7');
  const page = look(terminal);
  await eventually('the shell has ended', () => ends.length === 1);
  assert.deepEqual(ends, [{ exitCode: 7, signal: 0 }]);
  assert.equal(terminal.running, false);
  assert.equal(terminal.device, 0);
  page.type('into the void\n');
  terminal.restart();
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
  wide.type('\n');
  await eventually('the size of the first', () => wide.text().includes('50 200'));
  narrow.type('\n');
  await eventually('the size of the second', () => wide.text().includes('20 40'));
  terminal.resize(wide.attachment, { columns: 100, rows: 30 });
  wide.type('\n');
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
    page.type(Buffer.alloc(16 * 1024, 'x'));
  }
  assert.ok(process.memoryUsage().arrayBuffers - before < 40 * 1024 * 1024);

  const { terminal: other } = open(context, '/bin/cat');
  const neighbour = look(other);
  neighbour.type('hello\n');
  await eventually('the neighbour is heard', () => neighbour.text().includes('hello\r\nhello'));
});

test('a flood goes on beside somebody who types, but slowly, and is whole', async (context) => {
  const readsPerSecond = 200;
  const floods = new FloodQueue(readsPerSecond);
  const typist = look(openWith(floods, context, '/bin/cat').terminal);
  typist.type('begin\n');
  await eventually('the echo', () => typist.text().includes('begin\r\nbegin'));
  const { terminal, ends } = openWith(floods, context, '/usr/bin/seq', '200000');
  const page = look(terminal);
  const began = performance.now();
  await eventually('the flood goes on', () => page.next > 200_000);
  const bytesPerSecond = (page.next * 1_000) / (performance.now() - began);
  const most = 2 * 4096 * readsPerSecond;
  assert.ok(bytesPerSecond < most, `${bytesPerSecond} bytes a second beside a typist`);
  // A key in the flooded terminal itself brings its turn at once.
  await eventually('all has come', () => {
    if (ends.length === 0) page.type(' ');
    terminal.acknowledge(page.attachment, page.next);
    return ends.length === 1;
  });
  const numbers = Array.from({ length: 200_000 }, (_, index) => `${index + 1}\r\n`).join('');
  await eventually('the page has it', () => {
    terminal.acknowledge(page.attachment, page.next);
    return page.next === terminal.head;
  });
  assert.equal(page.text().replaceAll(' ', ''), numbers);
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

/** A terminal in raw mode that prints what it reads. */
async function openRaw(context: TestContext, program = 'exec cat') {
  const { terminal } = open(context, '/bin/sh', '-c', `stty raw -echo; printf ready; ${program}`);
  const page = look(terminal);
  await eventually('the terminal is raw', () => page.text().includes('ready'));
  return { terminal, page, printed: () => page.text().slice('ready'.length) };
}

test('input that comes twice, or over two connections, is typed once', async (context) => {
  const { terminal, page, printed } = await openRaw(context);
  const input = newInput();
  const first = look(terminal, 0, SIZE, input);
  first.type('abc');
  first.typeAt(0, 'abc');
  const second = look(terminal, 0, SIZE, input);
  assert.equal(second.answer.inputOffset, 3);
  second.typeAt(1, 'bcde');
  first.typeAt(3, 'def');
  page.type('!');
  await eventually('all is back', () => printed().includes('!'));
  assert.equal(printed(), 'abcdef!');
  await eventually('the page is told', () => second.told.taken === 6);
});

test('twenty times what may be under way arrives whole, as the pty takes it', async (context) => {
  const { page, printed, terminal } = await openRaw(context);
  const paste = Buffer.alloc(20 * FLOW_CONTROL.inputWindowBytes, 'the quick brown fox ');
  let sent = 0;
  while (sent < paste.byteLength) {
    const room = FLOW_CONTROL.inputWindowBytes - (sent - page.told.taken);
    const piece = paste.subarray(sent, sent + Math.min(FLOW_CONTROL.inputPieceBytes, room));
    if (piece.byteLength > 0) page.type(piece);
    sent += piece.byteLength;
    terminal.acknowledge(page.attachment, page.next);
    if (piece.byteLength === 0) {
      const { taken } = page.told;
      await eventually('some is taken', () => page.told.taken > taken);
    }
  }
  await eventually('all is back', () => {
    terminal.acknowledge(page.attachment, page.next);
    return printed().length >= paste.byteLength;
  });
  assert.equal(printed(), paste.toString());
});

test('an interrupt does not wait behind what nobody reads, and the page may go on typing', async (context) => {
  const { terminal, ends } = open(context, '/bin/sh', '-c', 'stty -echo; printf ready; sleep 1000');
  const page = look(terminal);
  await eventually('the program sleeps', () => page.text().includes('ready'));
  const window = FLOW_CONTROL.inputWindowBytes;
  page.type(Buffer.alloc(window, 'a line that is never read\n'));
  await eventually('the pty is full', () => page.told.taken > 0 && page.told.taken < window);
  page.type('\u0003', 'interrupt');
  await eventually('it is interrupted', () => ends.length === 1);
  await eventually('all counts as taken', () => page.told.taken === window + 1);
});

test('what was typed for a shell that has ended is for no other', async (context) => {
  const { terminal, ends } = open(context, '/bin/sh', '-c', 'read -r line; echo "$line"');
  const input = newInput();
  const first = look(terminal, 0, SIZE, input);
  terminal.detach(first.attachment);
  look(terminal).type('end\n');
  await eventually('the shell has ended', () => ends.length === 1);
  terminal.restart();
  const again = look(terminal, 0, SIZE, { ...input, end: 5, shell: first.answer.shell });
  assert.deepEqual([again.answer.shell, again.answer.inputOffset], [2, 0]);
  again.typeAt(0, 'late\nnew\n');
  await eventually('the second has ended', () => ends.length === 2);
  assert.ok(!again.text().includes('late'));
  assert.ok(again.text().endsWith('new\r\nnew\r\n'));
});

test('every page is told the size, and who decides it; the one before decides when that one goes', async (context) => {
  const { terminal } = open(context, '/bin/cat');
  const wide = look(terminal, 0, { columns: 200, rows: 50 });
  assert.equal(wide.answer.used, true);
  const narrow = look(terminal, 0, { columns: 40, rows: 20 });
  assert.deepEqual(wide.told.sizes, [{ offset: 0, columns: 40, rows: 20, used: false }]);
  assert.deepEqual(narrow.answer.sizes, [{ offset: 0, columns: 40, rows: 20 }]);
  wide.type('x\n');
  await eventually('the echo', () => wide.text().includes('x'));
  assert.deepEqual(wide.told.sizes.at(-1), { offset: 0, columns: 200, rows: 50, used: true });
  assert.deepEqual(narrow.told.sizes, [{ offset: 0, columns: 200, rows: 50, used: false }]);
  terminal.resize(wide.attachment, { columns: 190, rows: 50 });
  assert.equal(narrow.told.sizes.at(-1)?.columns, 190);
  terminal.detach(wide.attachment);
  const last = { offset: terminal.head, columns: 40, rows: 20, used: true };
  assert.deepEqual(narrow.told.sizes.at(-1), last);
});

test('a page that nobody looks at changes no size', async (context) => {
  const { terminal } = open(context, '/bin/cat');
  const seen = look(terminal);
  const hidden = new Onlooker(terminal, { size: { columns: 40, rows: 20 }, used: false });
  assert.equal(hidden.answer.used, false);
  assert.equal(seen.told.sizes.length, 0);
  hidden.type('x');
  assert.equal(seen.told.sizes.at(-1)?.columns, 40);
});

test('a program is asked to draw anew for a page that has missed how its screen came about', async (context) => {
  const { terminal } = open(
    context,
    '/bin/bash',
    '-c',
    `trap 'stty size' WINCH; printf '\\033[?1049h'; head -c 600000 /dev/zero | tr '\\0' x; echo done; while :; do sleep 0.1; done`,
  );
  const first = look(terminal);
  await eventually('much was printed', () => {
    terminal.acknowledge(first.attachment, first.next);
    return first.text().includes('done');
  });
  const again = look(terminal);
  assert.equal(again.answer.modes, '\u001b[?1049h\u001b[m');
  assert.ok(again.answer.offset > 0);
  await eventually('it drew for the real size', () => {
    terminal.acknowledge(again.attachment, again.next);
    return again.text().includes('24 80');
  });
  assert.deepEqual(
    again.told.sizes.map(({ rows }) => rows),
    [23, 24],
  );
});
