'use client';

import { useEffect, useState } from 'react';
import { useText } from '../_messages/text.tsx';
import { IconButton } from '../_ui/Button.tsx';
import { copyText } from '../_ui/copy.ts';

const FEEDBACK_MS = 2000;

/** Copies a text and says whether that worked, to the eye and to a screen reader. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const { lesson } = useText();
  const [result, setResult] = useState<'copied' | 'refused' | null>(null);

  useEffect(() => {
    if (result === null) return;
    const timer = setTimeout(() => setResult(null), FEEDBACK_MS);
    return () => clearTimeout(timer);
  }, [result]);

  const copy = async () => setResult((await copyText(text)) ? 'copied' : 'refused');

  return (
    <span className="inline-flex items-center gap-1">
      <span
        role="status"
        className={`text-12 ${result === 'refused' ? 'text-bad' : 'text-ok'} ${result === null ? 'sr-only' : ''}`}
      >
        {result === 'copied' && lesson.copied}
        {result === 'refused' && lesson.copyFailed}
      </span>
      <IconButton icon={result === 'copied' ? 'check' : 'copy'} label={label} onClick={copy} />
    </span>
  );
}
