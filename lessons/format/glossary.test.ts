import assert from 'node:assert/strict';
import test from 'node:test';
import { lint } from '../lint/fixture.ts';
import { parseGlossary } from './glossary.ts';
import { formatProblem, Report } from './problem.ts';

function read(text: string) {
  const report = new Report('glossary.en.md');
  const { entries } = parseGlossary(text, 'en', report);
  return { entries, problems: report.problems.map(formatProblem) };
}

test('a word has an id and a meaning of one paragraph or more', () => {
  const { entries, problems } = read(
    '## Zombie {#zombie}\n\nIt has ended.\n\nIts parent has not asked.\n',
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(
    entries.map(({ id, word, line, blocks }) => [id, word, line, blocks[0]?.kind]),
    [['zombie', 'Zombie', 1, 'prose']],
  );
});

test('a word without an id or a meaning, twice, or with something to run in it is refused', () => {
  assert.deepEqual(read('## Zombie\n\nIt has ended.\n').problems, [
    'glossary.en.md:1: A word without an id. Did you mean `## Zombie {#short-name}`?',
  ]);
  assert.deepEqual(read('## Zombie {#zombie}\n\n## Init {#init}\n\nx\n').problems, [
    'glossary.en.md:1: The word `Zombie` has no meaning.',
  ]);
  assert.deepEqual(read('## A {#a}\n\nx\n\n## B {#a}\n\ny\n').problems, [
    'glossary.en.md:5: A second word with the id `a`: line 1 has one.',
  ]);
  assert.deepEqual(read('Hello.\n\n## A {#a}\n\nx\n\n```run machine\nls\n```\n').problems, [
    'glossary.en.md:1: Text before the first word: `## Zombie {#zombie}` begins one.',
    'glossary.en.md:7: A meaning is text: nothing in the glossary is run or asked.',
  ]);
});

test('a meaning is held against what there is, as a lesson is', () => {
  const glossary =
    '## Process {#process}\n\nA :term[thing]{thing}. See :man[forkk(2)] and [it](/lessons/uts/#nowhere).\n';
  assert.deepEqual(
    lint({ glossary }).filter((each) => each.startsWith('glossary.en')),
    [
      'glossary.en.md:3: The glossary has no `thing`: lessons/glossary.en.md.',
      'glossary.en.md:3: `forkk(2)` is not in lessons/lint/man-pages.txt: no such page is known. Did you mean `fork(2)`?',
      'glossary.en.md:3: Lesson `uts` has no step `nowhere`.',
    ],
  );
});
