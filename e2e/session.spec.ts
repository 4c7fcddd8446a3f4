import { execFileSync } from 'node:child_process';
import { expect, test } from 'playwright/test';
import { LANGUAGES } from '../server/protocol/identifiers.ts';
import { LabPage, tabTo } from './lab-page.ts';
import { labPort } from './lab-ports.ts';
import { lessonOf, quizOf, rightChoices } from './lesson-files.ts';

for (const language of LANGUAGES) {
  test(`the language switch keeps the place and the machine (${language})`, async ({ page }) => {
    const lab = new LabPage(page, language);
    const other = new LabPage(page, language === 'en' ? 'zh' : 'en');
    await lab.openLesson('uts', 'unshare');
    await lab.type('machine', 'echo kept-$((40 + 2))');
    await expect(lab.terminal('machine')).toContainText('kept-42');
    await page.getByRole('link', { name: lab.text.site.otherLanguage }).click();
    await expect(page).toHaveURL(/lessons\/uts\/#unshare$/);
    await expect(other.task()).toBeVisible();
    await expect(other.terminal('machine')).toContainText('kept-42');
  });

  test(`the keyboard alone does a step (${language})`, async ({ page }) => {
    const lab = new LabPage(page, language);
    await lab.openLesson('uts');
    await lab.expectTask('waiting');
    await tabTo(page, lab.runButton('container').first());
    await page.keyboard.press('Enter');
    await expect(lab.terminal('container')).toContainText('hostname oops');
    await expect(lab.task().getByText(lab.text.lesson.conditionTrue, { exact: true })).toHaveCount(
      1,
    );
    // The click put the focus into that terminal; F6 leaves it, whatever runs there.
    await page.keyboard.type('hostname machine');
    await page.keyboard.press('Enter');
    await lab.expectTask('done');
    await page.keyboard.press('F6');
    await expect(lab.terminal('container').getByRole('textbox')).not.toBeFocused();
    await page.keyboard.press('F6');
    const next = page.getByRole('button', { name: lab.text.lesson.next, exact: true });
    await tabTo(page, next);
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/#unshare$/);

    // The next step has a question: arrow keys choose, Enter answers.
    const { quiz, answer } = quizOf(lessonOf('uts', language), 'copy');
    const choices = lab.question(quiz).getByRole('radio');
    await tabTo(page, choices.first());
    await page.keyboard.press('Space');
    for (let press = 0; press < Number(rightChoices(answer)[0]); press++) {
      await page.keyboard.press('ArrowDown');
    }
    await page.keyboard.press('Enter');
    await lab.expectVerdict(quiz, 'right');
    await tabTo(page, lab.question(quiz).getByRole('button', { name: lab.text.quiz.answer }));
    await page.keyboard.press('F6');
    await expect(lab.terminal('machine').getByRole('textbox')).toBeFocused();
    await page.keyboard.press('F6');
    await page.keyboard.type("unshare -u sh -c 'hostname glass; exec bash'");
    await page.keyboard.press('Enter');
    await lab.expectTask('done');
  });

  test(`a machine can be thrown away for a fresh one (${language})`, async ({ page }) => {
    const lab = new LabPage(page, language);
    await lab.openLesson('uts');
    await lab.type('machine', 'touch /root/old; echo old-$((40 + 2))');
    await expect(lab.terminal('machine')).toContainText('old-42');
    await page.getByRole('button', { name: lab.text.live.reset.button }).click();
    await page.getByRole('button', { name: lab.text.live.reset.yes, exact: true }).click();
    await expect(lab.terminal('machine')).not.toContainText('old-42');
    await lab.untilReady();
    await lab.type('machine', 'ls /root/old');
    await expect(lab.terminal('machine')).toContainText('No such file');
  });

  test(`on a phone each part of the page has the screen to itself (${language})`, async ({
    page,
  }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    const lab = new LabPage(page, language);
    await lab.goToLesson('uts');
    await expect(lab.task()).toBeVisible();
    await expect(lab.terminal('machine')).toBeHidden();
    await page.getByRole('radio', { name: lab.text.live.machine, exact: true }).check();
    await expect(lab.task()).toBeHidden();
    await expect(lab.terminal('machine')).toContainText('root@machine');
    await lab.type('machine', 'echo small-$((40 + 2))');
    await expect(lab.terminal('machine')).toContainText('small-42');
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
  });
}

test('the right command on the wrong side leaves the task waiting', async ({ page }) => {
  const lab = new LabPage(page, 'en');
  await lab.openLesson('uts', 'unshare');
  await lab.type('machine', 'hostname glass');
  await expect(lab.terminal('machine')).toContainText('root@glass');
  await lab.type('container', 'echo glass; hostname');
  await page.getByRole('button', { name: lab.text.lesson.checkNow }).click();
  await expect(lab.task().getByText('not yet')).toHaveCount(3);
  await lab.expectTask('waiting');
});

test('a command is copied at a click, and pasted by key', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const lab = new LabPage(page, 'en');
  await lab.openLesson('uts', 'unshare');
  await page.getByRole('button', { name: lab.text.lesson.copyCommand }).first().click();
  await expect(page.getByText(lab.text.lesson.copied, { exact: true })).toBeVisible();
  await lab.terminal('machine').getByRole('textbox').focus();
  await page.keyboard.press('Control+V');
  await expect(lab.terminal('machine')).toContainText('# unshare --uts bash');
});

