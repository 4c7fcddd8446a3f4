import type { CheckState, StepState } from '../../server/protocol/check.ts';
import { PATIENCE } from '../../server/testing/patience.ts';
import { needsOfCheck } from '../../server/warden/check/needs.ts';
import type { Sandbox } from '../../server/warden/sandbox.ts';
import type { Watch } from '../../server/warden/watch.ts';
import type { Step } from '../schema.ts';

/** A green check later than this after the deed is too late for a learner; longer where the machine is emulated. */
const GREEN_WITHIN_MS = 1_000 * PATIENCE;

/**
 * Looks that a check may take to turn green, on a host that is too busy to look five times in a second. Where looks
 * come at their own pace, the second is over later.
 */
const GREEN_WITHIN_LOOKS = 4;

/** Not even a busy host takes longer for them. */
const LOOKS_MS_MAX = 15_000 * PATIENCE;

/** A probe comes in its turn, and takes as long as its command does. */
const PROBED_WITHIN_MS = 5_000 * PATIENCE;

/** The checks of one step, watched as the page watches them. */
export class WatchedStep {
  readonly #sandbox: Sandbox;
  readonly #watch: Watch;
  readonly #step: Step;
  #state: StepState | undefined;
  #told: () => void = () => {};

  constructor(sandbox: Sandbox, lesson: string, step: Step) {
    this.#sandbox = sandbox;
    this.#step = step;
    const checks = step.tasks.map(({ check }) => ({
      conditions: check.conditions.map(({ assert }) => assert),
      hints: check.hints.map(({ when }) => when),
    }));
    this.#watch = {
      key: `${lesson}/${step.id}`,
      checks: checks.length === 0 ? undefined : checks,
      xray: false,
      tellCheck: (state) => {
        this.#state = state;
        this.#told();
      },
      tellXray: () => {},
    };
    sandbox.watcher.add(this.#watch);
  }

  /** Asks the kernel now. Twice, because the first answer may have been on its way already. */
  async look(): Promise<void> {
    if (this.#watch.checks === undefined) return;
    for (const _time of [1, 2]) {
      const told = this.#nextTold();
      this.#sandbox.watcher.look(this.#watch);
      await told;
    }
  }

  /** True when the check of a task is done, as far as it was looked. */
  isDone(task: number): boolean {
    return this.#check(task)?.done ?? false;
  }

  /** True when the step has more than the kernel was asked about. */
  get cut(): boolean {
    return this.#state?.cut ?? false;
  }

  /** Numbers of the state hints of a task that are up. */
  hintsUp(task: number): number[] {
    return (this.#check(task)?.hints ?? []).flatMap((isUp, index) => (isUp ? [index] : []));
  }

  /** Waits for a check to turn green, without asking. `null` when it stays red for longer than a learner waits. */
  greenAfterMs(task: number): Promise<number | null> {
    return this.#until(task, () => this.isDone(task));
  }

  /** Waits in the same way for a state hint. */
  hintAfterMs(task: number, hint: number): Promise<number | null> {
    return this.#until(task, () => this.hintsUp(task).includes(hint));
  }

  /** Which conditions are still missing, in the learner's words. */
  missing(task: number): string {
    const labels = this.#step.tasks[task]?.check.conditions.map(({ label }) => label) ?? [];
    const state = this.#check(task)?.conditions ?? [];
    return labels.filter((_, index) => !state[index]).join('; ');
  }

  end(): void {
    this.#sandbox.watcher.remove(this.#watch);
  }

  #check(task: number): CheckState | undefined {
    return this.#state?.checks[task];
  }

  async #until(task: number, isSo: () => boolean): Promise<number | null> {
    const question = this.#watch.checks?.[task];
    const probed = question !== undefined && needsOfCheck(question).probes.length > 0;
    const began = performance.now();
    const { watcher } = this.#sandbox;
    const looked = watcher.looks;
    let late = false;
    const end = () => {
      const isBusy = watcher.looks - looked < GREEN_WITHIN_LOOKS;
      late = !isBusy || performance.now() - began > LOOKS_MS_MAX;
      if (late) this.#told();
      else timer = setTimeout(end, GREEN_WITHIN_MS / 4);
    };
    let timer = setTimeout(end, probed ? PROBED_WITHIN_MS : GREEN_WITHIN_MS);
    while (!isSo() && !late) await this.#nextTold();
    clearTimeout(timer);
    return isSo() ? performance.now() - began : null;
  }

  #nextTold(): Promise<void> {
    return new Promise((resolve) => {
      this.#told = resolve;
    });
  }
}
