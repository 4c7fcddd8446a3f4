import assert from 'node:assert/strict';
import test from 'node:test';
import { CHINESE, ENGLISH, lineOf, lint } from './fixture.ts';

/** What the linter says when the Chinese file has something else where the English one has `from`. */
function differs(from: string, to: string): string[] {
  assert.ok(CHINESE.includes(from), `the fixture has no ${from}`);
  return lint({ zh: CHINESE.replace(from, () => to) });
}

const placeOf = (piece: string): string => `lesson.zh.md:${lineOf(piece, CHINESE)}:`;
const there = (piece: string): string => `lesson.en.md:${lineOf(piece)}`;

test('a step that one language lacks is refused, and where it stands', () => {
  const step = CHINESE.slice(0, CHINESE.indexOf('## Rename'));
  assert.ok(
    lint({ zh: step }).includes(
      `lesson.zh.md:10: Step \`rename\` of ${there('## Rename')} is missing here.`,
    ),
  );
  const english = ENGLISH.slice(0, ENGLISH.indexOf('## Rename'));
  assert.ok(
    lint({ en: english }).includes(
      `${placeOf('## Rename')} Step \`rename\` is missing in lesson.en.md.`,
    ),
  );
});

test('a hint, a check, a solution, a quiz, a figure or a variant that one language lacks is refused', () => {
  const missing = (piece: string, sentence: string): void => {
    assert.match(differs(piece, '')[0] ?? '', new RegExp(`^lesson\\.zh\\.md:\\d+: ${sentence}`));
  };
  missing(':::hint\n想一想。\n:::\n', 'The hint of .* is missing here');
  missing(
    CHINESE.slice(CHINESE.indexOf('```quiz inode'), CHINESE.indexOf('## Rename')),
    'The quiz of .* is missing here',
  );
  missing(
    '::figure[Two processes, each with a name]{file=names.svg}\n',
    'The figure of .* is missing',
  );
  missing('```key container\nCtrl-C\n```\n', 'The key block of .* is missing here');
  const more = ENGLISH.replace(':::hint', () => ':::hint\nMore.\n:::\n\n:::hint');
  assert.match(lint({ en: more })[0] ?? '', /^lesson\.zh\.md:\d+: The hint of .* is missing here/);
});

test('steps in another order are refused', () => {
  const [head = '', ask = '', rename = ''] = CHINESE.split(/^(?=## )/m);
  assert.ok(
    lint({ zh: `${head}${rename}\n${ask}` }).some((each) =>
      /^lesson\.zh\.md:10: The steps stand in another order than in .*: ask, rename\.$/.test(each),
    ),
  );
});

test('a command, output, key or check that differs between languages is refused with both lines', () => {
  assert.deepEqual(differs('hostname\n', 'hostname -f\n'), [
    `${placeOf('```run machine\nhostname')} This command block differs from ` +
      `${there('```run machine\nhostname')}: \`hostname -f\` here, \`hostname\` there.`,
  ]);
  assert.match(differs('run machine', 'run container')[0] ?? '', /This command block/);
  assert.match(differs('<machine>', '<maschine>')[0] ?? '', /This command block/);
  assert.match(differs('Ctrl-C', 'Ctrl-D')[0] ?? '', /: This key block differs/);
  assert.match(differs('of: other', 'of: machine')[0] ?? '', /: This check differs/);
  assert.match(differs('hostname new\n', 'hostname neu\n')[0] ?? '', /This command block/);
  assert.match(
    differs('2.6.19', '2.6.24')[0] ?? '',
    /^lesson\.zh\.md:1: This front matter differs/,
  );
  assert.match(
    differs('cat /sys/fs/cgroup/cgroup.controllers', 'ls')[0] ?? '',
    /: This command block differs/,
  );
});

test('when a state hint comes up is the same in every language', () => {
  const from = 'of: machine, hostname: new';
  assert.match(
    differs(from, 'of: machine, hostname: old')[0] ?? '',
    /: This check differs from .*old/,
  );
});

test('a quiz asks the same in every language, and accepts words of its own', () => {
  assert.match(
    differs(
      '  - text: In the kernel\n    right: true',
      '  - text: 在内核里\n    right: true\n  - text: 别处',
    )[0] ?? '',
    /: This quiz differs from .*3 choices` here, `single, 2 choices` there/,
  );
  assert.match(
    differs('  - text: In a file\n', '  - text: In a file\n    right: true\n').join('\n'),
    /Every choice is right/,
  );
  assert.match(differs('inode: uts', 'inode: pid')[0] ?? '', /: This quiz differs/);
  const accept = (words: string) => (text: string) =>
    text.replace('computed: { inode: uts, of: container }', `accept: [${words}]`);
  assert.deepEqual(lint({ en: accept('kernel')(ENGLISH), zh: accept('内核')(CHINESE) }), []);
});

test('every language explains the same words', () => {
  const glossary = '## Process {#process}\n\nA program that runs.\n';
  const more = `${glossary}\n## Zombie {#zombie}\n\nOne that has ended.\n`;
  assert.deepEqual(lint({ glossary: more, glossaryZh: glossary }), [
    'glossary.zh.md:1: The word `zombie` of glossary.en.md:5 is missing here.',
  ]);
  assert.deepEqual(lint({ glossary, glossaryZh: more }), [
    'glossary.zh.md:5: The word `zombie` is missing in glossary.en.md.',
  ]);
});
