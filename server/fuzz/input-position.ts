import type { Chance } from '../churn/chance.ts';
import type { InputPosition } from '../protocol/terminal.ts';

/** What a page could say of its input, whether that is true or not. */
export function inputPosition(chance: Chance): InputPosition {
  return {
    stream: chance
      .below(2 ** 32)
      .toString(16)
      .padStart(32, '0'),
    from: chance.pick([0, 1, 2 ** 40]),
    end: chance.pick([0, 70_000, Number.MAX_SAFE_INTEGER]),
    shell: chance.below(3),
  };
}
