import { expect, test } from 'playwright/test';
import { fill } from '../app/_messages/fill.ts';
import { LANGUAGES } from '../server/protocol/identifiers.ts';
import { SANDBOX_LIMITS } from '../server/warden/sandbox-limits.ts';
import { LabPage } from './lab-page.ts';

for (const language of LANGUAGES) {
  test(`who uses all memory is told so below the screen (${language})`, async ({ page }) => {
    const lab = new LabPage(page, language);
    await lab.openLesson('uts');
    await lab.type('machine', 'tail /dev/zero; echo after-$((40 + 2))');
    const limit = SANDBOX_LIMITS.memoryBytes / 1024 ** 2;
    const sentence = fill(lab.text.live.terminal.pressure.memory, { limit });
    const told = lab.terminal('machine').getByRole('status').filter({ hasText: sentence });
    await expect(told).toBeVisible();
    await expect(lab.terminal('machine')).toContainText('after-42');
    await told.getByRole('button', { name: lab.text.live.status.dismiss, exact: true }).click();
    await expect(told).toHaveCount(0);
  });
}

test('what a learner prints and names commands no page', async ({ page }) => {
  const lab = new LabPage(page, 'en');
  await lab.openLesson('uts');
  const title = await page.title();
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  // A title, the clipboard, a link that runs something, the answer to a question typed as a command.
  await lab.type(
    'machine',
    String.raw`printf '\e]0;pwned\a\e]2;pwned\a\e]52;c;cHduZWQ=\a\e]8;;javascript:alert(1)\apress\e]8;;\a\e[21t\e[c\n'`,
  );
  await lab.type('machine', "hostname '<img src=x onerror=alert(1)>'; exec -a '<b>x</b>' sleep 30");
  await expect(lab.terminal('machine')).toContainText('press');
  await expect(page.getByText('<img src=x onerror=alert(1)>').first()).toBeVisible();
  expect(await page.title()).toBe(title);
  expect(dialogs).toEqual([]);
  await expect(page.locator('img[src="x"]')).toHaveCount(0);
});
