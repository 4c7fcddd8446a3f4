'use client';

import type { ReactNode } from 'react';
import { useText } from '../_messages/text.tsx';
import { HUE_CLASSES, type HueName } from './namespace-colour.ts';

/** A word in the hue of its namespace. The dotted line and the name on hover say it without colour. */
export function NamespaceName({ name, children }: { name: HueName; children?: ReactNode }) {
  const text = useText();
  return (
    <span className={`namespace-word ${HUE_CLASSES[name]}`} title={text.namespace[name]}>
      {children ?? text.namespace[name]}
    </span>
  );
}
