import { expect, test } from 'playwright/test';
import { plain } from '../app/_lesson/Inline.tsx';
import { loadLesson } from '../lessons/load.ts';
import type { Lesson } from '../lessons/schema.ts';
import { LANGUAGES, type Language } from '../server/protocol/identifiers.ts';
import { LabPage } from './lab-page.ts';

for (const language of LANGUAGES) {
  const uts = lessonOf('uts', language);
  const pid = lessonOf('pid', language);

  test(`a learner finds the UTS lesson and does it by clicks and by typing (${language})`, async ({
    page,
  }) => {
    const lab = new LabPage(page, language);
    await lab.openHome();
    await page
      .getByRole('link', { name: plain(uts.title) })
      .first()
      .click();
    await lab.untilReady();

    const [shared, unshared, ...rest] = uts.steps;
    if (shared === undefined || unshared === undefined) throw new Error('Two steps are needed.');
    await lab.expectTask('waiting');
    await lab.clickThrough(shared);
    await lab.expectTask('done');

    await lab.next();
    await lab.expectTask('waiting');
    // Not the lesson's own commands: another way to the same state.
    await lab.type('container', "unshare -u sh -c 'hostname glass; exec bash'");
    await lab.expectTask('done');
    await expect(lab.terminal('container')).toContainText('root@glass');

    await page.reload();
    await expect(lab.terminal('container')).toContainText(
      "unshare -u sh -c 'hostname glass; exec bash'",
    );
    await expect(lab.terminal('container')).toContainText('root@glass');
    await lab.expectTask('done');
    await lab.type('container', 'echo still-$((40 + 2))-here');
    await expect(lab.terminal('container')).toContainText('still-42-here');

    for (const step of rest) {
      await lab.next();
      await lab.clickThrough(step);
      if (step.check !== null) await lab.expectTask('done');
    }
  });

  test(`a learner does the whole PID lesson (${language})`, async ({ page }) => {
    test.setTimeout(120_000);
    const lab = new LabPage(page, language);
    await lab.openLesson('pid');
    for (const [index, step] of pid.steps.entries()) {
      if (index > 0) await lab.next();
      await lab.clickThrough(step);
      if (step.check !== null) await lab.expectTask('done');
    }
    await expect(page.getByText(lab.text.lesson.endDone)).toBeVisible();
  });
}

function lessonOf(id: string, language: Language): Lesson {
  const lesson = loadLesson(id, language);
  if (lesson === null) throw new Error(`There is no lesson ${id} in ${language}.`);
  return lesson;
}
