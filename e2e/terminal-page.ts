import { expect, type Locator, type Page } from 'playwright/test';
import { fill } from '../app/_messages/fill.ts';
import type { TerminalText } from '../app/_messages/terminal.en.ts';
import type { LessonTerminal } from '../server/protocol/identifiers.ts';
import type { LabPage } from './lab-page.ts';

/** One terminal of a lesson's page and what is around it, as a learner sees it. */
export class TerminalPage {
  readonly page: Page;
  readonly texts: TerminalText;

  constructor(
    readonly lab: LabPage,
    readonly name: LessonTerminal = 'machine',
  ) {
    this.page = lab.page;
    this.texts = lab.text.terminalTools;
  }

  get region(): Locator {
    return this.lab.terminal(this.name);
  }

  get input(): Locator {
    const name = fill(this.lab.text.live.terminal.input, { name: this.lab.text.live[this.name] });
    return this.region.getByRole('textbox', { name, exact: true });
  }

  /** Lines on the screen, as they are drawn. */
  get screen(): Locator {
    return this.region.locator('.xterm-rows');
  }

  get menu(): Locator {
    return this.page.getByRole('menu');
  }

  item(name: string): Locator {
    return this.menu.getByRole('menuitem', { name, exact: true });
  }

  button(name: string): Locator {
    return this.region.getByRole('button', { name, exact: true });
  }

  get menuButton(): Locator {
    return this.button(fill(this.texts.menu.button, { name: this.lab.text.live[this.name] }));
  }

  get question(): Locator {
    return this.region.getByRole('group');
  }

  /** Types a line and waits for what it prints; without it, for the next prompt. */
  async run(line: string, prints?: string | RegExp): Promise<void> {
    await this.lab.type(this.name, line);
    if (prints === undefined) await this.lab.untilPrompt(this.name);
    else await this.untilShows(prints);
  }

  async untilShows(text: string | RegExp): Promise<void> {
    await expect(this.screen).toContainText(text);
  }

  /** The program is told of clicks from now on. */
  async untilMouseWanted(): Promise<void> {
    await expect(this.region.locator('.enable-mouse-events')).toBeAttached();
  }

  /** A shell with nothing on its screen but a prompt. */
  async clean(): Promise<void> {
    await this.run("PS1='$ '; clear");
    await expect(this.screen).toHaveText(/^\s*\$\s*$/);
  }

  async choose(item: string): Promise<void> {
    await this.menuButton.click();
    await this.item(item).click();
  }

  /** The middle of a text on the screen. */
  async point(text: string): Promise<{ x: number; y: number }> {
    const place = await this.screen.evaluate((rows, wanted) => {
      const walker = document.createTreeWalker(rows, NodeFilter.SHOW_TEXT);
      let found: DOMRect | undefined;
      while (walker.nextNode()) {
        const node = walker.currentNode;
        const start = node.textContent?.lastIndexOf(wanted) ?? -1;
        if (start < 0) continue;
        const range = document.createRange();
        range.setStart(node, start);
        range.setEnd(node, start + wanted.length);
        found = range.getBoundingClientRect();
      }
      return found && { x: found.x + found.width / 2, y: found.y + found.height / 2 };
    }, text);
    if (!place) throw new Error(`Not on the screen: ${text}`);
    return place;
  }

  async selectWord(word: string): Promise<void> {
    const { x, y } = await this.point(word);
    await this.page.mouse.dblclick(x, y);
  }

  async clipboard(): Promise<string> {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  async setClipboard(text: string): Promise<void> {
    await this.page.evaluate((value) => navigator.clipboard.writeText(value), text);
  }
}
