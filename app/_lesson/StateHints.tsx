'use client';

import type { StateHint } from '../../lessons/schema.ts';
import { useText } from '../_messages/text.tsx';
import { Icon } from '../_ui/Icon.tsx';
import { Inline } from './Inline.tsx';

type StateHintsProps = {
  hints: readonly StateHint[];
  /** Which of them are due. */
  due: readonly boolean[];
};

/**
 * What the kernel's state says about a mistake. It comes and goes by itself, is told politely, and never
 * takes the focus.
 */
export function StateHints({ hints, due }: StateHintsProps) {
  const { lesson } = useText();
  return (
    <div role="status">
      {hints
        .filter((_, index) => due[index])
        .map(({ say }) => (
          <p key={say} className="mt-3 flex gap-2 border-t border-line pt-3">
            <span className="flex shrink-0 items-center gap-1.5 self-start text-13 font-semibold text-warn">
              <Icon name="note" />
              {lesson.noticed}
            </span>
            <span className="flex-1 text-14">
              <Inline text={say} />
            </span>
          </p>
        ))}
    </div>
  );
}
