/** Programs that draw on the whole screen, at several sizes, and when the size changes under them. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { Console } from '../testing/console.ts';
import { KEYS } from '../testing/console.ts';
import { Machine } from './machine.ts';

const SIZES = [
  { columns: 80, rows: 24 },
  { columns: 40, rows: 10 },
  { columns: 200, rows: 60 },
] as const;

/** Lines with a number at both ends, as wide as any screen here. */
const NUMBERED = 'for i in $(seq 300); do printf "line %d %s end\\n" $i; done > numbered';

async function open(context: TestContext, size: { columns: number; rows: number }) {
  const machine = await Machine.start(context);
  const console = machine.open(1, size);
  await console.run(NUMBERED);
  return { machine, console };
}

/** Text of the last line that has any. */
const lastLine = (screen: readonly string[]) => screen.findLast((line) => line !== '') ?? '';

type Size = { readonly columns: number; readonly rows: number };

/** Each program: how it is started, how one sees that it fills a screen of some size, and how it ends. */
const PROGRAMS: readonly {
  readonly name: string;
  readonly command: string;
  readonly fills: (screen: readonly string[], size: Size) => boolean;
  readonly leave: (console: Console) => void | Promise<void>;
}[] = [
  {
    name: 'less',
    command: 'less numbered',
    fills: (screen, { rows }) =>
      screen[0]?.startsWith('line 1 ') === true &&
      screen[rows - 2]?.startsWith(`line ${rows - 1} `) === true &&
      screen[rows - 1] !== '',
    leave: (console) => console.press('q'),
  },
  {
    name: 'nano',
    command: 'nano numbered',
    fills: (screen, { rows }) =>
      screen[0]?.includes('GNU nano') === true && screen[rows - 1]?.includes('^X') === true,
    leave: (console) => console.press('\u0018'),
  },
  {
    name: 'vi',
    command: 'vi numbered',
    fills: (screen, { rows }) =>
      screen[0]?.startsWith('line 1 ') === true &&
      screen[rows - 2]?.startsWith(`line ${rows - 1} `) === true,
    leave: (console) => console.press(`${KEYS.Escape}:q!\r`),
  },
  {
    name: 'top',
    command: 'top -d 1',
    fills: (screen, { columns }) =>
      screen[0]?.startsWith('top - ') === true &&
      screen.some((line) => /^ *1 root .*/.test(line)) &&
      screen.every((line) => line.length <= columns),
    leave: (console) => console.press('q'),
  },
  {
    name: 'tmux',
    command: 'tmux new-session -s lab',
    fills: (screen, { rows }) => screen[rows - 1]?.startsWith('[lab] 0:bash') === true,
    // The shell inside has a prompt as well: only this says that it is the outer one's.
    leave: async (console) => {
      console.press('\u0004');
      await console.shows('the end of tmux', (screen) => screen.includes('[exited]'));
    },
  },
];

for (const { name, command, fills, leave } of PROGRAMS) {
  test(`${name} fills the screen, and does so again when the size changes`, async (context) => {
    const [first, ...others] = SIZES;
    const { machine, console } = await open(context, first);
    await console.type(command);
    const isFull = (size: Size) =>
      console.shows(`${name} on ${size.columns} × ${size.rows}`, (screen) => fills(screen, size));
    await isFull(first);
    for (const size of others) {
      console.resize(size.columns, size.rows);
      await isFull(size);
    }
    await machine.inForeground();
    await leave(console);
    await console.prompt();
    assert.match(await console.run('stty size'), /^60 200\r\n/);
  });
}

test('two panes of tmux are two terminals', async (context) => {
  const { console } = await open(context, { columns: 100, rows: 30 });
  await console.type('tmux new-session -s lab');
  await console.shows('the first pane', (screen) => lastLine(screen).startsWith('[lab] 0:bash'));
  console.press('tty; stty size\r');
  await console.shows('its terminal', (screen) => screen.includes('/dev/pts/0'));
  console.press('\u0002%');
  await console.shows('a line between them', (screen) => screen[0]?.charAt(50) === '│');
  console.press('clear; tty; stty size\r');
  await console.shows('another terminal of half the width', (screen) => {
    const right = screen.map((line) => line.slice(51).trim());
    return right.includes('/dev/pts/1') && right.includes('29 49');
  });
});

test('what is typed into nano is saved', async (context) => {
  const { console } = await open(context, { columns: 80, rows: 24 });
  await console.type('nano note');
  await console.shows('an empty file', (screen) => screen[0]?.includes('note') === true);
  console.press('written by hand\u0018y');
  await console.shows('the question for a name', (screen) =>
    screen.some((line) => line.includes('File Name to Write: note')),
  );
  console.press('\r');
  await console.prompt();
  assert.equal(await console.run('cat note'), 'written by hand\r\n');
});

test('vi changes a line', async (context) => {
  const { console } = await open(context, { columns: 80, rows: 24 });
  await console.type('vi numbered');
  await console.shows('the file', (screen) => screen[1]?.startsWith('line 2 ') === true);
  console.press('ddiNEW \u001b:wq\r');
  await console.prompt();
  assert.match(await console.run('head -n 1 numbered'), /^NEW line 2 /);
});

test('Ctrl-Z leaves a full-screen program and fg comes back to it', async (context) => {
  const { machine, console } = await open(context, { columns: 80, rows: 24 });
  await console.type('less numbered');
  await console.shows('the file', (screen) => screen[0]?.startsWith('line 1 ') === true);
  await machine.inForeground();
  console.press(KEYS['^Z']);
  await console.prompt();
  assert.match(await console.run('jobs'), /Stopped +less numbered/);
  await console.type('fg');
  await console.shows('the file again', (screen) => screen[0]?.startsWith('line 1 ') === true);
  console.press('q');
  await console.prompt();
});
