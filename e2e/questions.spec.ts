import { expect, test } from 'playwright/test';
import { plain } from '../app/_lesson/Inline.tsx';
import { loadGlossary } from '../lessons/load.ts';
import { LANGUAGES } from '../server/protocol/identifiers.ts';
import { LabPage, tabTo } from './lab-page.ts';
import { lessonOf, lessonsIn, quizOf, rightChoices, stepOf } from './lesson-files.ts';

for (const language of LANGUAGES) {
  const uts = lessonOf('uts', language);

  test(`a question is answered wrong, then right, and remembered (${language})`, async ({
    page,
  }) => {
    const { quiz, step, answer } = quizOf(uts, 'copy');
    const right = rightChoices(answer);
    const wrong = quiz.choices.findIndex((_, index) => !right.includes(index));
    const lab = new LabPage(page, language);
    await lab.openLesson('uts', step.id);
    const card = lab.question(quiz);
    await card.getByRole('button', { name: lab.text.quiz.answer, exact: true }).click();
    await expect(card.getByText(lab.text.quiz.chooseFirst)).toBeVisible();
    await lab.answer(quiz, [wrong]);
    await lab.expectVerdict(quiz, 'wrong');
    await expect(card).toContainText(plain(answer.wrong));
    await expect(card).not.toContainText(plain(answer.because));
    await lab.answer(quiz, right);
    await lab.expectVerdict(quiz, 'right');
    await expect(card).toContainText(plain(answer.because));
    await page.reload();
    await lab.expectVerdict(quiz, 'right');
    await expect(card).toContainText(plain(answer.because));
  });

  test(`all right choices are needed where several are right (${language})`, async ({ page }) => {
    const { quiz, step, answer } = quizOf(uts, 'alive');
    const lab = new LabPage(page, language);
    await lab.openLesson('uts', step.id);
    await lab.answer(quiz, rightChoices(answer).slice(1));
    await lab.expectVerdict(quiz, 'wrong');
    await lab.answer(quiz, rightChoices(answer));
    await lab.expectVerdict(quiz, 'right');
  });

  test(`an answer that is on the machine is read from the machine (${language})`, async ({
    page,
  }) => {
    const { quiz, step } = quizOf(uts, 'inode');
    const lab = new LabPage(page, language);
    await lab.openLesson('uts', step.id);
    await lab.answer(quiz, '4026531838');
    await lab.expectVerdict(quiz, 'wrong');
    await lab.type('container', 'unshare --uts bash');
    await lab.type('container', 'readlink /proc/$$/ns/uts');
    const printed = /uts:\[(\d+)\]/;
    await expect(lab.terminal('container')).toContainText(printed);
    const [, inode = ''] =
      printed.exec((await lab.terminal('container').textContent()) ?? '') ?? [];
    await lab.answer(quiz, inode);
    await lab.expectVerdict(quiz, 'right');
    // In another namespace the same number is no longer right.
    await lab.type('container', 'exit');
    await lab.answer(quiz, `${inode} `);
    await lab.expectVerdict(quiz, 'wrong');
  });

  test(`a mistake is noticed as long as the kernel shows it (${language})`, async ({ page }) => {
    const step = stepOf(uts, 'unshare');
    const hint = step.tasks[0]?.check.hints[0];
    if (hint === undefined) throw new Error('The step has no hint that comes from the state.');
    const lab = new LabPage(page, language);
    await lab.openLesson('uts', step.id);
    const noticed = lab.task().getByRole('status').filter({ hasText: lab.text.lesson.noticed });
    await expect(noticed).toHaveCount(0);
    await lab.type('machine', 'hostname glass');
    await expect(noticed).toContainText(plain(hint.say));
    await expect(lab.terminal('machine').getByRole('textbox')).toBeFocused();
    await lab.type('machine', 'hostname machine');
    await expect(noticed).toHaveCount(0);
  });

  test(`a word is explained where it stands (${language})`, async ({ page }) => {
    const { word } = entryOf('namespace');
    const lab = new LabPage(page, language);
    await lab.openLesson('uts', 'inherit');
    const name = (await page.getByRole('link', { expanded: false }).first().textContent()) ?? '';
    const link = page.getByRole('link', { name, exact: true }).first();
    await tabTo(page, link);
    const meaning = page.getByRole('note', { name: word, exact: true });
    await expect(meaning).toBeVisible();
    // Tab goes into it, Escape closes it and gives the focus back.
    await page.keyboard.press('Tab');
    const more = meaning.getByRole('link', { name: lab.text.glossary.inGlossary });
    await expect(more).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(meaning).toBeHidden();
    await expect(link).toBeFocused();
    await link.click();
    await expect(meaning).toBeVisible();
    await link.click();
    await expect(meaning).toBeHidden();
    await link.click();
    await page.getByRole('heading', { name: plain(stepOf(uts, 'inherit').title) }).click();
    await expect(meaning).toBeHidden();
    await link.click();
    const opened = page.waitForEvent('popup');
    await more.click();
    await expect((await opened).getByRole('heading', { name: word, exact: true })).toBeInViewport();
  });

  test(`the glossary has every word of the language (${language})`, async ({ page }) => {
    const lab = new LabPage(page, language);
    await lab.openHome();
    await page.getByRole('link', { name: lab.text.glossary.link }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(lab.text.glossary.title);
    const words = await page.getByRole('heading', { level: 2 }).allTextContents();
    expect([...words].sort()).toEqual(
      loadGlossary(language)
        .map((entry) => entry.word)
        .sort(),
    );
  });

  test(`both versions of control groups can be read, and only the machine’s be run (${language})`, async ({
    page,
  }) => {
    const place = firstVariants();
    const lab = new LabPage(page, language);
    await lab.openLesson(place.lesson, place.step);
    await lab.type('machine', 'stat --file-system --format "it is a %T" /sys/fs/cgroup');
    await expect(lab.terminal('machine')).toContainText(/it is a (cgroup2fs|tmpfs)/);
    const printed = (await lab.terminal('machine').textContent()) ?? '';
    const [mine, others] = printed.includes('it is a cgroup2fs')
      ? ([2, 1] as const)
      : ([1, 2] as const);
    await expect(lab.other(others).first()).toBeVisible();
    await expect(lab.other(mine)).toHaveCount(0);
    const before = await page.getByRole('button', { name: lab.text.lesson.copyCommand }).count();
    await lab.other(others).first().click();
    // More to copy, and nothing more to run.
    const copies = page.getByRole('button', { name: lab.text.lesson.copyCommand });
    await expect(copies).not.toHaveCount(before);
    const runs = lab.runButton('machine').or(lab.runButton('container'));
    expect(await runs.count()).toBe(before);
  });

  function entryOf(id: string) {
    const entry = loadGlossary(language).find((each) => each.id === id);
    if (entry === undefined) throw new Error(`The glossary has no word ${id}.`);
    return entry;
  }

  function firstVariants(): { lesson: string; step: string } {
    for (const lesson of lessonsIn(language)) {
      const step = lesson.steps.find(({ blocks }) =>
        blocks.some(({ kind }) => kind === 'variants'),
      );
      if (step !== undefined) return { lesson: lesson.id, step: step.id };
    }
    throw new Error('No lesson shows both versions of control groups.');
  }
}
