import assert from 'node:assert/strict';
import test from 'node:test';
import { isTerminalAnswer } from './answers.ts';

const ANSWERS = {
  'device attributes': '\x1b[?1;2c',
  'secondary device attributes': '\x1b[>0;276;0c',
  'device status': '\x1b[0n',
  'cursor position': '\x1b[24;80R',
  'extended cursor position': '\x1b[?24;80R',
  mode: '\x1b[?2004;1$y',
  'text area size': '\x1b[8;24;80t',
  focus: '\x1b[I',
  'loss of focus': '\x1b[O',
  'a colour': '\x1b]11;rgb:fbfb/fafa/f7f7\x1b\\',
  'a setting': '\x1bP1$r0m\x1b\\',
};

for (const [name, data] of Object.entries(ANSWERS)) {
  test(`the terminal's answer about ${name} is not the learner's typing`, () => {
    assert.equal(isTerminalAnswer(data), true);
  });
}

const TYPING = {
  letters: 'ls',
  Enter: '\r',
  Escape: '\x1b',
  'an arrow': '\x1b[A',
  'an arrow in application mode': '\x1bOA',
  'F1 and F2': '\x1bOP',
  F5: '\x1b[15~',
  'Alt-]': '\x1b]',
  'Alt-Shift-P': '\x1bP',
  'a bracketed paste': '\x1b[200~echo c\x1b[201~',
};

for (const [name, data] of Object.entries(TYPING)) {
  test(`${name} is the learner's typing`, () => {
    assert.equal(isTerminalAnswer(data), false);
  });
}
