import { expect, test } from 'playwright/test';
import { fill } from '../app/_messages/fill.ts';
import { LANGUAGES } from '../server/protocol/identifiers.ts';
import { LabPage, tabTo } from './lab-page.ts';

const numbered = (lab: LabPage, number: number) => fill(lab.text.live.tabs.numbered, { number });

for (const language of LANGUAGES) {
  test(`a terminal is opened by click, renamed, moved and closed (${language})`, async ({
    page,
  }) => {
    const lab = new LabPage(page, language);
    const { tabs } = lab.text.live;
    await lab.openLesson('uts');
    await lab.openNew('machine');
    const third = lab.panel(numbered(lab, 3));
    await expect(third.getByRole('textbox')).toBeFocused();
    await expect(third).toContainText('root@machine');
    await page.keyboard.type('tty; echo ne$((0))w');
    await page.keyboard.press('Enter');
    await expect(third).toContainText('/dev/tty3');
    await expect(lab.terminal('machine')).toBeHidden();

    await lab.tab(numbered(lab, 3)).dblclick();
    await page.keyboard.type('log');
    await page.keyboard.press('Enter');
    await expect(lab.side('machine').getByRole('tab', { name: 'log' })).toBeFocused();

    await page.getByRole('button', { name: tabs.menu, exact: true }).first().click();
    await page.getByRole('menuitem', { name: tabs.move, exact: true }).click();
    await expect(lab.side('container').getByRole('tab', { name: 'log' })).toBeVisible();
    await expect(lab.panel(fill(lab.text.live.terminal.region, { name: 'log' }))).toContainText(
      'ne0w',
    );
    await expect(lab.terminal('machine')).toBeVisible();

    await lab.tab('log').click({ button: 'middle' });
    await expect(lab.tab('log')).toHaveCount(0);
    await expect(lab.terminal('container')).toBeVisible();
  });

  test(`a terminal is opened, left and closed by the keyboard alone (${language})`, async ({
    page,
  }) => {
    const lab = new LabPage(page, language);
    const { tabs } = lab.text.live;
    await lab.openLesson('uts');
    await lab.terminal('machine').getByRole('textbox').focus();
    await page.keyboard.press('Control+F6');
    await expect(lab.tab(lab.text.live.machine)).toBeFocused();
    await tabTo(page, page.getByRole('button', { name: tabs.new, exact: true }).first());
    await page.keyboard.press('Enter');
    await expect(page.getByRole('menuitem', { name: tabs.onMachine, exact: true })).toBeFocused();
    await page.keyboard.press('Enter');
    const third = lab.panel(numbered(lab, 3));
    await expect(third.getByRole('textbox')).toBeFocused();
    await expect(third).toContainText('root@machine');
    await page.keyboard.type('echo ke$((0))ys');
    await page.keyboard.press('Enter');
    await expect(third).toContainText('ke0ys');

    await page.keyboard.press('Alt+PageUp');
    await expect(lab.terminal('machine').getByRole('textbox')).toBeFocused();
    await page.keyboard.press('Alt+PageDown');
    await expect(third.getByRole('textbox')).toBeFocused();
    await page.keyboard.press('F6');
    await expect(lab.terminal('container').getByRole('textbox')).toBeFocused();
    await page.keyboard.press('Shift+F6');
    await expect(third.getByRole('textbox')).toBeFocused();

    await page.keyboard.press('Control+F6');
    await page.keyboard.press('F2');
    await page.keyboard.type('keys');
    await page.keyboard.press('Enter');
    await expect(lab.tab('keys')).toBeFocused();
    await page.keyboard.press('ArrowLeft');
    await expect(lab.tab(lab.text.live.machine)).toBeFocused();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Delete');
    await expect(lab.tab('keys')).toHaveCount(0);
    await expect(lab.tab(lab.text.live.machine)).toBeFocused();
    await page.keyboard.press('Control+F6');
    await expect(lab.terminal('machine').getByRole('textbox')).toBeFocused();
  });
}

