import { readFile } from 'node:fs/promises';
import { type Download, expect, type Page, test } from 'playwright/test';
import { fill } from '../app/_messages/fill.ts';
import { LabPage } from './lab-page.ts';
import { TerminalPage } from './terminal-page.ts';

test.describe('around the screen', () => {
  let page: Page;
  let terminal: TerminalPage;
  let other: TerminalPage;

  test.beforeAll(async ({ browser }) => {
    page = await browser.newPage();
    const lab = new LabPage(page, 'en');
    await lab.openLesson('uts');
    terminal = new TerminalPage(lab);
    other = new TerminalPage(lab, 'container');
  });
  test.beforeEach(async () => {
    await terminal.clean();
  });
  test.afterAll(() => page.close());

  test('the menu opens by key, and arrow keys lead through it', async () => {
    const { menu: words } = terminal.texts;
    for (const key of ['Shift+F10', 'ContextMenu']) {
      await page.keyboard.press(key);
      await expect(terminal.item(words.copy)).toBeFocused();
      await page.keyboard.press('End');
      await expect(terminal.item(words.recording)).toBeFocused();
      await page.keyboard.press('ArrowDown');
      await expect(terminal.item(words.copy)).toBeFocused();
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowDown');
      await expect(terminal.item(words.paste)).toBeFocused();
      await page.keyboard.press('Escape');
      await expect(terminal.menu).toHaveCount(0);
      await expect(terminal.input).toBeFocused();
    }
  });

  test('a right click opens the menu with what can be done, and with Shift it is the browser’s', async () => {
    const { x, y } = await terminal.point('$');
    await page.mouse.click(x, y, { button: 'right' });
    await expect(terminal.item(terminal.texts.menu.copy)).toHaveAttribute('aria-disabled', 'true');
    await expect(terminal.item(terminal.texts.menu.clear)).toHaveAttribute(
      'aria-disabled',
      'false',
    );
    // A click elsewhere closes it.
    await page.mouse.click(x + 100, y + 60);
    await expect(terminal.menu).toHaveCount(0);

    const prevented = page.evaluate(
      () =>
        new Promise((resolve) => {
          document.addEventListener('contextmenu', (event) => resolve(event.defaultPrevented), {
            once: true,
          });
        }),
    );
    await page.keyboard.down('Shift');
    await page.mouse.click(x, y, { button: 'right' });
    await page.keyboard.up('Shift');
    expect(await prevented).toBe(false);
    await expect(terminal.menu).toHaveCount(0);
  });

  test('clicks go to a program that wants the mouse, and with Shift they are the page’s', async () => {
    await terminal.lab.type(
      'machine',
      "tmux -f /dev/null new -d -x 80 -y 20 'echo left; exec cat' \\; set -g mouse on \\; splitw -h 'echo right; exec cat' \\; attach",
    );
    await terminal.untilShows('right');
    await terminal.untilMouseWanted();
    const left = await terminal.point('left');
    await page.mouse.click(left.x, left.y);
    await page.keyboard.type('typed-left');
    await terminal.untilShows('typed-left');
    const typed = await terminal.point('typed-left');
    expect(typed.x).toBeLessThan((await terminal.point('right')).x);
    // With Shift a word is selected, and the menu of a key is the page's.
    await page.keyboard.down('Shift');
    await terminal.selectWord('typed-left');
    await page.keyboard.up('Shift');
    await page.keyboard.press('Shift+F10');
    await expect(terminal.item(terminal.texts.menu.copy)).toHaveAttribute('aria-disabled', 'false');
    await expect(terminal.item(terminal.texts.menu.clear)).toHaveAttribute('aria-disabled', 'true');
    await page.keyboard.press('Escape');
    await other.run('tmux kill-server');
    await terminal.lab.untilPrompt('machine');

    await terminal.lab.type('machine', "printf '\\e[?1000h\\e[?1006hreports'; cat -v");
    await terminal.untilShows('reports');
    await terminal.untilMouseWanted();
    const { x, y } = await terminal.point('reports');
    await page.mouse.click(x, y, { button: 'right' });
    await terminal.untilShows('^[[<2;');
    await page.mouse.click(x, y, { button: 'middle' });
    await terminal.untilShows('^[[<1;');
    await expect(terminal.menu).toHaveCount(0);
    await page.keyboard.press('Control+C');
    await terminal.run("printf '\\e[?1000l\\e[?1006l'");
    await expect(terminal.screen).not.toContainText('typed-left');
  });

  test('a search finds what is on the screen and what has left it', async () => {
    const { search: texts } = terminal.texts;
    await terminal.run('for i in {1..200}; do echo "row $i Row-$i"; done');
    await page.keyboard.press('Control+Shift+F');
    const field = terminal.region.getByRole('textbox', { name: texts.field });
    const found = terminal.region.getByRole('search').getByRole('status');
    await expect(field).toBeFocused();
    await page.keyboard.type('row 7');
    await expect(found).toHaveText(fill(texts.count, { index: 1, count: 11 }));
    await page.keyboard.press('Enter');
    await expect(found).toHaveText(fill(texts.count, { index: 2, count: 11 }));
    await terminal.untilShows('row 70');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.press('Shift+Enter');
    await expect(found).toHaveText(fill(texts.count, { index: 11, count: 11 }));
    await terminal.button(texts.wholeWord).click();
    await expect(found).toHaveText(fill(texts.count, { index: 1, count: 1 }));
    await terminal.button(texts.wholeWord).click();

    await field.fill('row-19');
    await expect(found).toHaveText(fill(texts.count, { index: 1, count: 11 }));
    await terminal.button(texts.caseSensitive).click();
    await expect(found).toHaveText(texts.none);
    await terminal.button(texts.regex).click();
    await field.fill('Row-19[05]$');
    await expect(found).toHaveText(fill(texts.count, { index: 1, count: 2 }));
    await field.fill('Row-19[');
    await expect(found).toHaveText(texts.invalid);

    await page.keyboard.press('Escape');
    await expect(field).toHaveCount(0);
    await expect(terminal.input).toBeFocused();
    await terminal.run('echo typed-$((40 + 2))', 'typed-42');
  });

  test('a link shows where it leads, and opens at Ctrl and click only', async () => {
    const address = new URL('/glossary/', page.url()).href;
    await terminal.run(
      `echo ${address}; printf '\\e]8;;${address}\\aelsewhere\\e]8;;\\a \\e]8;;javascript:alert(1)\\ascript\\e]8;;\\a\\n'`,
    );
    const tooltip = page.getByRole('tooltip');
    for (const text of ['glossary/', 'elsewhere']) {
      const { x, y } = await terminal.point(text);
      await page.mouse.move(x, y);
      await expect(tooltip).toContainText(address);
      await page.mouse.click(x, y);
      const opened = page.context().waitForEvent('page');
      await page.keyboard.down('Control');
      await page.mouse.click(x, y);
      await page.keyboard.up('Control');
      const target = await opened;
      await expect(target).toHaveURL(address);
      expect(await target.evaluate(() => [window.opener, document.referrer])).toEqual([null, '']);
      await target.close();
      await page.mouse.move(x, y + 200);
      await expect(tooltip).toHaveCount(0);
    }
    expect(page.context().pages()).toHaveLength(1);
    const { x, y } = await terminal.point('script');
    await page.keyboard.down('Control');
    await page.mouse.click(x, y);
    await page.keyboard.up('Control');
    await expect(tooltip).toHaveCount(0);
    expect(page.context().pages()).toHaveLength(1);
  });

  test('the bell is a mark until somebody comes', async () => {
    const mark = other.region.getByRole('img', { name: terminal.texts.bell });
    await other.lab.type('container', 'read; for i in {1..300}; do printf "\\a"; done; echo rung');
    await terminal.input.focus();
    await expect(mark).toHaveCount(0);
    await other.lab.type('container', '');
    await other.untilShows('rung');
    await expect(mark).toBeVisible();
    await terminal.input.focus();
    await other.input.focus();
    await expect(mark).toHaveCount(0);
  });

  test('text becomes larger and smaller in all terminals, and stays so', async () => {
    const columns = async (of: TerminalPage) => {
      await of.run('echo columns-$(tput cols).', /columns-\d+\./);
      return Number(/columns-(\d+)\./.exec((await of.screen.textContent()) ?? '')?.[1]);
    };
    await other.clean();
    const before = await columns(other);
    await terminal.input.focus();
    for (let press = 0; press < 6; press++) await page.keyboard.press('Control+Shift++');
    await other.clean();
    const large = await columns(other);
    expect(large).toBeLessThan(before);
    await page.reload();
    await terminal.lab.untilPrompt('container');
    await other.clean();
    expect(await columns(other)).toBe(large);
    await other.menuButton.click();
    await other.item(terminal.texts.menu.smaller).click();
    await expect(other.menu).toBeVisible();
    await page.keyboard.press('Escape');
    await other.input.focus();
    await page.keyboard.press('Control+Shift+0');
    await other.clean();
    expect(await columns(other)).toBe(before);
  });

  test('clear leaves the prompt, and a reset helps a terminal that shows nonsense', async () => {
    await terminal.run('seq 300');
    await terminal.choose(terminal.texts.menu.clear);
    await expect(terminal.screen).toHaveText(/^\s*\$\s*$/);
    // Line drawing, no wrap, mouse reports, another colour behind, the cursor away.
    await terminal.run(
      "printf '\\e(0\\e[?7l\\e[?1003h\\e]11;#ff0000\\a\\e[?25lnonsense'",
      /[^n]⎽|┼/,
    );
    const background = () =>
      terminal.region
        .locator('.xterm-scrollable-element')
        .evaluate((element) => getComputedStyle(element).backgroundColor);
    expect(await background()).toBe('rgb(255, 0, 0)');
    await terminal.choose(terminal.texts.menu.reset);
    await page.keyboard.press('Enter');
    await terminal.run('echo plain-$((40 + 2))', 'plain-42');
    expect(await background()).not.toBe('rgb(255, 0, 0)');
    await expect(terminal.input).toBeFocused();
  });

  test('what can be read is saved as text', async () => {
    await terminal.run(String.raw`for i in {1..99}; do printf '\e[32mgreen %d\e[m\n' $i; done`);
    await terminal.run(String.raw`printf '%0300d\n' 0`);
    const text = await saved(page, () => terminal.choose(terminal.texts.menu.transcript), /\.txt$/);
    expect(text).toMatch(/^green 1\ngreen 2\n/m);
    expect(text).toMatch(/^0{300}\n/m);
    expect(text).not.toContain('\x1b');
  });

  test('every control is found by a screen reader, and F6 leads out of each', async () => {
    await page.getByRole('button', { name: terminal.lab.text.live.keys.button }).click();
    await page.getByRole('checkbox', { name: terminal.lab.text.live.keys.screenReader }).check();
    await page.keyboard.press('Escape');
    await terminal.run('echo heard-$((40 + 2))', 'heard-42');
    await expect(terminal.region.getByRole('list').getByText('heard-42')).toBeAttached();
    for (const button of await terminal.region.getByRole('button').all())
      expect(await button.getAttribute('aria-label')).not.toBe('');
    await terminal.input.focus();
    await page.keyboard.press('Control+Shift+F');
    await page.keyboard.press('F6');
    await expect(other.input).toBeFocused();
    await page.keyboard.press('Shift+F6');
    await expect(terminal.input).toBeFocused();
    await page.keyboard.press('Control+Shift+F');
    await terminal.button(terminal.texts.search.close).click();
    await page.getByRole('button', { name: terminal.lab.text.live.keys.button }).click();
    await page.getByRole('checkbox', { name: terminal.lab.text.live.keys.screenReader }).uncheck();
    await page.keyboard.press('Escape');
  });
});

