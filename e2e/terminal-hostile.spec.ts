import { expect, test } from 'playwright/test';
import { LabPage } from './lab-page.ts';
import { TerminalPage } from './terminal-page.ts';

/** What output may contain: `printf` formats, each of which tries to reach what is not the terminal's. */
const CORPUS: readonly string[] = [
  // Titles, icons, and the stack of them; window operations; reports that would type themselves.
  '\\e]0;pwned\\a\\e]1;pwned\\e\\\\\\e]2;<b>pwned</b>\\a\\e[22;0t\\e[23;0t',
  '\\e[3;0;0t\\e[4;1;1t\\e[5t\\e[8;2;2t\\e[9;1t\\e[11t\\e[13t\\e[18t\\e[19t\\e[20t\\e[21t',
  '\\e]L\\e\\\\\\e]l\\e\\\\',
  // Clipboard, notifications, directories, images, files of other terminals.
  '\\e]52;c;?\\a\\e]52;c;!!!!\\a\\e]52;;\\a',
  '\\e]9;note\\a\\e]777;notify;a;b\\a\\e]7;file:///etc\\a\\e]99;;x\\a\\e]6;https://example.org\\a',
  '\\e]1337;File=inline=1;size=3:YWJj\\a\\e]1337;SetMark\\a\\e]1337;CopyToClipboard=\\aabc\\e]1337;EndCopy\\a',
  '\\ePq#0;2;0;0;0#0~~\\e\\\\\\e_Gf=24,s=1,v=1;AAAA\\e\\\\',
  // Links to what is no page, and a link with an endless id.
  '\\e]8;;javascript:alert(1)\\aa\\e]8;;data:text/html,<script>alert(1)</script>\\ab\\e]8;;file:///etc/passwd\\ac\\e]8;;\\a',
  '\\e]8;id=<img src=x onerror=alert(1)>;https://example.invalid/<img src=x onerror=alert(1)>\\ad\\e]8;;\\a',
  // Settings and strings asked for, answerback.
  '\\eP$qm\\e\\\\\\eP$q"p\\e\\\\\\eP+q544e\\e\\\\\\005\\e[c\\e[>c\\e[=c\\e[>q\\e[6n\\e[?6n\\e[5n\\e[?15n\\e[x',
  // Colours of everything, and questions for them.
  '\\e]4;1;#ff0000;2;?\\a\\e]10;#ff0000\\a\\e]11;?\\a\\e]12;red\\a\\e]104\\a\\e]110\\a\\e]111\\a\\e]112\\a',
  // Numbers without end, too many, and in the wrong places.
  'a\\e[2147483647b\\e[99999999999999999999b\\e[2147483647L\\e[2147483647M\\e[2147483647S\\e[2147483647T\\e[2147483647I\\e[2147483647Z',
  '\\e[2147483647@\\e[2147483647P\\e[2147483647X\\e[2147483647;2147483647H\\e[2147483647A\\e[-1;-1r\\e[1;2147483647r',
  '\\e[1;2;3;4;5;6;7;8;9;0;1;2;3;4;5;6;7;8;9;0;1;2;3;4;5;6;7;8;9;0;1;2;3;4;5;6;7;8;9m\\e[::::::::m\\e[38:2::999:999:999m',
  '\\e]99999999999999999999;x\\a\\e]-1;x\\a\\e];\\a\\e]\\a',
  // Mouse, focus, keypad, insert mode, other character sets, an alternate screen, no cursor.
  '\\e[?1003h\\e[?1004h\\e[?1005h\\e[?1006h\\e[?1015h\\e[?1016h\\e[?9h\\e[?2004h\\e[?2026h\\e[4h\\e[20h\\e(0\\e)0\\016\\e[?1049h\\e[?25l\\e[?7l',
  // Bytes that are no text, and marks without end.
  '\\377\\376\\300\\200\\355\\240\\200\\364\\220\\200\\200\\302',
  '\\u202e\\u2066\\u200f\\ufeff\\U000e0001\\U0010ffff',
  '\\a\\a\\a\\a',
];

test('what output contains does nothing to the page', async ({ page, context, baseURL }) => {
  test.setTimeout(180_000);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const lab = new LabPage(page, 'en');
  await lab.openLesson('uts');
  const terminal = new TerminalPage(lab);
  await terminal.setClipboard('mine');
  const title = await page.title();
  const address = page.url();
  const happened: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') happened.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => happened.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    happened.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('framenavigated', (frame) => happened.push(`navigation: ${frame.url()}`));
  context.on('page', (opened) => happened.push(`page: ${opened.url()}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${baseURL}/`)) happened.push(`request: ${request.url()}`);
  });

  // A file, so that no answer to it is typed at a shell that reads while it is printed.
  const lines = CORPUS.map((text) => `printf '${text}'`).join('\n');
  await terminal.run(`base64 -d > /tmp/hostile <<< ${Buffer.from(lines).toString('base64')}`);
  await terminal.run(
    "stty -echo; bash /tmp/hostile; for i in {1..200}; do printf 'e\\u0301%.0s' {1..50}; done; read -rs -t 1 -n 100000; stty sane; printf '\\ec'; echo survived-$((40 + 2))",
    'survived-42',
  );
  // Noise, then a sequence of more megabytes than are kept that never ends; a reset brings all back.
  await lab.type(
    'machine',
    "head -c 100000 /dev/urandom; printf '\\e]52;c;'; head -c 12M /dev/zero | tr '\\0' A; printf '\\030\\ec'; echo also-$((40 + 2))",
  );
  await expect(terminal.screen).toContainText('also-42', { timeout: 90_000 });
  await terminal.choose(terminal.texts.menu.reset);
  await page.keyboard.press('Control+C');
  await page.keyboard.press('Control+U');
  await terminal.run('stty sane; echo end-$((40 + 2))', 'end-42');

  expect(await page.title()).toBe(title);
  expect(page.url()).toBe(address);
  expect(await terminal.clipboard()).toBe('mine');
  await expect(page.locator('img[src="x"]')).toHaveCount(0);
  expect(happened).toEqual([]);
});