test('a terminal in a container made by hand is in it, and says so when it has ended', async ({
  page,
}) => {
  const lab = new LabPage(page, 'en');
  const { live } = lab.text;
  await lab.openLesson('uts');
  const options = '-fpmu --mount-proc';
  await lab.type('machine', `unshare ${options} sh -c 'hostname by-hand; exec sleep 1000' &`);
  await page.getByRole('button', { name: live.tabs.new, exact: true }).nth(1).click();
  // The list is of the moment at which the menu was opened.
  const item = page.getByRole('menuitem', { name: /^by-hand/ });
  while (!(await item.isVisible())) {
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: live.tabs.new, exact: true }).nth(1).click();
    await expect(page.getByText(live.tabs.looking, { exact: true })).toBeHidden();
  }
  await item.click();
  const inside = lab.panel('Terminal 3');
  await expect(inside).toContainText('root@by-hand');
  await expect(inside).toContainText(fill(live.tabs.openedIn, { place: 'by-hand' }));
  await page.keyboard.type('ps -o pid=,comm= -p 1');
  await page.keyboard.press('Enter');
  await expect(inside).toContainText('1 sleep');

  // It is PID 1 in there: nothing less ends it.
  await lab.type('machine', 'pkill -KILL -x sleep');
  await expect(lab.tab('Terminal 3')).toContainText(live.tabs.ended);
  await inside.getByRole('button', { name: live.terminal.restart, exact: true }).click();
  await expect(inside).toContainText(live.status.errors['no-such-container']);
  await inside.getByRole('button', { name: live.tabs.close, exact: true }).click();
  await expect(lab.tab('Terminal 3')).toHaveCount(0);
});

test('a container that ends while the menu is open is said in the terminal’s place', async ({
  page,
}) => {
  const lab = new LabPage(page, 'en');
  const { live } = lab.text;
  await lab.openLesson('uts');
  await lab.type('machine', "unshare -u sh -c 'hostname short; read _'");
  const button = page.getByRole('button', { name: live.tabs.new, exact: true }).nth(1);
  const item = page.getByRole('menuitem', { name: /^short/ });
  await button.click();
  while (!(await item.isVisible())) {
    await page.keyboard.press('Escape');
    await button.click();
    await expect(page.getByText(live.tabs.looking, { exact: true })).toBeHidden();
  }
  await lab.type('machine', '');
  await lab.untilPrompt('machine');
  await item.click();
  await expect(
    page.getByText(live.status.errors['no-such-container'], { exact: true }),
  ).toBeVisible();
  await page.getByRole('button', { name: live.status.dismiss, exact: true }).click();
  await expect(lab.terminal('container')).toBeVisible();
  await expect(page.getByRole('tab', { name: live.tabs.new, exact: true })).toHaveCount(0);
});

test('a tab is dragged to the other side', async ({ page }) => {
  const lab = new LabPage(page, 'en');
  await lab.openLesson('uts');
  await lab.openNew('machine');
  await expect(lab.panel('Terminal 3')).toContainText('root@machine');
  await lab.tab('Terminal 3').hover();
  await page.mouse.down();
  const box = await lab.terminal('container').boundingBox();
  if (box === null) throw new Error('The container terminal has no place.');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  await expect(lab.side('container').getByRole('tab', { name: 'Terminal 3' })).toBeVisible();
  await expect(lab.panel('Terminal 3')).toBeVisible();
});

test('a reload and a second tab find every terminal, with its name, place and screen', async ({
  context,
}) => {
  const lab = new LabPage(await context.newPage(), 'en');
  await lab.openLesson('uts');
  for (let number = 3; number <= 6; number += 1) {
    await lab.openNew(number % 2 === 0 ? 'container' : 'machine');
    await expect(lab.panel(`Terminal ${number}`)).toContainText('root@machine');
    await lab.page.keyboard.type(`echo nu$((0))mber-${number}`);
    await lab.page.keyboard.press('Enter');
    await expect(lab.panel(`Terminal ${number}`)).toContainText(`nu0mber-${number}`);
  }
  const full = lab.page.getByRole('button', { name: lab.text.live.tabs.new, exact: true }).first();
  await expect(full).toHaveAttribute('aria-disabled', 'true');
  await expect(full).toHaveAttribute('title', fill(lab.text.live.tabs.full, { count: 6 }));

  await lab.tab('Terminal 4').dblclick();
  await lab.page.keyboard.type('four');
  await lab.page.keyboard.press('Enter');
  const side = (page: LabPage, name: 'machine' | 'container') =>
    page.side(name).getByRole('tab').allTextContents();
  const before = [await side(lab, 'machine'), await side(lab, 'container')];
  await lab.page.reload();
  await expect(lab.panel('four terminal')).toContainText('nu0mber-4');
  await expect
    .poll(async () => [await side(lab, 'machine'), await side(lab, 'container')])
    .toEqual(before);

  const other = new LabPage(await context.newPage(), 'zh');
  await other.goToLesson('uts');
  await expect(other.tab('four')).toBeVisible();
  await other.tab('终端 5').click();
  await expect(other.panel('终端 5')).toContainText('nu0mber-5');
  await other.page.keyboard.press('Delete');
  await expect(other.tab('终端 5')).toHaveCount(0);
  await expect(lab.tab('Terminal 5')).toHaveCount(0);
  await other.openNew('machine');
  await expect(lab.tab('Terminal 5')).toBeVisible();
  await lab.tab('Terminal 5').click();
  await expect(lab.panel('Terminal 5')).toContainText('root@machine');
  await expect(lab.panel('Terminal 5')).not.toContainText('nu0mber-5');
});