test('a shell that has ended is started again by Enter', async ({ page }) => {
  const lab = new LabPage(page, 'en');
  await lab.openLesson('uts');
  await lab.type('machine', 'exit 3');
  await expect(page.getByText('The shell has ended with exit code 3.')).toBeVisible();
  await page.keyboard.press('Enter');
  await lab.type('machine', 'echo again-$((40 + 2))');
  await expect(lab.terminal('machine')).toContainText('again-42');
});

test('two pages on one machine see the same terminal', async ({ context }) => {
  const first = new LabPage(await context.newPage(), 'en');
  await first.openLesson('uts');
  const second = new LabPage(await context.newPage(), 'zh');
  await second.openLesson('uts');
  await first.type('machine', 'echo shared-$((40 + 2))');
  await expect(second.terminal('machine')).toContainText('shared-42');
  await second.type('machine', 'echo back-$((40 + 2))');
  await expect(first.terminal('machine')).toContainText('back-42');
});

test('a page comes back to its machine when web is killed', async ({ page }) => {
  const lab = new LabPage(page, 'en');
  await lab.openLesson('uts', 'unshare');
  await lab.type('container', "unshare --uts sh -c 'hostname glass; exec bash'");
  await lab.expectTask('done');
  process.kill(pidOfWeb(), 'SIGKILL');
  await expect(page.getByText(lab.text.live.link.open, { exact: true })).toBeHidden();
  await expect(page.getByText(lab.text.live.link.open, { exact: true })).toBeVisible();
  await lab.type('container', 'echo $(hostname)-$((40 + 2))');
  await expect(lab.terminal('container')).toContainText('glass-42');
});

test('a divider moves by arrow key and is where it was after a reload', async ({ page }) => {
  const lab = new LabPage(page, 'en');
  await lab.openLesson('uts');
  const divider = page.getByRole('separator', { name: lab.text.live.divider.lesson });
  const before = Number(await divider.getAttribute('aria-valuenow'));
  await divider.focus();
  for (let press = 0; press < 3; press++) await page.keyboard.press('ArrowRight');
  await expect(divider).toHaveAttribute('aria-valuenow', String(before + 6));
  await page.reload();
  await expect(divider).toHaveAttribute('aria-valuenow', String(before + 6));
});

/** Web is whoever listens on the lab's port. */
function pidOfWeb(): number {
  const port = labPort();
  const listing = execFileSync('ss', ['-Hltnp', `sport = :${port}`], { encoding: 'utf8' });
  const pid = /pid=(\d+)/.exec(listing)?.[1];
  if (pid === undefined) throw new Error(`Nobody listens on port ${port}: ${listing}`);
  return Number(pid);
}
