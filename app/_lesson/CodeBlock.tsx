'use client';

import { useText } from '../_messages/text.tsx';
import { CopyButton } from './CopyButton.tsx';

/** Text to read or to copy, not to run. */
export function CodeBlock({ language, text }: { language: string; text: string }) {
  const { lesson } = useText();
  return (
    <figure className="rounded-6 border border-line bg-raised">
      <figcaption className="flex items-center justify-between border-b border-line py-1 pr-1 pl-3 text-12 text-ink-3">
        <span className="font-mono">{language}</span>
        <CopyButton text={text} label={lesson.copyCode} />
      </figcaption>
      <pre className="overflow-x-auto px-3 py-2.5 font-mono text-13 text-ink">
        <code>{text}</code>
      </pre>
    </figure>
  );
}
