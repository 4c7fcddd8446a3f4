import { execFileSync } from 'node:child_process';
import { expect, type TestInfo, test } from 'playwright/test';
import { LabPage } from './lab-page.ts';
import { labPort } from './lab-ports.ts';

/** The rows of a terminal as they are on the screen. */
async function rowsOf(lab: LabPage): Promise<string> {
  const rows = await lab.terminal('machine').locator('.xterm-rows > div').allInnerTexts();
  return rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd()).join('\n');
}

/** Rows that do not change any more. */
async function settledRows(lab: LabPage): Promise<string> {
  let rows = '';
  await expect(async () => {
    const before = await rowsOf(lab);
    await lab.page.waitForTimeout(150);
    rows = await rowsOf(lab);
    expect(rows).toBe(before);
  }).toPass();
  return rows;
}

/** The terminal as it is drawn, to the pixel, while it has the keyboard. */
async function pictureOf(lab: LabPage): Promise<Buffer> {
  await lab.terminal('machine').getByRole('textbox').focus();
  const screen = lab.terminal('machine').locator('.xterm-screen');
  return screen.screenshot({ animations: 'disabled' });
}

/** Waits until the terminal is drawn as in a picture; both pictures are kept when it never is. */
async function expectPicture(lab: LabPage, before: Buffer, info: TestInfo): Promise<void> {
  let after = before;
  const same = async () => {
    after = await pictureOf(lab);
    return after.equals(before);
  };
  try {
    await expect.poll(same, { message: 'the picture is the one from before' }).toBe(true);
  } catch (error) {
    for (const [name, body] of Object.entries({ before, after }))
      await info.attach(name, { body, contentType: 'image/png' });
    throw error;
  }
}

/** Full-screen programs, each with what is typed into it, and what its screen then shows. */
const PROGRAMS = {
  less: {
    start: 'seq 1 100000 | less',
    keys: ['Space', 'Space', '/', '7', '7', '7', 'Enter'],
    shows: /^777$/m,
  },
  top: { start: 'top -d 100', keys: [], shows: /PID\s+USER/ },
  tmux: {
    // Its clock would go on meanwhile.
    start:
      'tmux new -s x \\; set status-right "" \\; split-window -h \\; send-keys "echo in-\\$((1))-side" Enter',
    keys: [],
    shows: /in-1-side/,
  },
  nano: {
    start: 'seq 1 500 > /tmp/n; nano /tmp/n',
    keys: ['PageDown', 'PageDown'],
    shows: /GNU nano/,
  },
  // Debian's small vim goes by this name.
  vi: { start: 'seq 1 500 | vi +$ -', keys: [], shows: /^500$/m },
} as const;

for (const [name, { start, keys, shows }] of Object.entries(PROGRAMS)) {
  test(`the screen of ${name} is the same after a reload, after web was killed, and after a while without a network`, async ({
    page,
    context,
  }, info) => {
    const lab = new LabPage(page, 'en');
    await lab.openLesson('uts');
    await lab.type('machine', start);
    await expect.poll(() => rowsOf(lab)).toMatch(shows === PROGRAMS.less.shows ? /^1$/m : shows);
    for (const key of keys) await page.keyboard.press(key);
    await expect.poll(() => rowsOf(lab)).toMatch(shows);
    const before = await settledRows(lab);
    const picture = await pictureOf(lab);

    await page.reload();
    await expect.poll(() => rowsOf(lab)).toBe(before);
    await expectPicture(lab, picture, info);

    process.kill(pidOfWeb(), 'SIGKILL');
    await expect(page.getByText(lab.text.live.link.open, { exact: true })).toBeHidden();
    await expect(page.getByText(lab.text.live.link.open, { exact: true })).toBeVisible();
    await expect.poll(() => rowsOf(lab)).toBe(before);

    await context.setOffline(true);
    await context.setOffline(false);
    await expect(page.getByText(lab.text.live.link.open, { exact: true })).toBeVisible();
    await expect.poll(() => rowsOf(lab)).toBe(before);
    await expectPicture(lab, picture, info);
  });
}

