'use client';

import type { Block } from '../../lessons/schema.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Icon } from '../_ui/Icon.tsx';
import { ReadOnlyProvider, useLessonActions } from './actions.ts';
import { Blocks } from './Blocks.tsx';

type VariantsProps = { v1: readonly Block[]; v2: readonly Block[] };

/**
 * The same for both versions of control groups: what fits the learner's machine, and the other one to
 * read. Before the machine is known it is taken for version 2, as most are.
 */
export function Variants({ v1, v2 }: VariantsProps) {
  const { lesson } = useText();
  const { cgroupVersion } = useLessonActions();
  const isFirst = cgroupVersion === 1;
  return (
    <div className="flex flex-col gap-2">
      <Blocks blocks={isFirst ? v1 : v2} />
      <details className="group">
        <summary className="inline-flex items-center gap-1.5 rounded-6 text-13 text-ink-2 hover:text-ink">
          <Icon name="chevron-right" className="group-open:rotate-90" />
          {fill(lesson.otherCgroup, { version: isFirst ? 2 : 1 })}
        </summary>
        <div className="mt-2 border-l border-ink-3 pl-4">
          <ReadOnlyProvider value={true}>
            <Blocks blocks={isFirst ? v2 : v1} />
          </ReadOnlyProvider>
        </div>
      </details>
    </div>
  );
}
