import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { formatProblem } from '../format/problem.ts';
import { lintLessons } from '../lint/lint.ts';
import { loadLesson } from '../load.ts';
import { makeLesson } from './new.ts';

function inDirectory(act: (directory: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), 'glassbox-new-'));
  try {
    act(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('a new lesson passes in both languages, with the number it was given or the next one', () => {
  inDirectory((directory) => {
    makeLesson(directory, 'ipc', '6');
    makeLesson(directory, 'user');
    assert.deepEqual(lintLessons(directory).map(formatProblem), []);
    assert.equal(loadLesson('ipc', 'en', directory)?.number, 6);
    assert.equal(loadLesson('user', 'zh', directory)?.number, 7);
    assert.ok(existsSync(join(directory, '060-ipc/figures')));
  });
});

test('a lesson or a number that is there already is refused, and nothing is written over', () => {
  inDirectory((directory) => {
    const [english = ''] = makeLesson(directory, 'ipc', '6');
    const before = readFileSync(english, 'utf8');
    assert.throws(() => makeLesson(directory, 'ipc'), /a lesson "ipc" already: lessons\/060-ipc/);
    assert.throws(() => makeLesson(directory, 'uts', '6'), /with the number 6 already/);
    assert.equal(readFileSync(english, 'utf8'), before);
  });
});

test('a bad name and a bad number are refused with a sentence', () => {
  inDirectory((directory) => {
    for (const name of ['', 'Ipc', 'a b', '../x', '-x', 'x'.repeat(60)]) {
      assert.throws(
        () => makeLesson(directory, name),
        /A lesson's name is a short lower-case word/,
      );
    }
    for (const number of ['0', '1.5', 'six', '100', '-1']) {
      assert.throws(() => makeLesson(directory, 'ipc', number), /is no number of a lesson/);
    }
  });
});
