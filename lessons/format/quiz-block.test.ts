import assert from 'node:assert/strict';
import test from 'node:test';
import { CHINESE, change, ENGLISH, inLessons, says } from '../lint/fixture.ts';
import { loadLesson, loadLessonsWithAnswers } from '../load.ts';

const FENCE = '```quiz where';
const RIGHT = '  - text: In the kernel\n    right: true';

test('the form of a quiz follows from what is right', () => {
  const several = (text: string): string =>
    text
      .replace(RIGHT, `${RIGHT}\n  - text: In memory\n    right: true`)
      .replace('computed: { inode: uts, of: container }', 'accept: ["4026531838", inode]');
  inLessons({ en: several(ENGLISH), zh: several(CHINESE) }, (directory) => {
    const blocks = loadLesson('uts', 'en', directory)?.steps[0]?.blocks ?? [];
    assert.deepEqual(
      blocks.filter((block) => block.kind === 'quiz'),
      [
        {
          kind: 'quiz',
          id: 'where',
          question: 'Where does a name live?',
          form: 'several',
          choices: ['In a file', 'In the kernel', 'In memory'],
          computed: false,
        },
        {
          kind: 'quiz',
          id: 'inode',
          question: 'Which inode does it have?',
          form: 'text',
          choices: [],
          computed: false,
        },
      ],
    );
    const [lesson] = loadLessonsWithAnswers(directory);
    assert.deepEqual(
      lesson?.answers.map(({ right }) => right),
      [{ choices: [1, 2] }, { texts: ['4026531838', 'inode'] }],
    );
  });
});

test('a quiz has an id, and no step has it twice', () => {
  says(
    change(FENCE, '```quiz'),
    FENCE,
    'A `quiz` fence names its quiz. Did you mean `quiz who-sees`?',
  );
  says(
    change(FENCE, '```quiz Where'),
    FENCE,
    "A quiz's id is a short lower-case word, not `Where`.",
  );
  says(change(FENCE, '```quiz where is it'), FENCE, 'Too many words after the quiz: `is it`.');
  const twin = '```quiz inode';
  says(change(twin, FENCE), twin, 'A second quiz with the id `where`: line 52 has one.');
});

test('an unknown key is named at every depth with the one that was meant', () => {
  assert.match(
    change('question: Where', 'qestion: Where').join('\n'),
    /Unknown quiz key `qestion`. Known: `question`, `choices`, `accept`, `computed`, `because`, `wrong`. Did you mean `question`\?/,
  );
  assert.match(
    change('right: true', 'rigth: true').join('\n'),
    /Unknown quiz key `rigth`.* Did you mean `right`\?/,
  );
  assert.match(
    change('inode: uts', 'inod: uts').join('\n'),
    /Unknown quiz key `inod`.* Did you mean `inode`\?/,
  );
  assert.match(
    change('inode: uts', 'inode: utz').join('\n'),
    /Unknown `inode` `utz`.* Did you mean `uts`\?/,
  );
  assert.match(
    change('inode: uts, of: container', 'pid: { comand: nginx }, seenFrom: inside').join('\n'),
    /Unknown quiz key `comand`.* Did you mean `command`\?/,
  );
});

test('a quiz asks for one thing', () => {
  const both = 'accept: [a]\ncomputed: { inode: uts, of: container }';
  says(
    change('computed: { inode: uts, of: container }', both),
    '```quiz inode',
    'A quiz has one of `choices`, `accept` and `computed`.',
  );
  assert.match(
    change('computed: { inode: uts, of: container }\n', '')[0] ?? '',
    /A quiz has one of `choices`, `accept` and `computed`\.$/,
  );
});

test('of the choices some are right, not all, and no two are the same', () => {
  const choices = 'choices:';
  says(change('\n    right: true', ''), choices, 'No choice is right. Did you mean `right: true`?');
  says(
    change('- text: In a file', '- text: In a file\n    right: true'),
    choices,
    'Every choice is right: nothing is asked.',
  );
  says(change('In the kernel', 'in a File'), choices, 'Two choices say the same: `in a file`.');
});

test('a number that may be typed is written in quotation marks', () => {
  says(
    change('computed: { inode: uts, of: container }', 'accept: [12]'),
    'computed:',
    'Quiz `accept.0`: must be a text, in quotation marks.',
  );
});

test('a right and a wrong answer are both answered', () => {
  assert.match(change('because: The kernel has it.\n', '')[0] ?? '', /Quiz: `because` is missing/);
  assert.match(change('wrong: No file has it.\n', '')[0] ?? '', /Quiz: `wrong` is missing/);
});

test('a quiz stands in the text of a step and nowhere else', () => {
  const quiz = ENGLISH.slice(ENGLISH.indexOf('```quiz inode'), ENGLISH.indexOf('## Rename'));
  assert.match(
    change('Think.', `Think.\n\n${quiz}`).join('\n'),
    /: A quiz stands in the text of a step\./,
  );
});
