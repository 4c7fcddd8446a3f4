import { rmSync } from 'node:fs';
import { type Browser, expect, test } from 'playwright/test';
import { fill } from '../app/_messages/fill.ts';
import { LANGUAGES, type Language } from '../server/protocol/identifiers.ts';
import { makeDataDirectory, TestLab } from '../server/testing/lab.ts';
import { PATIENCE } from '../server/testing/patience.ts';
import { LabPage } from './lab-page.ts';

/** Labs of the tests' own, whose clocks go fast. */

/** Gives a lab with these options to `act`, and ends it. */
async function withLab(options: readonly string[], act: (address: string) => Promise<void>) {
  const data = makeDataDirectory();
  const lab = new TestLab(data, ['--port', '0', '--warm', '0', ...options]);
  try {
    await act((await lab.address()).replace(/\/$/, ''));
  } finally {
    await lab.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

/** A page of somebody else's: another browser, another secret. */
async function newcomer(browser: Browser, language: Language, address: string): Promise<LabPage> {
  const context = await browser.newContext();
  return new LabPage(await context.newPage(), language, address);
}

/** What a sentence says with these values, whatever stands in its other gaps. */
function sentence(text: string, values: Readonly<Record<string, number>> = {}): RegExp {
  const parts = text.split(/\{(\w+)\}/).map((part, index) => {
    if (index % 2 === 1) return values[part] ?? '.+';
    return part.replace(/[.*+?^$()[\]\\|]/g, '\\$&');
  });
  return new RegExp(parts.join(''));
}

for (const language of LANGUAGES) {
  test(`who is warned of the end gets more time by a click, as much as is said (${language})`, async ({
    page,
  }) => {
    await withLab(['--life-minutes', '4', '--life-max-minutes', '50'], async (address) => {
      const lab = new LabPage(page, language, address);
      const { ends, extend, clock } = lab.text.life;
      await lab.openLesson('uts');
      const warning = page.getByText(sentence(ends.soon));
      await expect(warning).toBeVisible();
      await page.getByRole('button', { name: sentence(extend.button, { minutes: 30 }) }).click();
      await expect(warning).toBeHidden();
      const time = page.getByRole('button', { name: sentence(clock.minutes) });
      await expect(time).toHaveText(/3[34]/);
      await expect(time).toBeFocused();
      await time.click();
      await expect(page.getByText(sentence(clock.explain))).toBeVisible();
      await page.getByRole('button', { name: sentence(extend.rest) }).click();
      await expect(page.getByText(extend.whyNot.maximum)).toBeVisible();
      await expect(time).toHaveText(/4\d/);
    });
  });

  test(`a warning that was closed comes again in the last minute, with seconds (${language})`, async ({
    page,
  }) => {
    await withLab(['--life-minutes', '1.2', '--extend-minutes', '0'], async (address) => {
      const lab = new LabPage(page, language, address);
      const { ends, clock } = lab.text.life;
      await lab.openLesson('uts');
      await expect(page.getByText(sentence(ends.soon))).toBeVisible();
      await lab.button(ends.dismiss).click();
      await expect(page.getByText(sentence(ends.soon))).toBeHidden();
      await expect(page.getByText(sentence(ends.last))).toBeVisible({ timeout: 30_000 * PATIENCE });
      const seconds = sentence(clock.seconds, { minutes: 0 });
      await expect(page.getByRole('button', { name: seconds })).toBeVisible();
    });
  });

  test(`who is there keeps a machine by a click or a key; who is not loses it and keeps the text (${language})`, async ({
    page,
  }) => {
    await withLab(['--idle-minutes', String(0.25 * PATIENCE)], async (address) => {
      const lab = new LabPage(page, language, address);
      const { idle } = lab.text.life;
      const { status } = lab.text.live;
      await lab.openLesson('uts');
      await lab.type('machine', 'echo kept-$((40 + 2))');
      await expect(lab.terminal('machine')).toContainText('kept-42');
      const here = lab.button(idle.here);
      await expect(here).toBeVisible({ timeout: 40_000 * PATIENCE });
      await here.click();
      await expect(here).toBeHidden();
      await expect(here).toBeVisible({ timeout: 40_000 * PATIENCE });
      await lab.terminal('machine').getByRole('textbox').focus();
      await page.keyboard.press('x');
      await expect(here).toBeHidden();

      await expect(page.getByText(status.gone.idle)).toBeVisible({ timeout: 60_000 * PATIENCE });
      await expect(page.getByText(status.screensStay)).toBeVisible();
      await expect(lab.terminal('machine')).toContainText('kept-42');
      await page.keyboard.press('y');
      await expect(page.getByText(lab.text.live.terminal.keysDropped)).toBeVisible();
      await lab.button(status.startNew).click();
      await expect(lab.terminal('machine')).not.toContainText('kept-42');
      await lab.untilReady();
    });
  });

  test(`a full lab has a line: a place, a promise, a way out (${language})`, async ({
    browser,
  }) => {
    await withLab(['--max-sandboxes', '1'], async (address) => {
      const holder = await newcomer(browser, language, address);
      const { line, extend } = holder.text.life;
      await holder.openLesson('uts');
      const first = await newcomer(browser, language, address);
      await first.goToLesson('uts');
      await expect(first.page.getByRole('heading', { name: line.next, exact: true })).toBeVisible();
      await expect(first.page.getByText(sentence(line.latestHours))).toBeVisible();
      await expect(first.task()).toBeVisible();
      const second = await newcomer(browser, language, address);
      await second.goToLesson('uts');
      const place = (position: number) =>
        second.page.getByRole('heading', { name: fill(line.position, { position }), exact: true });
      await expect(place(2)).toBeVisible();
      await second.page.reload();
      await expect(place(2)).toBeVisible();

      await holder.page
        .getByRole('button', { name: sentence(holder.text.life.clock.hours) })
        .click();
      await expect(holder.page.getByText(extend.whyNot['others-wait'])).toBeVisible();

      await first.button(line.leave).click();
      await expect(first.page.getByRole('heading', { name: line.left, exact: true })).toBeVisible();
      await expect(
        second.page.getByRole('heading', { name: line.next, exact: true }),
      ).toBeVisible();
      await first.button(line.again).click();
      await expect(
        first.page.getByRole('heading', {
          name: fill(line.position, { position: 2 }),
          exact: true,
        }),
      ).toBeVisible();
    });
  });
}

test('who waits gets a machine when it is the turn, and the title says so until somebody is there', async ({
  browser,
}) => {
  await withLab(['--max-sandboxes', '1', '--life-minutes', '0.5'], async (address) => {
    const holder = await newcomer(browser, 'en', address);
    await holder.openLesson('uts');
    const waiting = await newcomer(browser, 'en', address);
    await waiting.goToLesson('uts');
    await expect(waiting.page.getByText(waiting.text.life.line.latestOne)).toBeVisible();
    const title = await waiting.page.title();
    await expect(waiting.terminal('machine')).toContainText('root@machine', {
      timeout: 60_000 * PATIENCE,
    });
    await expect(waiting.page).toHaveTitle(`${waiting.text.life.line.ready} · ${title}`);
    await waiting.type('machine', 'echo mine-$((40 + 2))');
    await expect(waiting.terminal('machine')).toContainText('mine-42');
    await expect(waiting.page).toHaveTitle(title);
  });
});
