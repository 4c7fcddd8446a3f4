import assert from 'node:assert/strict';
import test from 'node:test';
import xterm from '@xterm/headless';
import { transcript } from './transcript.ts';

async function terminalWith(text: string, scrollback = 100): Promise<xterm.Terminal> {
  const terminal = new xterm.Terminal({ cols: 10, rows: 3, scrollback, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(text, resolve));
  return terminal;
}

test('a transcript is plain text: no sequences, wrapped lines joined, no spaces at the ends', async () => {
  const terminal = await terminalWith('\x1b[1;31mred\x1b[m   \r\nabcdefghijklmnop\r\n\r\n$ ');
  assert.deepEqual(transcript(terminal), { text: 'red\nabcdefghijklmnop\n\n$\n', cutTo: null });
});

test('what a full-screen program shows comes after what it covers', async () => {
  const terminal = await terminalWith('shell\r\n\x1b[?1049h\x1b[Hprogram');
  assert.equal(transcript(terminal).text, 'shell\n\nprogram\n');
});

test('a transcript knows when more was printed than is kept', async () => {
  const lines = Array.from({ length: 30 }, (_, line) => `line ${line}`).join('\r\n');
  const { text, cutTo } = transcript(await terminalWith(lines, 10));
  assert.equal(cutTo, 13);
  assert.match(text, /^line 17\n/);
});
