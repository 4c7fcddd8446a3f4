import assert from 'node:assert/strict';
import test from 'node:test';
import { formatProblem, LessonError } from '../format/problem.ts';
import {
  lessonsDirectory,
  loadGlossary,
  loadLesson,
  loadLessons,
  loadLessonsWithAnswers,
} from '../load.ts';
import { CHINESE, change, ENGLISH, inLessons, lineOf, lint, SVG, says } from './fixture.ts';
import { lintLessons } from './lint.ts';

test('a sound lesson in two languages has nothing to mend', () => {
  assert.deepEqual(lint({}), []);
});

test('the lessons of this repository have nothing to mend, and survive JSON', () => {
  assert.deepEqual(lintLessons().map(formatProblem), []);
  const lessons = loadLessons();
  assert.deepEqual(JSON.parse(JSON.stringify(lessons)), lessons);
  assert.equal(loadLesson('uts', 'zh', lessonsDirectory())?.number, 5);
  assert.equal(loadLesson('nothing', 'en'), null);
  assert.ok(loadGlossary('en').some(({ id }) => id === 'zombie'));
});

test('what a page is given has no answer and no wrong attempt in it', () => {
  inLessons({}, (directory) => {
    const page = JSON.stringify(loadLessons(directory));
    for (const secret of ['The kernel has it', 'No file has it', 'right', 'echo machine']) {
      assert.ok(!page.includes(secret), secret);
    }
    const [english, chinese] = loadLessonsWithAnswers(directory);
    assert.deepEqual(
      english?.answers.map(({ step, quiz, right }) => ({ step, quiz, right })),
      [
        { step: 'ask', quiz: 'where', right: { choices: [1] } },
        { step: 'ask', quiz: 'inode', right: { computed: { inode: 'uts', of: 'container' } } },
      ],
    );
    assert.deepEqual(
      english.wrong.map(({ step, task, name, hint }) => ({ step, task, name, hint })),
      [
        { step: 'rename', task: 0, name: 'The name of the machine', hint: 0 },
        { step: 'rename', task: 1, name: 'An echo of it', hint: null },
      ],
    );
    assert.deepEqual(chinese?.wrong, []);
  });
});

test('hints and solutions belong to the check before them', () => {
  inLessons({}, (directory) => {
    const step = loadLesson('uts', 'en', directory)?.steps[1];
    assert.equal(step?.tasks.length, 2);
    const commands = step?.tasks.map(({ solution }) => solution[0]);
    assert.deepEqual(
      commands?.map((block) => block?.kind === 'run' && block.command),
      ['unshare --uts hostname new', 'true'],
    );
  });
});

test('an unknown front matter key is named with its line and the key that was meant', () => {
  assert.deepEqual(change('minutes: 5', 'minute: 5'), [
    'lesson.en.md:1: Front matter: `minutes` is missing, a whole number.',
    'lesson.en.md:7: Unknown front matter key `minute`. Known: `title`, `summary`, `namespace`, ' +
      '`kernel`, `man`, `minutes`, `after`, `needs`. Did you mean `minutes`?',
  ]);
});

test('a front matter value of the wrong form is named with its line', () => {
  says(
    change('"2.6.19"', 'two'),
    'kernel:',
    'Front matter `kernel`: must be a Linux release such as "2.6.19", quoted.',
  );
  says(
    change('"2.6.19"', '2.6'),
    'kernel:',
    'Front matter `kernel`: must be a text, in quotation marks.',
  );
  says(
    change('namespace: uts', 'namespace: utc'),
    'namespace:',
    'Unknown `namespace` `utc`. Known: `user`, `mnt`, `pid`, `net`, `ipc`, `uts`, `cgroup`, `time`, ' +
      '`overlay`. Did you mean `uts`?',
  );
});

test('a need that no machine can have is named with its line', () => {
  assert.deepEqual(change('minutes: 5', 'minutes: 5\nneeds: [discs]'), [
    'lesson.en.md:8: Unknown `needs` `discs`. Known: `netfilter`, `disk`, `net_cls`, `device`, ' +
      '`outside`. Did you mean `disk`?',
  ]);
});

test('a file without front matter is refused', () => {
  const text = ENGLISH.slice(ENGLISH.indexOf('## Ask'));
  assert.match(lint({ en: text })[0] ?? '', /^lesson\.en\.md:1: .*front matter/);
});

test('a lesson that builds on none, on itself or on one that builds on it is refused', () => {
  const says = (ids: string, more = {}): string[] =>
    change('minutes: 5', `minutes: 5\nafter: [${ids}]`, { more }).filter((problem) =>
      problem.includes('`after`'),
    );
  assert.deepEqual(says('utz'), [
    'lesson.en.md:8: `after`: there is no lesson `utz`. Did you mean `uts`?',
  ]);
  assert.deepEqual(says('uts'), ['lesson.en.md:8: `after`: a lesson does not build on itself.']);
  const after = (text: string): string => text.replace('minutes: 5', 'minutes: 5\nafter: [uts]');
  const circle = {
    '060-ipc/lesson.en.md': after(ENGLISH),
    '060-ipc/lesson.zh.md': after(CHINESE),
    '060-ipc/figures/names.svg': SVG,
  };
  assert.deepEqual(says('ipc', circle), [
    'lesson.en.md:8: `after`: uts builds on ipc builds on uts.',
    '060-ipc/lesson.en.md:8: `after`: ipc builds on uts builds on ipc.',
    '060-ipc/lesson.zh.md:8: `after`: ipc builds on uts builds on ipc.',
  ]);
});

test('two steps with one id, and a step without an id, are refused', () => {
  says(
    change('{#rename}', '{#ask}'),
    '## Rename',
    'A second step with the id `ask`: line 10 has one.',
  );
  assert.match(
    change(' {#rename}', '')[0] ?? '',
    new RegExp(`^lesson\\.en\\.md:${lineOf('## Rename')}: A step without an id\\.`),
  );
  says(
    change('## Rename {#rename}', '## Rename {#Re name}'),
    '## Rename',
    "A step's id is a short lower-case word, not `Re name`.",
  );
});

test('a whole missing language is refused', () => {
  assert.deepEqual(lint({ zh: null }), ['lesson.zh.md:1: Lesson `uts` has no `zh` file.']);
  assert.deepEqual(lint({ en: null }), ['lesson.en.md:1: Lesson `uts` has no `en` file.']);
});

test('a folder without a number, and two with the same one, are refused', () => {
  assert.match(
    lint({ folder: 'uts' })[0] ?? '',
    /uts:1: A lesson folder .* Did you mean `050-uts`\?$/,
  );
  const twin = { '050-ipc/lesson.en.md': ENGLISH, '050-ipc/lesson.zh.md': CHINESE };
  assert.match(
    lint({ more: twin }).join('\n'),
    /^050-(?:uts|ipc):1: The folder 050-(?:uts|ipc) has the same number or id\.$/m,
  );
});

test('loading a lesson that does not pass throws everything that is wrong', () => {
  inLessons({ en: null, zh: null }, (directory) => {
    assert.throws(
      () => loadLessons(directory),
      (error) => error instanceof LessonError && error.problems.length === 2,
    );
  });
});
