import { type CDPSession, expect, type Page, test } from 'playwright/test';
import { LabPage } from './lab-page.ts';
import { TerminalPage } from './terminal-page.ts';

/** What each is, and where the cursor has to step over it. */
const CHARACTERS = {
  'wide characters': '中文',
  'combining marks': 'e\u0301',
  'emoji joined by ZWJ': '👨‍👩‍👧',
  'emoji with a variation selector': '❤️',
  'emoji of a skin colour': '👍🏽',
  'emoji of new versions': '🥲🫠',
  flags: '🇩🇪',
} as const;

test.describe('programs', () => {
  let page: Page;
  let cdp: CDPSession;
  let terminal: TerminalPage;

  /**
   * Gives the window another size and waits until `less` has drawn its lines, from `first` on, in it. Of
   * itself it loses a key that comes together with a new size: on a bare pseudo-terminal, too.
   */
  async function resizeLess(first: number, size: { width: number; height: number }): Promise<void> {
    const shown = async () => (await terminal.screen.textContent())?.trim() ?? '';
    const before = await shown();
    await page.setViewportSize(size);
    await expect.poll(async () => (await shown()) === before).toBe(false);
    await terminal.untilShows(new RegExp(`^\\s*${first}\\s*${first + 1}`));
  }

  test.beforeAll(async ({ browser }) => {
    page = await browser.newPage();
    cdp = await page.context().newCDPSession(page);
    const lab = new LabPage(page, 'en');
    await lab.openLesson('uts');
    terminal = new TerminalPage(lab);
  });
  test.beforeEach(async () => {
    await terminal.clean();
  });
  test.afterAll(() => page.close());

  test('bash edits a line with every kind of character where they are drawn', async () => {
    for (const [kind, text] of Object.entries(CHARACTERS)) {
      await page.keyboard.insertText(`ab${text}cd`);
      await terminal.untilShows(`ab${text}cd`);
      // Over all of it and back: where widths differ, what is typed then lands elsewhere.
      await page.keyboard.press('Control+A');
      await page.keyboard.type('>');
      await page.keyboard.press('Control+E');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.type('<');
      await page.keyboard.press('Control+E');
      await page.keyboard.type('!');
      await expect(terminal.screen, kind).toHaveText(`$ >ab${text}<cd!`, {
        useInnerText: false,
      });
      await page.keyboard.press('Control+U');
      await expect(terminal.screen).toHaveText(/^\s*\$\s*$/);
    }
  });

  test('an input method composes, and only what it ends with is typed', async () => {
    await terminal.input.focus();
    await cdp.send('Input.imeSetComposition', { text: 'ni', selectionStart: 2, selectionEnd: 2 });
    await expect(terminal.region.getByText('ni', { exact: true })).toBeVisible();
    await cdp.send('Input.imeSetComposition', { text: '你', selectionStart: 1, selectionEnd: 1 });
    await cdp.send('Input.insertText', { text: '你好' });
    await terminal.untilShows(/^\s*\$ 你好\s*$/);
    await page.keyboard.press('Control+U');
  });

  test('colours of 256 and of 16 million are drawn', async () => {
    await terminal.run(String.raw`printf '\e[48;5;196mindexed\e[m \e[48;2;10;200;30mtrue\e[m\n'`);
    const background = (text: string) =>
      terminal.screen
        .getByText(text, { exact: true })
        .last()
        .evaluate((element) => getComputedStyle(element).backgroundColor);
    expect(await background('indexed')).toBe('rgb(255, 0, 0)');
    expect(await background('true')).toBe('rgb(10, 200, 30)');
  });

  test('vim, less and top work: keys, sizes, paste, and the screen from before', async () => {
    await terminal.run('seq 500 > /tmp/numbers; echo before');
    await terminal.lab.type('machine', 'vi /tmp/numbers');
    await terminal.untilShows('500 lines');
    await page.keyboard.type('G');
    await terminal.untilShows(/499\s*500/);
    await page.keyboard.type('oadded 中文 🥲x');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.keyboard.type('hs<');
    await page.keyboard.press('Escape');
    await terminal.untilShows('added 中文 <x');
    await page.keyboard.type(':wq\n');
    await terminal.untilShows('before');
    await terminal.run('tail -1 /tmp/numbers', /added 中文 <x/);

    await terminal.lab.type('machine', 'less /tmp/numbers');
    await terminal.untilShows(/^\s*1\s*2\s*3/);
    await page.keyboard.type('/250\n');
    await terminal.untilShows(/250\s*251/);
    await resizeLess(250, { width: 1200, height: 700 });
    await page.keyboard.type('g');
    await terminal.untilShows(/^\s*1\s*2\s*3/);
    await resizeLess(1, { width: 1440, height: 900 });
    await page.keyboard.type('q');

    await terminal.lab.type('machine', 'top');
    await terminal.untilShows('load average');
    await page.keyboard.type('q');
    await terminal.lab.untilPrompt('machine');
  });
});
