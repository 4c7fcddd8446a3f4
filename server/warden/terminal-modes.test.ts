import assert from 'node:assert/strict';
import test from 'node:test';
import headless from '@xterm/headless';
import { Chance } from '../churn/chance.ts';
import { gistOf } from '../testing/native.ts';
import { TerminalModes } from './terminal-modes.ts';

const SIZE = { cols: 40, rows: 12 };

/** For comparison: a gist that leaves out nothing. */
const everything = (bytes: Uint8Array) => bytes;

const onAndOff = (...modes: readonly number[]) =>
  modes.flatMap((mode) => [`\x1b[?${mode}h`, `\x1b[?${mode}l`]);
const escapes = (...finals: readonly string[]) => finals.map((final) => `\x1b${final}`);
const controls = (...sequences: readonly string[]) => sequences.map((text) => `\x1b[${text}`);

/** What programs say that outlives the screen's content, and what looks like it. */
const WORDS = [
  ...onAndOff(1, 6, 7, 25, 45, 66, 1004, 2004, 1000, 1002, 1003, 9, 1006, 1016, 47, 1047),
  ...controls('4h', '4l', '?1;25l', '?7;2004h', '3;9r', '5r', ';4r', 'r', '9;3r', '0;99r', '2;12r'),
  ...controls('m', '1m', '2;3m', '4m', '4:3m', '4:0m', '5;7;8;9m', '21m', '22;23m', '24m', '27m'),
  ...controls('31m', '42m', '97m', '105m', '39m', '49m', '38;5;99m', '48;2;1;2;3m', '53m', '0;1m'),
  ...controls('38:2::9:8:7m', '58;5;7m', '59m', '38;5m', '1;38;5;3;4m', '2 q', '5 q', ' q', '!p'),
  ...escapes(
    '=',
    '>',
    'c',
    '#8',
    'M',
    'D',
    '\\',
    ']0;a title with [?25l\x07',
    ']2;x\x1b\\',
    '',
    '[',
  ),
  ...escapes('P1;2|data\x1b\\', '[?25\x18h', '[?2\x1b[?7l', '[>1h', '[1$p', '_apc [?25l \x1b\\'),
  ...escapes(`[${'1;'.repeat(300)}4h`, '[?7?25l'),
  ...['text', '汉字', '\r\n'],
];

/** xterm.js restores only some of the character sets with the cursor, so these two are not tried together. */
const SETS = [
  ...escapes('(0', '(B', ')0', ')A', '*0', '+0', 'n', 'o', '~', '%G', '(\x18', '[\x0e4h'),
  ...['\x0e', '\x0f'],
];
const SAVES = [...onAndOff(1048, 1049), ...controls('s', 'u'), ...escapes('7', '8')];

/** What shows most modes on a screen of its own: it is drawn anew, so it depends on nothing but them. */
const DRAWING = [
  '\x1b[H\x1b[2J',
  ...Array.from({ length: 14 }, (_, row) => `row ${row} lqk\x1b[3Gxy\r\n`),
  '\x1b[4;38Hwraps around',
  '\x1b[2;2Hplaced',
  '\x1b[9;1H\n\n\n\n\n\nscrolled',
].join('');

function draw(...parts: readonly (string | Uint8Array)[]): Promise<headless.Terminal> {
  const terminal = new headless.Terminal({ ...SIZE, allowProposedApi: true });
  return new Promise((resolve) => {
    for (const part of parts) terminal.write(part);
    terminal.write('', () => resolve(terminal));
  });
}

/** The visible screen cell by cell, with how each looks, and the modes that xterm.js tells. */
function seen(terminal: headless.Terminal): string {
  const buffer = terminal.buffer.active;
  const cells: string[] = [buffer.type, JSON.stringify(terminal.modes)];
  for (let row = 0; row < terminal.rows; row += 1) {
    const line = buffer.getLine(buffer.baseY + row);
    for (let column = 0; column < terminal.cols; column += 1) {
      const cell = line?.getCell(column);
      if (cell === undefined) continue;
      const flags = [
        cell.isBold(),
        cell.isDim(),
        cell.isItalic(),
        cell.isUnderline(),
        cell.isBlink(),
      ];
      const more = [
        cell.isInverse(),
        cell.isInvisible(),
        cell.isStrikethrough(),
        cell.isOverline(),
      ];
      const colours = [
        cell.getFgColorMode(),
        cell.getFgColor(),
        cell.getBgColorMode(),
        cell.getBgColor(),
      ];
      cells.push(
        `${row}:${column} ${cell.getChars()} ${[...flags, ...more].map(Boolean)} ${colours}`,
      );
    }
  }
  return cells.join('\n');
}

