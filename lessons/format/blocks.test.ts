import assert from 'node:assert/strict';
import test from 'node:test';
import { CHINESE, change, ENGLISH, inLessons, lineOf, lint, says } from '../lint/fixture.ts';
import { loadLesson } from '../load.ts';

test('an unknown container, leaf and text directive are named with the one that was meant', () => {
  says(
    change(':::hint\nThink.', ':::hnit\nThink.').slice(0, 1),
    ':::hint',
    'Unknown directive `hnit`. Known: `hint`, `solution`, `wrong`, `variant`. Did you mean `hint`?',
  );
  says(
    change('::figure[', '::figur['),
    '::figure[',
    'Unknown directive `figur`. Known: `figure`. Did you mean `figure`?',
  );
  says(
    change(':man[', ':mann['),
    'Names live',
    'Unknown directive `mann`. Known: `ns`, `man`, `term`. Did you mean `man`?',
  );
  assert.match(
    change('{uts}', '{utss}')[0] ?? '',
    /Unknown namespace `utss`.* Did you mean `uts`\?$/,
  );
});

test('a colon that begins a directive by mistake is shown how to be a colon', () => {
  says(
    change('Names live', 'At 10:30 names live'),
    'Names live',
    'A colon before `30` begins a directive. Did you mean `\\:30`?',
  );
});

test('a word of the glossary has an id, and a manual page a name and a section', () => {
  says(
    change(':term[process]{process}', ':term[process]'),
    'Now change it.',
    'A `:term` names one word of the glossary. Did you mean `:term[zombies]{zombie}`?',
  );
  says(
    change(':man[unshare(1)]', ':man[unshare]'),
    'Names live',
    '`unshare` is not a manual page. Did you mean `:man[unshare(1)]`?',
  );
  says(
    change(':man[unshare(1)]', ':man[unshare(1)]{x}'),
    'Names live',
    'A `:man` takes no attributes, and not `x`.',
  );
});

test('an unknown fence, terminal, word and key are each named', () => {
  says(
    change('```run machine\nhostname', '```rum machine\nhostname').slice(0, 1),
    '```run machine\nhostname',
    'Unknown fence `rum`. Known: `run`, `output`, `key`, `check`, `quiz`, `text`, `sh`, `c`, `yaml`, ' +
      '`json`, `dockerfile`. Did you mean `run`?',
  );
  const first = (to: string): string =>
    change('```run machine\nhostname', `${to}\nhostname`)[0] ?? '';
  assert.match(
    first('```run machina'),
    /:14: Unknown terminal `machina`.* Did you mean `machine`\?$/,
  );
  assert.match(
    first('```run'),
    /:14: A `run` fence names its terminal\. Did you mean `run machine`\?$/,
  );
  assert.match(first('```run machine stay'), /:14: Unknown word `stay`.* Did you mean `stays`\?$/);
  assert.match(
    first('```run machine interupt'),
    /Unknown word `interupt`.* Did you mean `interrupt`\?$/,
  );
  assert.match(first('```run machine stays stays'), /:14: `stays` stands twice\.$/);
  assert.match(first('```'), /:14: A fence without a kind/);
  const line = lineOf('Ctrl-C');
  assert.deepEqual(change('Ctrl-C', 'Ctrl-c'), [
    `lesson.en.md:${line}: Unknown key \`Ctrl-c\`. Known: \`Ctrl-C\`, \`Ctrl-D\`, \`Ctrl-Z\`, ` +
      '`Enter`, `q`. Did you mean `Ctrl-C`?',
  ]);
});

test('a command that stays and is typed after an interrupt says both, and Enter is a key', () => {
  const both = (text: string): string =>
    text
      .replace('```run machine\nhostname', '```run machine interrupt stays\nhostname')
      .replace('Ctrl-C', 'Enter');
  inLessons({ en: both(ENGLISH), zh: both(CHINESE) }, (directory) => {
    const lesson = loadLesson('uts', 'en', directory);
    const run = lesson?.steps[0]?.blocks.find((block) => block.kind === 'run');
    assert.deepEqual([run?.stays, run?.interrupt], [true, true]);
    assert.ok(
      lesson?.steps[1]?.blocks.some((block) => block.kind === 'key' && block.key === 'Enter'),
    );
  });
});

test('an output that follows no command is refused', () => {
  const line = lineOf('```output\n<machine>') + 2;
  assert.deepEqual(change('```output\n<machine>', 'Look:\n\n```output\n<machine>'), [
    `lesson.en.md:${line}: An \`output\` fence stands right after the \`run\` fence it belongs to.`,
  ]);
});

