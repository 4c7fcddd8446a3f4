import { expect, type Locator, type Page } from 'playwright/test';
import { EN, type Text } from '../app/_messages/en.ts';
import { fill } from '../app/_messages/fill.ts';
import { ZH } from '../app/_messages/zh.ts';
import type { Block, Step } from '../lessons/schema.ts';
import type { Language, TerminalName } from '../server/protocol/identifiers.ts';

const TEXTS: Record<Language, Text> = { en: EN, zh: ZH };
const HOME: Record<Language, string> = { en: '/', zh: '/zh/' };

/** What a learner sees and does on the pages, found by role and text in the language of the page. */
export class LabPage {
  readonly text: Text;

  constructor(
    readonly page: Page,
    readonly language: Language,
  ) {
    this.text = TEXTS[language];
  }

  async openHome(): Promise<void> {
    await this.page.goto(HOME[this.language]);
  }

  async goToLesson(id: string, step?: string): Promise<void> {
    await this.page.goto(`${HOME[this.language]}lessons/${id}/${step ? `#${step}` : ''}`);
  }

  async openLesson(id: string, step?: string): Promise<void> {
    await this.goToLesson(id, step);
    await this.untilReady();
  }

  /** Both shells have printed their prompts. */
  async untilReady(): Promise<void> {
    for (const name of ['machine', 'container'] as const) {
      await expect(this.terminal(name)).toContainText(/root@machine:~\s?#/);
    }
  }

  terminal(name: TerminalName): Locator {
    const label = fill(this.text.live.terminal.region, { name: this.text.live[name] });
    return this.page.getByRole('region', { name: label, exact: true });
  }

  runButton(terminal: TerminalName): Locator {
    const label = fill(this.text.lesson.runIn, { terminal: this.text.terminal[terminal] });
    return this.page.getByRole('button', { name: label, exact: true });
  }

  get task(): Locator {
    return this.page.getByRole('region', { name: this.text.lesson.task, exact: true });
  }

  async expectTask(state: 'waiting' | 'done'): Promise<void> {
    const { taskDone, taskWaiting } = this.text.lesson;
    const word = state === 'done' ? taskDone : taskWaiting;
    await expect(this.task.getByText(word, { exact: true })).toBeVisible();
  }

  /** Types a line by keyboard, as a learner does. */
  async type(name: TerminalName, line: string): Promise<void> {
    await this.terminal(name).getByRole('textbox').focus();
    await this.page.keyboard.type(line);
    await this.page.keyboard.press('Enter');
  }

  /** Clicks every command and key of the blocks, in their order on the page. */
  async clickThrough(step: Step): Promise<void> {
    const seen = new Map<string, number>();
    for (const block of step.blocks) {
      if (block.kind !== 'run' && block.kind !== 'key') continue;
      const label = this.#buttonOf(block);
      const nth = seen.get(label) ?? 0;
      seen.set(label, nth + 1);
      await this.page.getByRole('button', { name: label, exact: true }).nth(nth).click();
      if (block.kind === 'run' && !block.stays) await this.#untilPrompt(block.terminal);
      if (block.kind === 'run' && block.stays) await this.#untilTyped(block);
    }
  }

  async next(): Promise<void> {
    await this.page.getByRole('button', { name: this.text.lesson.next, exact: true }).click();
  }

  #buttonOf(block: Extract<Block, { kind: 'run' | 'key' }>): string {
    const terminal = this.text.terminal[block.terminal];
    return block.kind === 'run'
      ? fill(this.text.lesson.runIn, { terminal })
      : fill(this.text.lesson.pressIn, { terminal, key: block.key });
  }

  /** The last line on the screen is a prompt with nothing typed after it. */
  async #untilPrompt(name: TerminalName): Promise<void> {
    await expect(
      this.terminal(name)
        .getByText(/[#$]\s*$/)
        .last(),
    ).toBeVisible();
  }

  async #untilTyped(block: { terminal: TerminalName; command: string }): Promise<void> {
    const words = block.command.split('\n').at(-1)?.split(/\s+/)[0] ?? '';
    await expect(this.terminal(block.terminal)).toContainText(words);
  }
}
