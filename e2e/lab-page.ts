import { expect, type Locator, type Page } from 'playwright/test';
import { plain } from '../app/_lesson/Inline.tsx';
import { EN, type Text } from '../app/_messages/en.ts';
import { fill } from '../app/_messages/fill.ts';
import { ZH } from '../app/_messages/zh.ts';
import type { Block, Step } from '../lessons/schema.ts';
import type { Language, LessonTerminal } from '../server/protocol/identifiers.ts';
import type { Quiz } from './lesson-files.ts';

const TEXTS: Record<Language, Text> = { en: EN, zh: ZH };
const HOME: Record<Language, string> = { en: '/', zh: '/zh/' };

type Deed = Extract<Block, { kind: 'run' | 'key' }>;

/** What a learner sees and does on the pages, found by role and text in the language of the page. */
export class LabPage {
  readonly text: Text;

  constructor(
    readonly page: Page,
    readonly language: Language,
    /** Address of the lab, where it is not the one that all tests share. */
    readonly lab = '',
  ) {
    this.text = TEXTS[language];
  }

  async openHome(): Promise<void> {
    await this.page.goto(`${this.lab}${HOME[this.language]}`);
  }

  async openGlossary(): Promise<void> {
    await this.page.goto(`${this.lab}${HOME[this.language]}glossary/`);
  }

