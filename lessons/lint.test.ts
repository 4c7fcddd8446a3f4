import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { lintLessons } from './lint.ts';
import { lessonsDirectory, loadLesson, loadLessons } from './load.ts';
import { formatProblem, LessonError } from './problem.ts';

const ENGLISH = `---
title: A name
summary: What a name is.
namespace: uts
kernel: "2.6.19"
man: [uts_namespaces(7)]
minutes: 5
---

## Ask {#ask}

Names live in a :ns[UTS namespace]{uts}. See :man[unshare(1)].

\`\`\`run machine
hostname
\`\`\`

\`\`\`output
<machine>
\`\`\`

\`\`\`c name.c
int main(void) { return 0; }
\`\`\`

## Rename {#rename}

Now change it.

\`\`\`key container
Ctrl-C
\`\`\`

\`\`\`check
task: Rename it.
done: It has a new name.
conditions:
  - label: There is a second name
    namespace: { type: uts, of: other }
\`\`\`

:::hint
Think.
:::

:::solution
\`\`\`run container
hostname new
\`\`\`
:::
`;

const CHINESE = ENGLISH.replace('A name', '名字')
  .replace('Now change it.', '现在改名。')
  .replace('Think.', '想一想。')
  .replace('There is a second name', '出现了第二个名字');

type Files = { en?: string | null; zh?: string | null; folder?: string; c?: string };

