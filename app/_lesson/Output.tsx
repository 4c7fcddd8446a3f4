'use client';

import type { OutputLine } from '../../lessons/schema.ts';
import { useText } from '../_messages/text.tsx';

/** What the machine should answer. What may be different for this learner is underlined, and the line below says so. */
export function Output({ lines }: { lines: readonly OutputLine[] }) {
  const { lesson } = useText();
  const varies = lines.some((line) => line.some((part) => part.varies));
  return (
    <div className="border-t border-line px-3 py-2.5">
      <p className="pb-1 text-12 text-ink-3">
        {lesson.output}
        {varies && ` · ${lesson.outputVaries}`}
      </p>
      <pre className="overflow-x-auto font-mono text-13 text-ink-2">
        <samp>
          {lines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a lesson's lines never move
            <Line key={index} line={line} />
          ))}
        </samp>
      </pre>
    </div>
  );
}

function Line({ line }: { line: OutputLine }) {
  return (
    <>
      {line.map((part, index) =>
        part.varies ? (
          <i
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a line never move
            key={index}
            className="not-italic underline decoration-ink-3 decoration-dotted underline-offset-4"
          >
            {part.text}
          </i>
        ) : (
          part.text
        ),
      )}
      {'\n'}
    </>
  );
}
