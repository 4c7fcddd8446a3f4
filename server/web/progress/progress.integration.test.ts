import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import {
  PROGRESS_PATH,
  type ProgressRecord,
  progressRecord,
  SECRET_HEADER,
} from '../../protocol/progress.ts';
import type { QuizGiven } from '../../protocol/quiz.ts';
import { eventually } from '../../testing/eventually.ts';
import { dataDirectory, startLab } from '../../testing/lab.ts';
import { newSecret, TestPage } from '../../testing/page.ts';
import { Progress } from './progress.ts';

const DONE = { kind: 'step', lesson: 'uts', step: 'hostname', at: 1_000 } as const;

test('on a full disk nothing is lost, and what waits is written when there is room again', async (context) => {
  const path = mkdtempSync(join(tmpdir(), 'glassbox-full-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'glassbox-test', path]);
  const troubles: (string | undefined)[] = [];
  const progress = new Progress({
    file: join(path, 'progress.db'),
    warn: () => {},
    trouble: (sentence) => troubles.push(sentence),
  });
  context.after(() => {
    progress.close();
    execFileSync('umount', [path]);
    rmSync(path, { recursive: true });
  });
  const owner = createHash('sha256').update(newSecret()).digest('hex');
  progress.note(owner, DONE);
  const filler = join(path, 'filler');
  assert.throws(() => writeFileSync(filler, Buffer.alloc(1024 * 1024)), /ENOSPC/);
  let noted = 0;
  while (progress.trouble === undefined && noted < 500) {
    progress.note(owner, { ...DONE, step: `step-${noted}` });
    noted += 1;
  }
  assert.match(progress.trouble ?? '', /can't be saved now: the lab's disk is full .* lab goes on/);
  progress.note(owner, { ...DONE, step: 'while-full' });
  rmSync(filler);
  await eventually('progress is saved again', () => progress.trouble === undefined);
  const read = progress.read(owner);
  assert.ok(read.ok);
  const steps = read.value.steps.map(({ step }) => step);
  assert.equal(steps.length, noted + 2);
  assert.ok(steps.includes('hostname') && steps.includes('while-full'));
  assert.equal(troubles.length, 2);
});

const words = {
  en: { because: 'Right.', wrong: 'Not yet.' },
  zh: { because: '对。', wrong: '还不对。' },
};

const LESSONS = {
  uts: {
    needs: [],
    steps: [
      {
        id: 'second',
        checks: [
          { conditions: [{ namespace: { type: 'uts', of: 'other' } }], hints: [] },
          { conditions: [{ process: { command: 'sleep' } }], hints: [] },
        ],
        quizzes: [
          { id: 'choose', right: { choices: [1] }, words },
          { id: 'inode', right: { computed: { inode: 'uts', of: 'machine' } }, words },
        ],
      },
    ],
  },
};

async function recordOf(address: string, secret: string): Promise<ProgressRecord> {
  const headers = { [SECRET_HEADER]: secret };
  const answer = await fetch(new URL(PROGRESS_PATH, address), { headers });
  return progressRecord.parse(await answer.json());
}

async function stepsOf(address: string, secret: string): Promise<string[]> {
  return (await recordOf(address, secret)).steps.map(({ step }) => step);
}

async function learner(context: TestContext, address: string, secret: string): Promise<TestPage> {
  const page = await TestPage.connect(address);
  context.after(() => page.close());
  await page.hello(secret);
  return page;
}

test('a step that the kernel has seen done survives kill -9 of web, and the end of the lab', async (context) => {
  const data = dataDirectory(context);
  writeFileSync(join(data, 'web/lessons.json'), JSON.stringify(LESSONS));
  const lab = startLab(context, ['--port', '0', '--warm', '0'], data);
  const secret = newSecret();
  const address = await lab.address();
  const page = await learner(context, address, secret);
  page.say({ type: 'watch-step', lesson: 'uts', step: 'second' });
  await page.hear('check', ({ state }) => state.checks.every(({ done }) => !done));
  assert.deepEqual(await stepsOf(address, secret), []);
  const terminal = await page.open('machine');
  terminal.type('unshare --uts sleep 1000 &\n');
  await page.hear('check', ({ state }) => state.checks.every(({ done }) => done));
  assert.deepEqual(await stepsOf(address, secret), ['second']);

  const before = lab.webPid();
  process.kill(before, 'SIGKILL');
  await eventually('another web is ready', () =>
    lab.printed.split('Glassbox is ready').length > 2 ? true : undefined,
  );
  assert.notEqual(lab.webPid(), before);
  const second = [...lab.printed.matchAll(/Glassbox is ready: (\S+)/g)].at(-1)?.[1] ?? '';
  assert.deepEqual(await stepsOf(second, secret), ['second']);
  assert.deepEqual(await stepsOf(second, newSecret()), []);

  await lab.stop();
  const next = await startLab(context, ['--port', '0', '--warm', '0'], data).address();
  assert.deepEqual(await stepsOf(next, secret), ['second']);
});

test('an answer is judged by the server, one about the machine by its kernel, and both are kept', async (context) => {
  const data = dataDirectory(context);
  writeFileSync(join(data, 'web/lessons.json'), JSON.stringify(LESSONS));
  const lab = startLab(context, ['--port', '0', '--warm', '0'], data);
  const secret = newSecret();
  const address = await lab.address();
  const page = await learner(context, address, secret);
  const answer = async (quiz: string, given: QuizGiven) => {
    page.forget();
    const place = { lesson: 'uts', step: 'second', quiz };
    page.say({ type: 'answer-quiz', place, language: 'zh', given });
    const { verdict, because } = await page.hear('quiz');
    return `${verdict} ${because}`;
  };
  assert.equal(await answer('choose', { choices: [0] }), 'wrong 还不对。');
  assert.equal(await answer('choose', { choices: [1] }), 'right 对。');

  assert.equal(await answer('inode', { text: '1' }), 'unanswerable ');
  const terminal = await page.open('machine');
  terminal.type('readlink /proc/$$/ns/uts\n');
  const [inode = ''] = /uts:\[\d+\]/.exec(await terminal.shows(/uts:\[\d+\]/)) ?? [];
  assert.equal(await answer('inode', { text: '1' }), 'wrong 还不对。');
  assert.equal(await answer('inode', { text: inode }), 'right 对。');

  page.forget();
  const place = { lesson: 'uts', step: 'second', quiz: 'nothing' };
  page.say({ type: 'answer-quiz', place, language: 'en', given: { text: 'x' } });
  assert.equal((await page.hear('error')).error.code, 'no-such-lesson');

  const { quizzes } = await recordOf(address, secret);
  assert.deepEqual(
    quizzes.map(({ quiz, attempts, right }) => ({ quiz, attempts, right })),
    [
      { quiz: 'choose', attempts: 2, right: true },
      { quiz: 'inode', attempts: 2, right: true },
    ],
  );
});
