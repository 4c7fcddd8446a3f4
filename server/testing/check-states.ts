import type { TestContext } from 'node:test';
import type { Assertion } from '../protocol/check.ts';
import { eventually } from './eventually.ts';
import type { Machine } from './machine.ts';

/** What a learner does, and what is true of it then, and what is not. */
export type State = {
  readonly title: string;
  readonly script: string;
  readonly yes: readonly Assertion[];
  readonly no: readonly Assertion[];
};

/** Holds each state, one after the other, in one machine. None of what will be true is so before. */
export async function holdStates(
  context: TestContext,
  machine: Machine,
  states: readonly State[],
): Promise<void> {
  for (const { title, script, yes, no } of states) {
    await context.test(title, async () => {
      for (const condition of yes) {
        if (await machine.holds(condition)) throw new Error(`before: ${JSON.stringify(condition)}`);
      }
      const printed = await machine.run(script);
      for (const condition of yes) {
        await eventually(
          () => `${JSON.stringify(condition)}; the script printed ${printed}`,
          () => machine.holds(condition),
        );
      }
      for (const condition of no) {
        if (await machine.holds(condition)) throw new Error(`true: ${JSON.stringify(condition)}`);
      }
    });
  }
}