test('after the preamble a screen is drawn as after all that was forgotten', async () => {
  const chance = new Chance(20_261_126);
  for (let round = 0; round < 120; round += 1) {
    const known = [...WORDS, ...(round % 2 === 0 ? SETS : SAVES)];
    const words = Array.from(
      { length: 1 + chance.below(25) },
      () => known[chance.below(known.length)],
    );
    const forgotten = Buffer.from(words.join(''));
    const modes = new TerminalModes(SIZE.rows, gistOf);
    for (let at = 0; at < forgotten.byteLength; ) {
      const length = 1 + chance.below(40);
      modes.scan(forgotten.subarray(at, at + length));
      at += length;
    }
    // A sequence that is cut goes on in what is known; a line begins outside of any.
    const [whole, rest] = await Promise.all([
      draw(forgotten, '\x18', DRAWING),
      draw(modes.preamble(), '\x18', DRAWING),
    ]);
    assert.equal(seen(rest), seen(whole), `round ${round}: ${JSON.stringify(words.join(''))}`);
  }
});

test('a sequence counts wherever it is cut', () => {
  const text = Buffer.from('\x1b[?1049h\x1b[2;7r\x1b)0\x0e\x1b[1;38;5;9mtext');
  const whole = new TerminalModes(24, gistOf);
  whole.scan(text);
  assert.notEqual(whole.preamble(), '');
  for (let cut = 0; cut <= text.byteLength; cut += 1) {
    const modes = new TerminalModes(24, gistOf);
    modes.scan(text.subarray(0, cut));
    const copy = modes.copy();
    modes.scan(Buffer.from('\x1bc'));
    copy.scan(text.subarray(cut));
    assert.equal(copy.preamble(), whole.preamble(), `cut at ${cut}`);
  }
});

test('whatever is printed costs no memory and little time', () => {
  const modes = new TerminalModes(24, gistOf);
  const hostile = [
    Buffer.alloc(1024 * 1024, '\x1b'),
    Buffer.alloc(1024 * 1024, '\x1b['),
    Buffer.concat([Buffer.from('\x1b['), Buffer.alloc(1024 * 1024, '1;')]),
    Buffer.concat([Buffer.from('\x1b]'), Buffer.alloc(1024 * 1024, 'x')]),
    Buffer.alloc(1024 * 1024, '\x0e\x0f'),
    Buffer.alloc(1024 * 1024, '\x1b[38;5;1m'),
    Buffer.alloc(1024 * 1024, '\x1b[?1h\x1b[?1l'),
  ];
  for (const bytes of hostile) modes.scan(bytes);
  assert.ok(modes.preamble().length < 1024, modes.preamble());
});

test('random bytes are no sequence, or one that xterm.js reads as well', async () => {
  const chance = new Chance(7);
  const alphabet = [...'\x1b\x1b[[??;;0123456789hlmrJ!p q()0Bc78=>\x0e\x0f\x18\x07]P\\xyzé'];
  for (let round = 0; round < 120; round += 1) {
    const text = Array.from({ length: 200 }, () => alphabet[chance.below(alphabet.length)]).join(
      '',
    );
    const bytes = Buffer.from(text);
    const modes = new TerminalModes(SIZE.rows, gistOf);
    modes.scan(bytes);
    const [whole, rest] = await Promise.all([
      draw(bytes, '\x18', DRAWING),
      draw(modes.preamble(), '\x18', DRAWING),
    ]);
    assert.equal(seen(rest), seen(whole), `round ${round}: ${JSON.stringify(text)}`);
  }
});

test('the gist of what was printed says the same as all of it', () => {
  const chance = new Chance(20_261_127);
  const looks = controls('m', '0m', '1m', '31m', '38;5;99m', '48;2;1;2;3m', '0;1m', '00m', ';m');
  const words = [...WORDS, ...SETS, ...SAVES, ...looks, ...controls('H', '2J', '10;20H', 'K')];
  for (let round = 0; round < 600; round += 1) {
    // What floods are made of, with something else now and then; or anything.
    const some = words.filter(() => chance.below(4) === 0);
    const flood = [...looks, ...looks, ...Array(9).fill('text; 0123'), ...some.slice(0, 1)];
    const known = round % 3 === 0 ? some : flood;
    const text = Array.from({ length: 100 + chance.below(400) }, () => {
      const word = known[chance.below(known.length)] ?? 'text';
      return chance.below(round % 3 === 0 ? 20 : 400) === 0
        ? word.slice(0, chance.below(word.length))
        : word;
    }).join('');
    const bytes = Buffer.from(text);
    const [whole, gist] = [everything, gistOf].map((leaveOut) => {
      const modes = new TerminalModes(SIZE.rows, leaveOut);
      const cut = new Chance(round);
      for (let at = 0; at < bytes.byteLength; ) {
        const length = 1 + cut.below(3_000);
        modes.scan(bytes.subarray(at, at + length));
        at += length;
      }
      return { preamble: modes.preamble(), between: modes.betweenSequences };
    });
    assert.deepEqual(gist, whole, `round ${round}: ${JSON.stringify(text)}`);
  }
});