  async goToLesson(id: string, step?: string): Promise<void> {
    const hash = step === undefined ? '' : `#${step}`;
    await this.page.goto(`${this.lab}${HOME[this.language]}lessons/${id}/${hash}`);
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

  terminal(name: LessonTerminal): Locator {
    const label = fill(this.text.live.terminal.region, { name: this.text.live[name] });
    return this.panel(label);
  }

  /** A terminal by its name, as it stands on its tab for who can't see. */
  panel(name: string): Locator {
    return this.page.getByRole('tabpanel', { name, exact: true });
  }

  tab(name: string): Locator {
    return this.page.getByRole('tab', { name });
  }

  /** The side of the page that the terminal of a lesson is on. */
  side(name: LessonTerminal): Locator {
    const { list } = this.text.live.tabs;
    return this.page.getByRole('tablist', {
      name: fill(list, { name: this.text.live[name] }),
      exact: true,
    });
  }

  /** Opens one more on a side, in the machine or in the container whose item says so. */
  async openNew(side: LessonTerminal, container?: string | RegExp): Promise<void> {
    const { tabs } = this.text.live;
    const buttons = this.page.getByRole('button', { name: tabs.new, exact: true });
    await buttons.nth(side === 'machine' ? 0 : 1).click();
    await this.page.getByRole('menuitem', { name: container ?? tabs.onMachine }).click();
  }

  runButton(terminal: LessonTerminal): Locator {
    const label = fill(this.text.lesson.runIn, { terminal: this.text.terminal[terminal] });
    return this.page.getByRole('button', { name: label, exact: true });
  }

  /** The card of a task; of the only one, if it has no number. */
  task(number?: number): Locator {
    const { task, taskNumber } = this.text.lesson;
    const name = number === undefined ? task : fill(taskNumber, { number });
    return this.page.getByRole('region', { name, exact: true });
  }

  tasksOf(step: Step): Locator[] {
    return step.tasks.map((_, index) => this.task(step.tasks.length === 1 ? undefined : index + 1));
  }

  async expectTask(state: 'waiting' | 'done', task = this.task()): Promise<void> {
    const { taskDone, taskWaiting } = this.text.lesson;
    const word = state === 'done' ? taskDone : taskWaiting;
    await expect(task.getByText(word, { exact: true })).toBeVisible();
  }

  async expectStep(state: 'waiting' | 'done', step: Step): Promise<void> {
    for (const task of this.tasksOf(step)) await this.expectTask(state, task);
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Types a line by keyboard, as a learner does. */
  async type(name: LessonTerminal, line: string): Promise<void> {
    await this.terminal(name).getByRole('textbox').focus();
    await this.page.keyboard.type(line);
    await this.page.keyboard.press('Enter');
  }

  /** Clicks every command and key of a step's text in its order; then what solves a task that is still open. */
  async clickThrough(step: Step): Promise<void> {
    await this.#click(step.blocks, this.page.locator('main'));
    for (const [index, card] of this.tasksOf(step).entries()) {
      const task = step.tasks[index];
      if (task === undefined || (await this.#isDoneSoon(card))) continue;
      for (let hint = 1; hint <= task.hints.length; hint++) {
        const total = task.hints.length;
        await this.button(fill(this.text.lesson.showHint, { number: hint, total })).click();
      }
      await this.button(this.text.lesson.showSolution).click();
      await this.button(this.text.lesson.solutionYes).click();
      const solution = this.page.getByRole('region', {
        name: this.text.lesson.solution,
        exact: true,
      });
      await this.#click(task.solution, solution.last());
      await this.expectTask('done', card);
    }
  }

  async #isDoneSoon(card: Locator): Promise<boolean> {
    const done = card.getByText(this.text.lesson.taskDone, { exact: true });
    return done.waitFor({ timeout: 1_500 }).then(
      () => true,
      () => false,
    );
  }

  async #click(blocks: readonly Block[], within: Locator): Promise<void> {
    const seen = new Map<string, number>();
    for (const block of await this.#deedsOf(blocks)) {
      const label = this.#buttonOf(block);
      const nth = seen.get(label) ?? 0;
      seen.set(label, nth + 1);
      await within.getByRole('button', { name: label, exact: true }).nth(nth).click();
      if (block.kind === 'run' && block.stays) await this.#untilTyped(block);
      else await this.untilPrompt(block.terminal);
    }
  }

  /** Of two variants only the one for this machine can be run. */
  async #deedsOf(blocks: readonly Block[]): Promise<Deed[]> {
    const deeds: Deed[] = [];
    for (const block of blocks) {
      if (block.kind === 'run' || block.kind === 'key') deeds.push(block);
      if (block.kind !== 'variants') continue;
      const isSecond = await this.other(1).first().isVisible();
      deeds.push(...(await this.#deedsOf(isSecond ? block.v2 : block.v1)));
    }
    return deeds;
  }

  /** What unfolds the variant for the other version of control groups. */
  other(version: 1 | 2): Locator {
    return this.page.getByText(fill(this.text.lesson.otherCgroup, { version }), { exact: true });
  }

  async next(): Promise<void> {
    await this.button(this.text.lesson.next).click();
  }

  /** The card of a question. */
  question(quiz: Quiz): Locator {
    return this.page
      .getByRole('region', { name: this.text.quiz.label, exact: true })
      .filter({ hasText: plain(quiz.question) });
  }

  /** Chooses these, and nothing else, or types that; then asks for a verdict. */
  async answer(quiz: Quiz, given: readonly number[] | string): Promise<void> {
    const card = this.question(quiz);
    if (typeof given === 'string') await card.getByRole('textbox').fill(given);
    else {
      const role = quiz.form === 'single' ? 'radio' : 'checkbox';
      for (const [index, choice] of quiz.choices.entries()) {
        const field = card.getByRole(role, { name: plain(choice), exact: true });
        if (given.includes(index)) await field.check();
        else if (role === 'checkbox') await field.uncheck();
      }
    }
    await card.getByRole('button', { name: this.text.quiz.answer, exact: true }).click();
  }

  async expectVerdict(quiz: Quiz, verdict: 'right' | 'wrong' | 'unanswerable'): Promise<void> {
    const told = this.question(quiz).getByRole('status');
    await expect(told.getByText(this.text.quiz[verdict], { exact: true })).toBeVisible();
  }

  #buttonOf(block: Deed): string {
    const terminal = this.text.terminal[block.terminal];
    return block.kind === 'run'
      ? fill(this.text.lesson.runIn, { terminal })
      : fill(this.text.lesson.pressIn, { terminal, key: block.key });
  }

  /** The last line on the screen is a prompt with nothing typed after it. */
  async untilPrompt(name: LessonTerminal): Promise<void> {
    await expect(
      this.terminal(name)
        .getByText(/[#$]\s*$/)
        .last(),
    ).toBeVisible();
  }

  async #untilTyped(block: { terminal: LessonTerminal; command: string }): Promise<void> {
    const words = block.command.split('\n').at(-1)?.split(/\s+/)[0] ?? '';
    await expect(this.terminal(block.terminal)).toContainText(words);
  }
}

/** Presses Tab until the element has the focus, as somebody without a mouse does. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let press = 0; press < 80; press++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('Eighty times Tab did not reach it.');
}