test('what is printed while the page is away is there when it is back, once', async ({ page }) => {
  const lab = new LabPage(page, 'en');
  await lab.openLesson('uts');
  await lab.type(
    'machine',
    'for i in $(seq 1 40); do echo line-$i-$((i * i)); sleep 0.05; done; echo do-$((1))-ne',
  );
  await expect(lab.terminal('machine')).toContainText('line-3-9');
  process.kill(pidOfWeb(), 'SIGKILL');
  await expect(page.getByText(lab.text.live.link.open, { exact: true })).toBeHidden();
  await expect(page.getByText(lab.text.live.link.open, { exact: true })).toBeVisible();
  await expect.poll(() => rowsOf(lab)).toContain('do-1-ne');
  const lines = (await rowsOf(lab)).split('\n').filter((row) => row.startsWith('line-'));
  const last = 40;
  const first = last - lines.length + 1;
  expect(lines).toEqual(Array.from(lines, (_, at) => `line-${first + at}-${(first + at) ** 2}`));
});

test('two tabs type in one terminal, and the one that is not used shows it at the size of the other', async ({
  context,
}) => {
  const wide = new LabPage(await context.newPage(), 'en');
  await wide.openLesson('uts');
  await wide.type('machine', 'stty size');
  await expect.poll(() => rowsOf(wide)).toMatch(/^\d+ \d+$/m);
  const wideSize = /^\d+ \d+$/m.exec(await rowsOf(wide))?.[0];
  const page = await context.newPage();
  await page.setViewportSize({ width: 1000, height: 700 });
  const narrow = new LabPage(page, 'zh');
  await narrow.openLesson('uts');
  const foreign = /Sized for another tab/;
  await expect(wide.terminal('machine')).toContainText(foreign);
  await narrow.type('machine', 'clear; stty size; seq -s " " 1 60');
  await expect.poll(() => rowsOf(narrow)).toContain(' 60');
  const narrowRows = await settledRows(narrow);
  const shownRows = async () => (await rowsOf(wide)).trimEnd();
  await expect.poll(shownRows).toBe(narrowRows.trimEnd());
  await wide.type('machine', 'clear; stty size');
  await expect.poll(() => rowsOf(wide)).toContain(wideSize ?? 'a size');
  await expect(wide.terminal('machine')).not.toContainText(foreign);
  await expect
    .poll(async () => (await rowsOf(narrow)).trimEnd())
    .toBe((await rowsOf(wide)).trimEnd());
});

test('Ctrl-C ends a flood at once, and the page may go on typing', async ({ page }, info) => {
  const lab = new LabPage(page, 'en');
  await lab.openLesson('uts');
  await lab.type('machine', 'yes flood');
  await expect(lab.terminal('machine')).toContainText('flood');
  await page.waitForTimeout(1_000);
  const began = performance.now();
  await page.keyboard.press('Control+C');
  await lab.untilPrompt('machine');
  const took = performance.now() - began;
  info.annotations.push({
    type: 'from Ctrl-C to the prompt',
    description: `${Math.round(took)} ms`,
  });
  console.log(`From Ctrl-C to the prompt: ${Math.round(took)} ms`);
  await lab.type('machine', 'echo af-$((1))-ter');
  await expect(lab.terminal('machine')).toContainText('af-1-ter');
});

/** Web is whoever listens on the lab's port. */
function pidOfWeb(): number {
  const port = labPort();
  const listing = execFileSync('ss', ['-Hltnp', `sport = :${port}`], { encoding: 'utf8' });
  const pid = /pid=(\d+)/.exec(listing)?.[1];
  if (pid === undefined) throw new Error(`Nobody listens on port ${port}: ${listing}`);
  return Number(pid);
}
