'use client';

import { createContext, type ReactNode, useContext } from 'react';
import type { Text } from './en.ts';

export { fill } from './fill.ts';

const TextContext = createContext<Text | null>(null);

/** Hands the texts of the page's language to its client components. */
export function TextProvider({ text, children }: { text: Text; children: ReactNode }) {
  return <TextContext value={text}>{children}</TextContext>;
}

/** The texts of the page's language. */
export function useText(): Text {
  const text = useContext(TextContext);
  if (text === null) throw new Error('useText: no TextProvider above this component.');
  return text;
}