test('variants come in pairs, each for its version, and not in each other', () => {
  const first = ':::variant{cgroup=1}';
  const version = 'A variant is for a version of control groups. Did you mean `{cgroup=2}`?';
  says(change(first, ':::variant'), first, version);
  says(change(first, ':::variant{cgroup=3}'), first, version);
  assert.match(
    change(first, ':::variant{group=1}')[0] ?? '',
    /Unknown attribute `group`.* Did you mean `cgroup`\?$/,
  );
  says(
    change(first, ':::variant{cgroup=2}'),
    first,
    'Two variants stand one after the other, one for each version. Did you mean `:::variant{cgroup=1}`?',
  );
  const between = ':::\n\nThen:\n\n:::variant{cgroup=2}';
  assert.equal(change(':::\n\n:::variant{cgroup=2}', between).length, 2);
  const whole = ENGLISH.slice(ENGLISH.indexOf(first), ENGLISH.indexOf(':::variant{cgroup=2}'));
  const nested = `::::variant{cgroup=1}\n${pair('a', 'b')}::::\n\n`;
  assert.match(change(whole, nested).join('\n'), /: A variant in a variant\.$/m);
});

function pair(v1: string, v2: string): string {
  const variant = (version: number, command: string): string =>
    `:::variant{cgroup=${version}}\n\`\`\`run machine\n${command}\n\`\`\`\n:::\n`;
  return `${variant(1, v1)}\n${variant(2, v2)}`;
}

test('variants may stand in a hint, a solution and a wrong attempt', () => {
  const changed = (text: string): string =>
    text
      .replace(
        ':::solution\n```run container\ntrue\n```\n:::',
        `::::solution\n${pair('a', 'b')}::::`,
      )
      .replace(/^:::wrong\[An echo[\s\S]*?^:::\n/m, `::::wrong[Half]\n${pair('c', 'd')}::::\n`);
  assert.deepEqual(lint({ en: changed(ENGLISH), zh: changed(CHINESE) }), []);
});

test('a container that is never closed is named where it is opened', () => {
  const open = 'A nudge.\n\n:::solution';
  assert.ok(
    change('Think.\n:::\n\n:::solution', open).includes(
      `lesson.en.md:${lineOf('Think.') + 2}: \`:::solution\` can't stand here: is what stands ` +
        'before it closed? Did you mean `:::`?',
    ),
  );
  const end = ENGLISH.slice(0, -':::\n'.length);
  says(
    lint({ en: end }).filter((each) => each.startsWith('lesson.en')),
    ':::wrong[An echo',
    '`:::wrong` is never closed. Did you mean `:::`?',
  );
});

test('a wrong attempt says what is wrong, does something, and names a hint that there is', () => {
  const place = ':::wrong[The name of the machine]{hint=1}';
  const attempt = (to: string): string[] => change(place, to);
  says(
    attempt(':::wrong{hint=1}'),
    place,
    'A wrong attempt says what is wrong about it. Did you mean `:::wrong[Only half of it]`?',
  );
  says(attempt(place.replace('1', '2')), place, 'There is no state hint 2: the check has 1.');
  says(
    attempt(place.replace('hint=1', 'hint=first')),
    place,
    '`hint=first` is not the number of a state hint. Did you mean `{hint=1}`?',
  );
  assert.match(
    attempt(place.replace('hint', 'hnit'))[0] ?? '',
    /Unknown attribute `hnit`. Known: `hint`. Did you mean `hint`\?$/,
  );
  says(
    change('```run container\nhostname new\n```', 'Nothing.'),
    place,
    'A wrong attempt does something: it has a `run` or a `key` fence.',
  );
});

test('a wrong attempt in a translation is refused', () => {
  const text = `${CHINESE}\n:::wrong[x]\n\`\`\`run machine\ntrue\n\`\`\`\n:::\n`;
  assert.deepEqual(lint({ zh: text }), [
    `lesson.zh.md:${lineOf(':::wrong[x]', text)}: A wrong attempt is no text for learners: it ` +
      'stands in `lesson.en.md` only.',
  ]);
});

test('hints and solutions before any check, a second solution and a fifth check are refused', () => {
  const check = ENGLISH.slice(ENGLISH.indexOf('```check'), ENGLISH.indexOf(':::hint'));
  assert.match(change(check, '')[0] ?? '', /`:::hint` before any check: it belongs to one\.$/);
  const solution = ENGLISH.slice(ENGLISH.indexOf(':::solution'), ENGLISH.indexOf(':::wrong'));
  assert.match(change(solution, `${solution}${solution}`)[0] ?? '', /A check has one solution\.$/);
  assert.match(change(solution, '')[0] ?? '', /A check without a solution: add `:::solution`/);
  const second = ENGLISH.slice(ENGLISH.lastIndexOf('```check'));
  assert.match(change(second, second.repeat(4)).join('\n'), /A step has at most 4 checks\./);
});

test('what the page can not show is refused', () => {
  says(
    change('Names live', '<b>Names</b> live').slice(0, 1),
    'Names live',
    'The lesson page shows no `html`.',
  );
  assert.match(change('## Ask', 'Hello.\n\n## Ask')[0] ?? '', /Text before the first step/);
  assert.match(change('Names live', '#### More\n\nNames live')[0] ?? '', /only `###` headings/);
});

test('emphasis that CommonMark does not close is shown, and a plain asterisk is none', () => {
  const text = CHINESE.replace('现在改名。', '**现在改名。**然后看。');
  assert.match(lint({ zh: text })[0] ?? '', /^lesson\.zh\.md:\d+: Emphasis that does not close/);
  assert.deepEqual(change('Names live', '10.0.0.\\* names live'), []);
});
