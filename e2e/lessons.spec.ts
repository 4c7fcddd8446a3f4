import { expect, test } from 'playwright/test';
import { plain } from '../app/_lesson/Inline.tsx';
import { LANGUAGES } from '../server/protocol/identifiers.ts';
import { LabPage } from './lab-page.ts';
import { lessonOf } from './lesson-files.ts';
import { OTHER_WAYS } from './other-ways.ts';

const BY_CLICKS = ['uts', 'pid'];

for (const language of LANGUAGES) {
  for (const id of BY_CLICKS) {
    test(`a learner finds the lesson ${id} and does all of it by clicks (${language})`, async ({
      page,
    }) => {
      test.setTimeout(240_000);
      const lesson = lessonOf(id, language);
      const lab = new LabPage(page, language);
      await lab.openHome();
      await page
        .getByRole('link', { name: plain(lesson.title) })
        .first()
        .click();
      await lab.untilReady();
      for (const [index, step] of lesson.steps.entries()) {
        if (index > 0) await lab.next();
        await lab.expectStep('waiting', step);
        await lab.clickThrough(step);
        await lab.expectStep('done', step);
      }
      await expect(page.getByText(lab.text.lesson.endDone)).toBeVisible();
    });
  }

  for (const [id, ways] of Object.entries(OTHER_WAYS)) {
    test(`a learner does the lesson ${id} with commands that it does not teach (${language})`, async ({
      page,
    }) => {
      test.setTimeout(240_000);
      const lesson = lessonOf(id, language);
      const lab = new LabPage(page, language);
      await lab.openLesson(id);
      for (const [index, step] of lesson.steps.entries()) {
        if (index > 0) await lab.next();
        const lines = ways[step.id];
        if (lines === undefined) throw new Error(`No other way for step ${step.id} of ${id}.`);
        await lab.expectStep('waiting', step);
        for (const { terminal, line, until } of lines) {
          await lab.type(terminal, line);
          if (until !== undefined) {
            const met = lab.task().getByText(lab.text.lesson.conditionTrue, { exact: true });
            await expect(met).toHaveCount(until);
          }
        }
        await lab.expectStep('done', step);
      }
      await expect(page.getByText(lab.text.lesson.endDone)).toBeVisible();
    });
  }
}

test('what was done is still there after a reload, and so is the shell', async ({ page }) => {
  const lab = new LabPage(page, 'en');
  await lab.openLesson('uts', 'unshare');
  await lab.type('container', "unshare -u sh -c 'hostname glass; exec bash'");
  await lab.expectTask('done');
  await page.reload();
  await expect(lab.terminal('container')).toContainText('root@glass');
  await lab.expectTask('done');
  await lab.type('container', 'echo still-$((40 + 2))-here');
  await expect(lab.terminal('container')).toContainText('still-42-here');
});
