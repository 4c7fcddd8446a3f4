import assert from 'node:assert/strict';
import test from 'node:test';
import xterm from '@xterm/headless';
import { cellWidth, MACHINE_WIDTHS } from './cell-width.ts';

function widthOf(text: string): number {
  return [...text].reduce((sum, character) => sum + cellWidth(character.codePointAt(0) ?? 0), 0);
}

/** Cells that xterm.js has moved on by. */
async function drawnWidth(text: string): Promise<number> {
  const terminal = new xterm.Terminal({ cols: 200, allowProposedApi: true });
  terminal.unicode.register(MACHINE_WIDTHS);
  terminal.unicode.activeVersion = MACHINE_WIDTHS.version;
  await new Promise<void>((resolve) => terminal.write(text, resolve));
  return terminal.buffer.active.cursorX;
}

test('letters take one cell, ideographs and emoji two, marks none', () => {
  const expected = { a: 1, é: 1, ｱ: 1, 中: 2, 한: 2, '。': 2, '😀': 2, '\u0301': 0, '\u200d': 0 };
  for (const [text, width] of Object.entries(expected)) assert.equal(widthOf(text), width, text);
});

test('emoji that Unicode has had since its version 12 take two cells as well', () => {
  for (const emoji of ['🥲', '🫠', '🫶']) assert.equal(widthOf(emoji), 2, emoji);
});

test('joined emoji take the cells that readline counts for them', async () => {
  assert.equal(await drawnWidth('👨‍👩‍👧'), 6);
  assert.equal(await drawnWidth('❤️'), 1);
  assert.equal(await drawnWidth('👍🏽'), 4);
  assert.equal(await drawnWidth('🇩🇪'), 2);
});

test('a mark joins the character before it', async () => {
  assert.equal(await drawnWidth('e\u0301\u0323x'), 2);
});

test('a character with endless marks takes more cells, not more memory', async () => {
  const cells = await drawnWidth(`e${'\u0301'.repeat(310)}`);
  assert.ok(cells > 1 && cells < 30, `${cells} cells`);
});