test('a recording goes over a reload, has nothing twice, and is deleted with everything', async ({
  page,
}) => {
  const lab = new LabPage(page, 'en');
  await lab.openLesson('uts');
  const terminal = new TerminalPage(lab);
  await terminal.run(
    'for i in {1..300}; do echo "zeile-$i-中"; done; echo one-$((40 + 2))',
    'one-42',
  );
  await page.reload();
  await terminal.untilShows('one-42');
  await terminal.run('echo two-$((40 + 2))', 'two-42');
  const cast = await saved(page, () => terminal.choose(terminal.texts.menu.recording), /\.cast$/);
  const [header, ...events] = cast
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(header).toMatchObject({ version: 2, title: 'Glassbox, Machine terminal' });
  const output = events
    .map((event) => (Array.isArray(event) && event[1] === 'o' ? String(event[2]) : ''))
    .join('');
  expect(output.match(/zeile-\d+-中\r\n/g)).toHaveLength(300);
  expect(output.match(/one-42/g)).toHaveLength(1);
  expect(output.match(/two-42/g)).toHaveLength(1);
  const times = events.map((event) => (Array.isArray(event) ? Number(event[0]) : Number.NaN));
  expect(times).toEqual([...times].sort((one, next) => one - next));

  await lab.openHome();
  expect(await storedBatches(page)).toBeGreaterThan(0);
  await page.getByRole('button', { name: lab.text.progress.delete, exact: true }).click();
  await page.getByRole('button', { name: lab.text.progress.deleteYes, exact: true }).click();
  await expect(page.getByText(lab.text.progress.deleted)).toBeVisible();
  expect(await storedBatches(page)).toBe(0);
});

/** The text of a file that a click saves. */
async function saved(page: Page, click: () => Promise<void>, name: RegExp): Promise<string> {
  const downloaded: Promise<Download> = page.waitForEvent('download');
  await click();
  const download = await downloaded;
  expect(download.suggestedFilename()).toMatch(name);
  return readFile(await download.path(), 'utf8');
}

function storedBatches(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open('glassbox.recordings');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const counting = opening.result.transaction('batches').objectStore('batches').count();
          counting.onsuccess = () => resolve(counting.result);
          counting.onerror = () => reject(counting.error);
        };
      }),
  );
}
