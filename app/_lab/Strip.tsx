import type { ReactNode } from 'react';
import { Icon } from '../_ui/Icon.tsx';

type StripProps = {
  readonly tone: 'warn' | 'plain';
  readonly text: ReactNode;
  readonly children: ReactNode;
};

/** One line between the top bar and the page: a sentence and what can be done about it. */
export function Strip({ tone, text, children }: StripProps) {
  return (
    <div className="lab-notice" data-tone={tone}>
      {tone === 'warn' && <Icon name="warning" className="text-warn" />}
      <p>{text}</p>
      <div className="flex gap-2">{children}</div>
    </div>
  );
}