/** Runs the linter over one lesson with these files, and gives what it prints. */
function lint(files: Files): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'glassbox-lint-'));
  try {
    const folder = join(directory, files.folder ?? '050-uts');
    mkdirSync(join(folder, 'files'), { recursive: true });
    const write = (name: string, text: string | null): void => {
      if (text !== null) writeFileSync(join(folder, name), text);
    };
    write('lesson.en.md', files.en === undefined ? ENGLISH : files.en);
    write('lesson.zh.md', files.zh === undefined ? CHINESE : files.zh);
    write('files/name.c', files.c ?? 'int main(void) { return 0; }\n');
    return lintLessons(directory).map((problem) =>
      formatProblem(problem).replace(`${folder}/`, ''),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The same change in both languages, and what the linter then says of the English file. */
function change(from: string, to: string): string[] {
  assert.ok(ENGLISH.includes(from) && CHINESE.includes(from), `the fixture has no ${from}`);
  const problems = lint({ en: ENGLISH.replace(from, to), zh: CHINESE.replace(from, to) });
  return problems.filter((problem) => problem.startsWith('lesson.en.md'));
}

test('a sound lesson in two languages has nothing to mend', () => {
  assert.deepEqual(lint({}), []);
});

test('an unknown front matter key is named with its line and the key that was meant', () => {
  const [first, ...rest] = change('minutes: 5', 'minute: 5');
  assert.match(first ?? '', /^lesson\.en\.md:\d+: .*minutes/);
  assert.match(
    rest.join('\n'),
    /^lesson\.en\.md:7: Unknown front matter key `minute`\. .* Did you mean `minutes`\?$/m,
  );
});

test('a front matter value of the wrong form is named with its line', () => {
  assert.match(change('"2.6.19"', 'two')[0] ?? '', /^lesson\.en\.md:5: Front matter `kernel`: /);
});

test('a need that no machine can have is named with its line', () => {
  assert.match(
    change('minutes: 5', 'minutes: 5\nneeds: [gpu]')[0] ?? '',
    /^lesson\.en\.md:8: Front matter `needs\.0`: /,
  );
});

test('a file without front matter is refused', () => {
  const text = ENGLISH.slice(ENGLISH.indexOf('## Ask'));
  assert.match(lint({ en: text })[0] ?? '', /^lesson\.en\.md:1: .*front matter/);
});

test('an unknown container directive is named with the one that was meant', () => {
  assert.deepEqual(change(':::hint', ':::hnit'), [
    'lesson.en.md:42: Unknown directive `hnit`. Known: `hint`, `solution`. Did you mean `hint`?',
  ]);
});

test('an unknown text directive and an unknown namespace are named', () => {
  assert.match(
    change(':man[', ':mann[')[0] ?? '',
    /^lesson\.en\.md:12: Unknown directive `mann`.* Did you mean `man`\?$/,
  );
  assert.match(
    change('{uts}', '{utss}')[0] ?? '',
    /^lesson\.en\.md:12: Unknown namespace `utss`.* Did you mean `uts`\?$/,
  );
});

test('a colon that begins a directive by mistake is shown how to be a colon', () => {
  assert.deepEqual(change('Names live', 'At 10:30 names live'), [
    'lesson.en.md:12: A colon before `30` begins a directive. Did you mean `\\:30`?',
  ]);
});

test('an unknown fence, terminal, word and key are each named', () => {
  assert.match(
    change('```run machine', '```rum machine')[0] ?? '',
    /^lesson\.en\.md:14: Unknown fence `rum`.* Did you mean `run`\?$/,
  );
  assert.match(
    change('```run machine', '```run machina')[0] ?? '',
    /^lesson\.en\.md:14: Unknown terminal `machina`.* Did you mean `machine`\?$/,
  );
  assert.match(
    change('```run machine', '```run machine stay')[0] ?? '',
    /^lesson\.en\.md:14: Unknown word `stay`.* Did you mean `stays`\?$/,
  );
  assert.match(
    change('Ctrl-C', 'Ctrl-c')[0] ?? '',
    /^lesson\.en\.md:31: Unknown key `Ctrl-c`.* Did you mean `Ctrl-C`\?$/,
  );
});

test('an output that follows no command is refused', () => {
  const moved = ENGLISH.replace('```output', 'Look:\n\n```output');
  assert.match(lint({ en: moved, zh: moved })[0] ?? '', /^lesson\.en\.md:20: An `output` fence/);
});

test('an unknown check key is named at every depth', () => {
  assert.match(
    change('task:', 'tasks:').join('\n'),
    /^lesson\.en\.md:35: Unknown check key `tasks`.* Did you mean `task`\?$/m,
  );
  assert.deepEqual(change('namespace: {', 'namespce: {'), [
    'lesson.en.md:39: Unknown check key `namespce`. Known: `process`, `atLeast`, `namespace`, ' +
      '`all`, `any`, `not`, `sequence`. Did you mean `namespace`?',
  ]);
  assert.match(
    change('{ type: uts, of:', '{ type: uts, off:').join('\n'),
    /^lesson\.en\.md:39: Unknown check key `off`.* Did you mean `of`\?$/m,
  );
  const nested = 'not: { process: { namespaces: { ust: other } } }';
  assert.match(
    change('namespace: { type: uts, of: other }', nested)[0] ?? '',
    /^lesson\.en\.md:39: Unknown check key `ust`.* Did you mean `uts`\?$/,
  );
});

test('a check value of the wrong kind is named with its place', () => {
  assert.match(
    change('{ type: uts, of: other }', '{ type: uts, of: outside }')[0] ?? '',
    /^lesson\.en\.md:39: Condition `namespace\.of`: /,
  );
});

test('YAML that is no YAML is named with its line', () => {
  assert.match(change('of: other }', 'of: other')[0] ?? '', /^lesson\.en\.md:\d+: YAML: /);
});

test('a check without a task, and one without a solution, are refused', () => {
  assert.match(change('task: Rename it.\n', '')[0] ?? '', /^lesson\.en\.md:34: Check `task`: /);
  const solution = ENGLISH.slice(ENGLISH.indexOf(':::solution'));
  assert.deepEqual(change(solution, ''), [
    'lesson.en.md:34: A check without a solution: add `:::solution` … `:::`.',
  ]);
});

test('hints without a check are refused', () => {
  const check = ENGLISH.slice(ENGLISH.indexOf('```check'), ENGLISH.indexOf(':::hint'));
  const chinese = CHINESE.slice(CHINESE.indexOf('```check'), CHINESE.indexOf(':::hint'));
  const problems = lint({ en: ENGLISH.replace(check, ''), zh: CHINESE.replace(chinese, '') });
  assert.match(
    problems[0] ?? '',
    /^lesson\.en\.md:26: Hints or a solution in a step without a check/,
  );
});

test('two steps with one id, and a step without an id, are refused', () => {
  assert.deepEqual(change('{#rename}', '{#ask}'), [
    'lesson.en.md:26: A second step with the id `ask`: line 10 has one.',
  ]);
  assert.match(change(' {#rename}', '')[0] ?? '', /^lesson\.en\.md:26: A step without an id\./);
});

test('a whole missing language is refused', () => {
  assert.deepEqual(lint({ zh: null }), ['lesson.zh.md:1: Lesson `uts` has no `zh` file.']);
  assert.deepEqual(lint({ en: null }), ['lesson.en.md:1: Lesson `uts` has no `en` file.']);
});

test('a step, a hint, a check or a solution that one language lacks is refused', () => {
  const step = CHINESE.slice(0, CHINESE.indexOf('## Rename'));
  assert.match(
    lint({ zh: step })[0] ?? '',
    /^lesson\.zh\.md:10: Step `rename` of .*:26 is missing here/,
  );
  const hint = CHINESE.replace(':::hint\n想一想。\n:::\n', '');
  assert.match(
    lint({ zh: hint })[0] ?? '',
    /^lesson\.zh\.md:43: The hint of .*:42 is missing here/,
  );
  const checked = CHINESE.slice(0, CHINESE.indexOf('```check'));
  assert.match(lint({ zh: checked })[0] ?? '', /^lesson\.zh\.md:26: The check of .*:34 is missing/);
  const more = ENGLISH.replace(':::hint', ':::hint\nMore.\n:::\n\n:::hint');
  assert.match(
    lint({ en: more })[0] ?? '',
    /^lesson\.zh\.md:46: The hint of .*:46 is missing here/,
  );
});

test('steps in another order are refused', () => {
  const [head = '', ask = '', rename = ''] = CHINESE.split(/^(?=## )/m);
  assert.match(
    lint({ zh: `${head}${rename}\n${ask}` })[0] ?? '',
    /^lesson\.zh\.md:10: The steps stand in another order than in .*: ask, rename\.$/,
  );
});

test('a command, output, key, check or kernel release that differs between languages is refused', () => {
  const differs = (from: string, to: string): string => {
    assert.ok(CHINESE.includes(from));
    return lint({ zh: CHINESE.replace(from, to) })[0] ?? '';
  };
  assert.match(
    differs('hostname\n', 'hostname -f\n'),
    /^lesson\.zh\.md:14: This command block differs from .*:14: `hostname -f` here, `hostname` there\.$/,
  );
  assert.match(differs('run machine', 'run container'), /^lesson\.zh\.md:14: This command block/);
  assert.match(differs('<machine>', '<maschine>'), /^lesson\.zh\.md:14: This command block/);
  assert.match(differs('Ctrl-C', 'Ctrl-D'), /^lesson\.zh\.md:30: This key block differs/);
  assert.match(differs('of: other', 'of: machine'), /^lesson\.zh\.md:34: This check differs/);
  assert.match(differs('hostname new', 'hostname neu'), /^lesson\.zh\.md:47: This command block/);
  assert.match(differs('2.6.19', '2.6.24'), /^lesson\.zh\.md:1: This front matter differs/);
});

test('code that is not what its file says is refused', () => {
  assert.match(
    lint({ c: 'int main(void) { return 1; }\n' })[0] ?? '',
    /^lesson\.en\.md:22: This code is not what files\/name\.c says\.$/,
  );
  assert.match(
    change('```c name.c', '```c nome.c')[0] ?? '',
    /^lesson\.en\.md:22: There is no files\/nome\.c\. Did you mean `name\.c`\?$/,
  );
});

test('emphasis that CommonMark does not close is shown', () => {
  const text = CHINESE.replace('现在改名。', '**现在改名。**然后看。');
  assert.match(lint({ zh: text })[0] ?? '', /^lesson\.zh\.md:28: Emphasis that does not close/);
});

test('what the page can not show is refused', () => {
  assert.match(
    change('Names live', '<b>Names</b> live')[0] ?? '',
    /:12: The lesson page shows no `html`/,
  );
  assert.match(change('## Ask', 'Hello.\n\n## Ask')[0] ?? '', /Text before the first step/);
});

test('a folder without a number is refused', () => {
  assert.match(
    lint({ folder: 'uts' })[0] ?? '',
    /uts:1: A lesson folder .* Did you mean `050-uts`\?$/,
  );
});

test('loading a lesson that does not pass throws everything that is wrong', () => {
  const directory = mkdtempSync(join(tmpdir(), 'glassbox-lint-'));
  try {
    mkdirSync(join(directory, '050-uts'));
    assert.throws(
      () => loadLessons(directory),
      (error) => {
        return error instanceof LessonError && error.problems.length === 2;
      },
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('the lessons of this repository have nothing to mend, and survive JSON', () => {
  assert.deepEqual(lintLessons().map(formatProblem), []);
  const lessons = loadLessons();
  assert.deepEqual(JSON.parse(JSON.stringify(lessons)), lessons);
  assert.equal(loadLesson('uts', 'zh', lessonsDirectory())?.number, 5);
  assert.equal(loadLesson('nothing', 'en'), null);
});