test('one side is shown alone, both again, one above the other, and so after a reload', async ({
  page,
}) => {
  const lab = new LabPage(page, 'en');
  const { tabs } = lab.text.live;
  await lab.openLesson('uts');
  await lab.terminal('machine').getByRole('textbox').focus();
  await page.keyboard.press('Control+Shift+F6');
  await expect(lab.terminal('container')).toBeHidden();
  await page.keyboard.press('F6');
  await expect(lab.terminal('machine').getByRole('textbox')).not.toBeFocused();
  await expect(lab.terminal('container')).toBeHidden();
  await page.reload();
  await expect(lab.terminal('machine')).toBeVisible();
  await expect(lab.terminal('container')).toBeHidden();

  // A command that the lesson runs in the other terminal brings it.
  await expect(lab.runButton('container').first()).toBeEnabled();
  await lab.runButton('container').first().click();
  await expect(lab.terminal('container')).toContainText('hostname oops');
  await expect(lab.terminal('machine')).toBeHidden();
  await page.getByRole('button', { name: tabs.both, exact: true }).click();
  await expect(lab.terminal('machine')).toBeVisible();

  await page.getByRole('button', { name: tabs.menu, exact: true }).first().click();
  await page.getByRole('menuitemradio', { name: tabs.stacked, exact: true }).click();
  const tops = async () => {
    const [machine, container] = await Promise.all([
      lab.side('machine').boundingBox(),
      lab.side('container').boundingBox(),
    ]);
    return (container?.y ?? 0) - (machine?.y ?? 0);
  };
  await expect.poll(tops).toBeGreaterThan(100);
  await page.reload();
  await expect(lab.terminal('machine')).toBeVisible();
  await expect.poll(tops).toBeGreaterThan(100);
});

test('a lesson’s command selects the terminal that it is for', async ({ page }) => {
  const lab = new LabPage(page, 'en');
  await lab.openLesson('uts');
  await lab.openNew('machine');
  await expect(lab.panel('Terminal 3')).toContainText('root@machine');
  await lab.runButton('machine').first().click();
  await expect(lab.terminal('machine')).toContainText('# hostname');
  await expect(lab.terminal('machine').getByRole('textbox')).toBeFocused();
  await expect(lab.panel('Terminal 3')).toBeHidden();
});

test('what is printed out of sight is marked until it is looked at', async ({ page }) => {
  const lab = new LabPage(page, 'en');
  await lab.openLesson('uts');
  await lab.openNew('machine');
  await expect(lab.panel('Terminal 3')).toContainText('root@machine');
  await expect(lab.tab(lab.text.live.machine)).not.toContainText(lab.text.live.tabs.unseen);
  await page.keyboard.type('sleep 3; echo do$((0))ne');
  await page.keyboard.press('Enter');
  await lab.tab(lab.text.live.machine).click();
  const third = lab.page.getByRole('tab', { name: 'Terminal 3' });
  await expect(third).toContainText(lab.text.live.tabs.unseen);
  await third.click();
  await expect(third).not.toContainText(lab.text.live.tabs.unseen);
  await expect(lab.panel('Terminal 3')).toContainText('do0ne');
});

test('on a phone the terminals of a side are tabs that scroll', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const lab = new LabPage(page, 'en');
  await lab.goToLesson('uts');
  await page.getByRole('radio', { name: lab.text.live.machine, exact: true }).check();
  await expect(lab.terminal('machine')).toContainText('root@machine');
  const add = page.getByRole('button', { name: lab.text.live.tabs.new, exact: true });
  for (let number = 3; number <= 6; number += 1) {
    await add.click();
    await page.getByRole('menuitem', { name: lab.text.live.tabs.onMachine }).click();
    await expect(lab.panel(`Terminal ${number}`)).toContainText('root@machine');
    await expect(lab.tab(`Terminal ${number}`)).toBeInViewport();
  }
  await page.keyboard.type('echo sm$((0))all');
  await page.keyboard.press('Enter');
  await expect(lab.panel('Terminal 6')).toContainText('sm0all');
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
  await page.getByRole('radio', { name: lab.text.live.container, exact: true }).check();
  await expect(lab.terminal('container')).toContainText('root@machine');
});
