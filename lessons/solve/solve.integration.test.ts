import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { parseLesson } from '../format/parse.ts';
import { LessonError, Report } from '../format/problem.ts';
import { TEMPLATE } from '../new/template.ts';
import { SolveLab } from './lab.ts';
import { type Result, solveLessons } from './solve.ts';

/** The lesson that `lesson -- new` makes: sound, until one thing in it is changed. */
const SOUND = TEMPLATE.en.replaceAll('NAME', 'demo');

const lab = new SolveLab();
after(() => lab.close());

/** Plays the lesson with this change, in one language, and gives what failed. */
async function play(from: string, to: string): Promise<{ results: Result[]; failures: string[] }> {
  assert.ok(SOUND.includes(from), `the lesson has no ${from}`);
  const place = {
    id: 'demo',
    number: 6,
    language: 'en',
    figureFile: () => ({ known: [] }),
  } as const;
  const report = new Report('lesson.en.md');
  const lesson = parseLesson(
    SOUND.replace(from, () => to),
    place,
    report,
  );
  if (lesson === null) throw new LessonError(report.problems);
  const results: Result[] = [];
  await solveLessons([lesson], lab, (result) => results.push(result));
  return {
    results,
    failures: results.flatMap(({ failure }) => (failure === null ? [] : [failure])),
  };
}

/** Asserts that one play fails, on the line of this piece of the changed file, with this. */
async function fails(from: string, to: string, piece: string, sentence: RegExp): Promise<void> {
  const { failures } = await play(from, to);
  const text = SOUND.replace(from, () => to);
  const line = text.slice(0, text.indexOf(piece)).split('\n').length;
  const [failure = ''] = failures;
  assert.match(failure, new RegExp(`lesson\\.en\\.md:${line}: `));
  assert.match(failure, sentence);
  assert.match(failure, /The machine terminal shows:\n {2}│ /);
}

test('a sound lesson is solved: its text, its solution and each wrong attempt', async () => {
  const { results, failures } = await play('summary', 'summary');
  assert.deepEqual(failures, []);
  assert.deepEqual(results.map(({ what }) => what).sort(), [
    'first: solution',
    'first: wrong, “A directory”',
    'first: wrong, “An echo of the name”',
    'text',
  ]);
});

test('a command that prints something else fails with both, and what the terminals show', async () => {
  const command = '```run machine\ntouch /tmp/demo && stat';
  await fails(
    '/tmp/demo <42>',
    '/tmp/else <42>',
    command,
    /│ \/tmp\/demo \d+\n.*and not\n.*│ \/tmp\/else 42/s,
  );
});

test('a command that should print nothing and does not fails', async () => {
  await fails(
    'ls /tmp\n',
    'ls /\n',
    '```run machine\nls /',
    /This command printed\n.*and not\n {2}\(nothing\)/s,
  );
});

test('a check that is green before anything is done fails', async () => {
  await fails(
    'path: /tmp/demo, kind: file',
    'path: /etc/passwd, kind: file',
    '```check',
    /This check is green before anything is done/,
  );
});

test('a solution that solves nothing fails, with what is missing', async () => {
  const solution = ':::solution\n\n```run machine\ntouch /tmp/demo';
  const { failures } = await play(solution, solution.replace('touch', 'echo'));
  assert.equal(failures.length, 1);
  assert.match(
    failures[0] ?? '',
    /The solution leaves this check red\. Missing: `\/tmp\/demo` is a file\./,
  );
});

test('a wrong attempt that turns the check green fails', async () => {
  await fails(
    'echo /tmp/demo\n',
    'touch /tmp/demo\n',
    ':::wrong[An echo of the name]',
    /“An echo of the name” is wrong, and the check is green/,
  );
});

test('a state hint that does not come up where it should fails', async () => {
  await fails(
    'path: /tmp/demo, kind: directory',
    'path: /tmp/demo, kind: fifo',
    ':::wrong[A directory]',
    /State hint 1 should be up, and none is/,
  );
});

test('a question that nothing on the machine answers fails', async () => {
  const choices = SOUND.slice(SOUND.indexOf('choices:'), SOUND.indexOf('because:'));
  const computed = 'computed: { pid: { command: nginx }, seenFrom: inside }\n';
  await fails(choices, computed, '```quiz where', /Nothing on the machine answers `where` here/);
});

test('a question about the machine is answered where it stands', async () => {
  const choices = SOUND.slice(SOUND.indexOf('choices:'), SOUND.indexOf('because:'));
  const { failures } = await play(choices, 'computed: { inode: uts, of: machine }\n');
  assert.deepEqual(failures, []);
});

test('what the text leaves to its reader is solved by the solution, and the rest goes on from there', async () => {
  const { failures } = await play(
    "touch /tmp/demo && stat --format '%n %i' /tmp/demo",
    'echo /tmp/demo 1',
  );
  assert.deepEqual(failures, []);
});

test('a server that keeps its terminal is ended by an interrupt, and the shell is back', async () => {
  const block = '```run machine\nls /tmp\n```';
  const { failures } = await play(
    block,
    '```run machine stays\nsleep 1000\n```\n\n```run machine interrupt\nls /tmp\n```\n\n' +
      '```run machine stays\ncat\n```\n\n```key machine\nCtrl-D\n```\n\n```key machine\nEnter\n```',
  );
  assert.deepEqual(failures, []);
});

test('a shell that says nothing of its own is played as bash is', async () => {
  const { failures } = await play(
    '```run machine\nls /tmp\n```',
    '```run machine\nsh\n```\n\n```run machine\necho one; echo two\n```\n\n```output\none\ntwo\n```\n\n' +
      '```run machine\nexit\n```',
  );
  assert.deepEqual(failures, []);
});

test('what a job in the background says after the prompt does not hide the prompt', async () => {
  const { failures } = await play(
    '```run machine\nls /tmp\n```',
    '```run machine\n(sleep 0.1; echo late) &\n```\n\n```output\n[1] <9>\n```\n\n' +
      '```run machine\nsleep 0.3\n```\n\n```output\n<…>\n```',
  );
  assert.deepEqual(failures, []);
});

test('of variants the one of this machine is played', async () => {
  const variant = (version: number, command: string): string =>
    `:::variant{cgroup=${version}}\n\n\`\`\`run machine\n${command}\n\`\`\`\n\n:::\n`;
  const isV2 = 'test -e /sys/fs/cgroup/cgroup.controllers';
  const { failures } = await play(
    '```run machine\nls /tmp\n```\n',
    `${variant(1, `${isV2} && echo wrong`)}\n${variant(2, `${isV2} || echo wrong`)}`,
  );
  assert.deepEqual(failures, []);
});
