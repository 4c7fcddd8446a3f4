import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, type Page, test } from 'playwright/test';
import { plain } from '../app/_lesson/Inline.tsx';
import { fill } from '../app/_messages/fill.ts';
import { LANGUAGES } from '../server/protocol/identifiers.ts';
import { progressRecord } from '../server/protocol/progress.ts';
import { makeDataDirectory, TestLab } from '../server/testing/lab.ts';
import { LabPage } from './lab-page.ts';
import { lessonOf, quizOf, rightChoices } from './lesson-files.ts';

/** Where the browser keeps the record. The tests take it away, as a learner does who clears a page's data. */
const RECORD = 'glassbox.progress';
const ANSWERS = 'glassbox.answers';
const SECRET = 'glassbox.secret';

for (const language of LANGUAGES) {
  const uts = lessonOf('uts', language);
  const { quiz, answer } = quizOf(uts, 'copy');

  test(`progress survives a restart of the lab and the loss of the browser’s record (${language})`, async ({
    page,
  }) => {
    const data = makeDataDirectory();
    const first = new TestLab(data, ['--port', '0']);
    let second: TestLab | undefined;
    try {
      const lab = new LabPage(page, language, addressOf(await first.address()));
      await doSomething(lab);
      const { port } = new URL(lab.lab);
      expect(await first.stop()).toBe(0);
      second = new TestLab(data, ['--port', port]);
      await second.address();
      await page.evaluate(
        (keys) => {
          for (const key of keys) localStorage.removeItem(key);
        },
        [RECORD, ANSWERS],
      );
      await lab.openHome();
      await expectSomething(page, lab, { done: 1, right: 1 });
      // And the lesson knows it, too.
      await lab.openLesson('uts', 'unshare');
      await lab.expectTask('done');
      await expect(lab.question(quiz)).toContainText(lab.text.quiz.before);
    } finally {
      await first.stop();
      await second?.stop();
      rmSync(data, { recursive: true, force: true });
    }
  });

  test(`a record is exported, deleted for good, and imported again (${language})`, async ({
    page,
    context,
  }, testInfo) => {
    const lab = new LabPage(page, language);
    await doSomething(lab);
    await lab.openHome();
    await expectSomething(page, lab, { done: 1, right: 1 });

    const saved = page.waitForEvent('download');
    await lab.button(lab.text.progress.export).click();
    const file = testInfo.outputPath('progress.json');
    await (await saved).saveAs(file);
    const record = progressRecord.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(record.steps.map(({ lesson, step }) => [lesson, step])).toEqual([['uts', 'unshare']]);
    expect(record.quizzes).toMatchObject([{ quiz: quiz.id, attempts: 1, right: true }]);

    await lab.button(lab.text.progress.delete).click();
    await expect(lab.button(lab.text.progress.deleteNo)).toBeFocused();
    await lab.button(lab.text.progress.deleteYes).click();
    await expect(page.getByText(lab.text.progress.deleted)).toBeVisible();
    await expectSomething(page, lab, { done: 0, right: 0 });
    const left = await page.evaluate(
      (keys) => keys.map((key) => localStorage.getItem(key)),
      [RECORD, ANSWERS, SECRET],
    );
    expect(left).toEqual([null, null, null]);
    await page.reload();
    await expectSomething(page, lab, { done: 0, right: 0 });

    const picker = page.getByLabel(lab.text.progress.importLabel);
    const wrong = testInfo.outputPath('wrong.json');
    writeFileSync(wrong, '{"steps":[]}');
    await picker.setInputFiles(wrong);
    await expect(page.getByText(lab.text.progress.refused['not-a-record'])).toBeVisible();
    await picker.setInputFiles(file);
    const told = fill(lab.text.progress.imported, { steps: 1, quizzes: 1 });
    await expect(page.getByText(told)).toBeVisible();
    await expectSomething(page, lab, { done: 1, right: 1 });

    // It is on the server, not only here: another browser with this secret sees it.
    const secret = await page.evaluate((key) => localStorage.getItem(key), SECRET);
    const other = new LabPage(await context.newPage(), language);
    await other.page.addInitScript(
      ([key, record, value]) => {
        localStorage.removeItem(record);
        localStorage.setItem(key, value);
      },
      [SECRET, RECORD, secret ?? ''] as const,
    );
    await other.openHome();
    await expectSomething(other.page, other, { done: 1, right: 1 });
  });

  /** One step and one question of the lesson on the UTS namespace. */
  async function doSomething(lab: LabPage): Promise<void> {
    await lab.openLesson('uts', 'unshare');
    await lab.answer(quiz, rightChoices(answer));
    await lab.expectVerdict(quiz, 'right');
    await lab.type('container', "unshare -u sh -c 'hostname glass; exec bash'");
    await lab.expectTask('done');
  }

  /** The map shows so much of that lesson. */
  async function expectSomething(
    page: Page,
    lab: LabPage,
    { done, right }: { done: number; right: number },
  ): Promise<void> {
    const row = page
      .getByRole('listitem')
      .filter({ has: page.getByRole('link', { name: plain(uts.title), exact: true }) });
    const { home, progress } = lab.text;
    const total = uts.steps.length;
    const quizzes = uts.steps.flatMap(({ blocks }) => blocks.filter(({ kind }) => kind === 'quiz'));
    await expect(row).toContainText(
      done === 0 ? home.progressNone : fill(home.progressSome, { done, total }),
    );
    await expect(row).toContainText(
      fill(progress.rightQuestions, { right, total: quizzes.length }),
    );
  }
}

test('time that was read is on the map', async ({ page }) => {
  const lab = new LabPage(page, 'en');
  await page.clock.install();
  await lab.openLesson('uts');
  await page.mouse.move(100, 300);
  // The page says every 20 seconds that it is read; how much time that is, the server’s own clock says.
  await lab.type('machine', 'sleep 1.5; echo slept-$((40 + 2))');
  await expect(lab.terminal('machine')).toContainText('slept-42');
  // The lab is heard in between: a page that hears nothing for so long takes its connection for dead.
  for (const third of [1, 2, 3]) {
    await page.clock.runFor(7_000);
    await lab.type('machine', `echo third-$((0))${third}`);
    await expect(lab.terminal('machine')).toContainText(`third-0${third}`);
  }
  await lab.openHome();
  await expect(
    page.getByText(fill(lab.text.progress.spent, { time: lab.text.progress.underMinute })),
  ).toBeVisible();
});

/** Without the slash at its end. */
function addressOf(address: string): string {
  return new URL(address).origin;
}
