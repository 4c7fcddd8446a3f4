import assert from 'node:assert/strict';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import xterm from '@xterm/headless';
import { boundSequences } from './bounded-sequences.ts';

function boundTerminal(): xterm.Terminal {
  const terminal = new xterm.Terminal({ cols: 40, rows: 5, allowProposedApi: true });
  boundSequences(terminal);
  return terminal;
}

function write(terminal: xterm.Terminal, text: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => terminal.write(text, resolve));
}

function screenText({ buffer }: xterm.Terminal): string {
  return Array.from({ length: buffer.active.length }, (_, row) =>
    buffer.active.getLine(row)?.translateToString(true),
  ).join('\n');
}

// Without the bounds each of these takes minutes or more memory than there is.
for (const final of ['I', 'L', 'M', 'S', 'T', 'Z', 'b']) {
  test(`a huge number before ${final} is left out, and what comes after it drawn`, async () => {
    const terminal = boundTerminal();
    await write(terminal, `a\x1b[2147483647${final}\rafter`);
    assert.match(screenText(terminal), /after/);
  });
}

test('a number that a program may mean is obeyed', async () => {
  const terminal = boundTerminal();
  await write(terminal, 'a\x1b[4b\r\n1\r\n2\x1b[H\x1b[2L');
  assert.equal(screenText(terminal).trimEnd(), '\n\naaaaa\n1\n2');
});

test('megabytes of a sequence that never ends take no memory', async () => {
  const terminal = boundTerminal();
  const piece = new Uint8Array(1024 ** 2).fill(0x41);
  for (const begin of ['\x1b]8;;', '\x1bP1$q']) {
    const before = liveBytes();
    await write(terminal, begin);
    for (let sent = 0; sent < 40; sent++) await write(terminal, piece);
    const grown = (liveBytes() - before) / 1024 ** 2;
    assert.ok(grown < 25, `${JSON.stringify(begin)}: ${grown.toFixed(0)} MiB more`);
    await write(terminal, '\x18\x1b[2J\x1b[Hend');
    assert.match(screenText(terminal), /end/, begin);
  }
});

test('a program asks for no title, and for no link of a megabyte', async () => {
  const terminal = boundTerminal();
  const titles: string[] = [];
  terminal.onTitleChange((title) => titles.push(title));
  await write(terminal, '\x1b]0;one\x07\x1b]1;two\x07\x1b]2;three\x1b\\');
  await write(terminal, `\x1b]8;;https://example.org/${'a'.repeat(1024 ** 2)}\x07text\x1b]8;;\x07`);
  assert.deepEqual(titles, []);
  assert.match(screenText(terminal), /^text/);
});

/** What is in use once all that is not has been collected. */
function liveBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
