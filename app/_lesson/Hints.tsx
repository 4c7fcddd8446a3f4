'use client';

import { useId, useState } from 'react';
import type { Block, Task } from '../../lessons/schema.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Button } from '../_ui/Button.tsx';
import { Blocks } from './Blocks.tsx';

/** Hints open one at a time; behind the last one waits the solution, which asks once before it shows. */
export function Hints({ task }: { task: Task }) {
  const { lesson } = useText();
  const [opened, setOpened] = useState(0);
  const total = task.hints.length;
  return (
    <div className="flex flex-col items-start gap-4">
      {task.hints.slice(0, opened).map((hint, index) => (
        <Opened
          // biome-ignore lint/suspicious/noArrayIndexKey: hints open in order and never move
          key={index}
          name={fill(lesson.hint, { number: index + 1 })}
          blocks={hint}
        />
      ))}
      {opened < total && (
        <Button
          kind="quiet"
          icon="chevron-right"
          className="-ml-3"
          onClick={() => setOpened(opened + 1)}
        >
          {fill(lesson.showHint, { number: opened + 1, total })}
        </Button>
      )}
      {opened === total && <Solution blocks={task.solution} />}
    </div>
  );
}

function Solution({ blocks }: { blocks: readonly Block[] }) {
  const { lesson } = useText();
  const [state, setState] = useState<'closed' | 'asking' | 'open'>('closed');
  switch (state) {
    case 'closed':
      return (
        <Button
          kind="quiet"
          icon="chevron-right"
          className="-ml-3"
          onClick={() => setState('asking')}
        >
          {lesson.showSolution}
        </Button>
      );
    case 'asking':
      return (
        <div className="flex flex-wrap items-center gap-2 text-13">
          <p ref={focusIt} tabIndex={-1} className="w-full text-ink-2">
            {lesson.solutionAsk}
          </p>
          <Button onClick={() => setState('closed')}>{lesson.solutionNo}</Button>
          <Button kind="quiet" onClick={() => setState('open')}>
            {lesson.solutionYes}
          </Button>
        </div>
      );
    case 'open':
      return <Opened name={lesson.solution} blocks={blocks} />;
  }
}

/** What was just opened gets the focus, as the button that opened it is gone: reading goes on here. */
function Opened({ name, blocks }: { name: string; blocks: readonly Block[] }) {
  const heading = useId();
  return (
    <section aria-labelledby={heading} className="w-full border-l border-ink-3 pl-4">
      <h3
        ref={focusIt}
        id={heading}
        tabIndex={-1}
        className="pb-1 text-13 font-semibold text-ink-2"
      >
        {name}
      </h3>
      <Blocks blocks={blocks} />
    </section>
  );
}

function focusIt(element: HTMLElement | null): void {
  element?.focus({ preventScroll: true });
}
