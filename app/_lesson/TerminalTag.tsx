'use client';

import type { LessonTerminal } from '../../server/protocol/identifiers.ts';
import { useText } from '../_messages/text.tsx';
import { Icon } from '../_ui/Icon.tsx';

/** Which of the two terminals something is meant for. */
export function TerminalTag({ terminal }: { terminal: LessonTerminal }) {
  const text = useText();
  return (
    <span className="inline-flex items-center gap-1.5 text-12 text-ink-2">
      <Icon name={terminal === 'machine' ? 'terminal' : 'xray'} className="text-ink-3" />
      {text.terminal[terminal]}
    </span>
  );
}
