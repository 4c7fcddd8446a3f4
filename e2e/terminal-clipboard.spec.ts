import { type BrowserContext, expect, test } from 'playwright/test';
import { fill } from '../app/_messages/fill.ts';
import { LabPage } from './lab-page.ts';
import { TerminalPage } from './terminal-page.ts';

test.describe('the clipboard', () => {
  let context: BrowserContext;
  let terminal: TerminalPage;
  let other: TerminalPage;

  test.beforeAll(async ({ browser }) => {
    context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
    const lab = new LabPage(await context.newPage(), 'en');
    await lab.openLesson('uts');
    terminal = new TerminalPage(lab);
    other = new TerminalPage(lab, 'container');
  });
  test.beforeEach(async () => {
    await terminal.clean();
  });
  test.afterAll(() => context.close());

  test('copied text has no spaces at the ends of lines, and wrapped lines are one', async () => {
    await terminal.run(String.raw`printf 'one   \n%0300d\n   two\n' 0`);
    await terminal.choose(terminal.texts.menu.selectAll);
    for (const keys of ['Control+Shift+C', 'Control+Insert']) {
      await terminal.setClipboard('before');
      await terminal.page.keyboard.press(keys);
      await expect.poll(() => terminal.clipboard(), keys).toMatch(/^one\n0{300}\n {3}two\n\$$/m);
    }
  });

  test('Ctrl-C copies what is selected, and interrupts when nothing is', async () => {
    await terminal.lab.type('machine', 'sleep 1000 # napping');
    await terminal.selectWord('napping');
    await terminal.page.keyboard.press('Control+C');
    await expect.poll(() => terminal.clipboard()).toBe('napping');
    await expect(terminal.screen).not.toContainText('^C');
    await terminal.page.keyboard.press('Control+C');
    await terminal.untilShows('^C');
    await terminal.lab.untilPrompt('machine');
  });

  test('every key that pastes elsewhere pastes here', async () => {
    await terminal.setClipboard('pasted.');
    for (const keys of ['Control+V', 'Control+Shift+V', 'Shift+Insert'])
      await terminal.page.keyboard.press(keys);
    await terminal.untilShows('$ pasted.pasted.pasted.');
    await terminal.page.keyboard.press('Control+U');
  });

  test('the middle button pastes what was selected last, in whichever terminal', async () => {
    await other.run('echo from-the-other');
    await other.selectWord('from-the-other');
    await terminal.setClipboard('not this');
    const { x, y } = await terminal.point('$');
    await terminal.page.mouse.click(x, y, { button: 'middle' });
    await terminal.untilShows(/\$ from-the-other\s*$/);
    await terminal.page.keyboard.press('Control+U');
  });

  test('a paste of many lines is asked about, and goes in as the learner says', async () => {
    const { paste } = terminal.texts;
    const lines = Array.from({ length: 8 }, (_, index) => `  echo pasted-${index}`);
    await terminal.setClipboard(`${lines.join('\n')}\n`);
    const ask = fill(paste.ask, { lines: 8, size: fill(terminal.texts.bytes, { count: 128 }) });

    await terminal.page.keyboard.press('Control+V');
    await expect(terminal.question).toHaveAccessibleName(ask);
    await expect(terminal.question).toContainText('echo pasted-2');
    await expect(terminal.question).not.toContainText(paste.runs);
    await expect(terminal.button(paste.no)).toBeFocused();
    await terminal.page.keyboard.press('Escape');
    await expect(terminal.question).toHaveCount(0);
    await expect(terminal.input).toBeFocused();
    await expect(terminal.screen).not.toContainText('pasted');

    await terminal.page.keyboard.press('Control+V');
    await terminal.button(paste.oneLine).click();
    await terminal.untilShows('$ echo pasted-0 echo pasted-1');
    await expect(terminal.input).toBeFocused();
    await terminal.page.keyboard.press('Control+U');

    await terminal.page.keyboard.press('Control+V');
    await terminal.button(paste.yes).click();
    await terminal.untilShows('echo pasted-7');
    await terminal.page.keyboard.press('Control+C');
    await terminal.untilShows('^C');
  });

  test('two lines are asked about where the program runs what it is given', async () => {
    await terminal.lab.type('machine', 'cat > /tmp/taken');
    await terminal.setClipboard('first\nsecond\n');
    await expect(terminal.screen).toContainText('taken');
    await terminal.page.keyboard.press('Control+V');
    await expect(terminal.question).toContainText(terminal.texts.paste.runs);
    await terminal.button(terminal.texts.paste.yes).click();
    await terminal.page.keyboard.press('Control+D');
    await terminal.run('cat /tmp/taken | tr e E', /first\s*sEcond/);
  });

  test('no paste ends its own mark and types a command', async () => {
    await terminal.setClipboard('echo a\x1b[201~\necho in$((40 + 2))jected\n\x1b[200~');
    await terminal.page.keyboard.press('Control+V');
    await terminal.untilShows('echo a[201~');
    await terminal.untilShows('jected');
    await terminal.page.keyboard.press('Control+C');
    await terminal.untilShows('^C');
    await terminal.run('echo end', 'end');
    await expect(terminal.screen).not.toContainText('in42jected');
  });

  test('a program gets at the clipboard only when the learner agrees', async () => {
    const { clipboard: texts } = terminal.texts;
    const ask = (text: string) =>
      terminal.run(`printf '\\e]52;c;%s\\a' $(printf ${text} | base64)`);
    await terminal.setClipboard('mine');

    await ask('wanted-1');
    await expect(terminal.question).toHaveAccessibleName(fill(texts.ask, { count: 8 }));
    await expect(terminal.question).toContainText('wanted-1');
    // It asks without taking the keyboard: Enter is the shell's.
    await expect(terminal.input).toBeFocused();
    expect(await terminal.clipboard()).toBe('mine');
    await terminal.button(texts.once).click();
    await expect.poll(() => terminal.clipboard()).toBe('wanted-1');

    // A flood is one question, with the newest text.
    await terminal.run(
      "for i in {1..500}; do printf '\\e]52;c;%s\\a' $(printf many-%s $i | base64); done; echo all",
      /all\s*\$/,
    );
    await expect(terminal.question).toHaveCount(1);
    await expect(terminal.question).toContainText('many-500');
    expect(await terminal.clipboard()).toBe('wanted-1');
    // By keyboard: the menu leads to it.
    await terminal.page.keyboard.press('Shift+F10');
    await terminal.item(terminal.texts.menu.answer).click();
    await expect(terminal.button(texts.refuse)).toBeFocused();
    await terminal.page.keyboard.press('Shift+Tab');
    await terminal.page.keyboard.press('Enter');
    await expect.poll(() => terminal.clipboard()).toBe('many-500');

    await ask('wanted-2');
    await expect.poll(() => terminal.clipboard()).toBe('wanted-2');
    await expect(terminal.question).toHaveCount(0);

    // The other terminal has no such leave; a refusal leaves the clipboard alone.
    await other.run("printf '\\e]52;c;%s\\a' $(printf other | base64)");
    await expect(other.question).toContainText('other');
    await other.button(texts.refuse).click();
    await expect(other.question).toHaveCount(0);
    expect(await terminal.clipboard()).toBe('wanted-2');
  });

  test('no program learns what is on the clipboard', async () => {
    await terminal.setClipboard('secret');
    // The answer would be typed at cat, and shown.
    await terminal.run(
      "stty -icanon min 0 time 5; printf '\\e]52;c;?\\a'; cat -v; stty sane; echo asked",
      /asked\s*\$/,
    );
    await expect(terminal.screen).not.toContainText('^[]52');
    await expect(terminal.question).toHaveCount(0);
  });
});

test('where the browser refuses the clipboard the page says what to press', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const lab = new LabPage(page, 'en');
  await lab.openLesson('uts');
  const terminal = new TerminalPage(lab);
  await terminal.clean();
  await terminal.setClipboard('by-key');
  // As on a page served without TLS.
  await page.evaluate(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
  });
  await terminal.choose(terminal.texts.menu.paste);
  const told = fill(terminal.texts.paste.byKey, { keys: 'Ctrl+Shift+V' });
  await expect(terminal.region.getByText(told)).toBeVisible();
  await page.keyboard.press('Control+Shift+V');
  await terminal.untilShows('$ by-key');
  await expect(terminal.region.getByText(told)).toBeHidden();

  await terminal.selectWord('by-key');
  await page.evaluate(() => {
    document.execCommand = () => false;
  });
  await page.keyboard.press('Control+Shift+C');
  const field = terminal.region.getByRole('textbox', { name: terminal.texts.copy.field });
  await expect(field).toBeFocused();
  await expect(field).toHaveValue('by-key');
  await page.keyboard.press('Control+C');
  await expect(field).toHaveCount(0);
  await expect(terminal.input).toBeFocused();
});
