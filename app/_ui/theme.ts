'use client';

import { useSyncExternalStore } from 'react';
import { readStored, writeStored } from './stored.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** `public/before-paint.js` reads the same key before the first paint. */
const KEY = 'glassbox.theme';
const DARK = '(prefers-color-scheme: dark)';

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  const media = matchMedia(DARK);
  listeners.add(listener);
  media.addEventListener('change', listener);
  addEventListener('storage', applyStored);
  return () => {
    listeners.delete(listener);
    media.removeEventListener('change', listener);
    if (listeners.size === 0) removeEventListener('storage', applyStored);
  };
}

/** Another tab may have chosen another theme. */
function applyStored(): void {
  const stored = readStored(KEY);
  applyTheme(stored === 'light' || stored === 'dark' ? stored : 'system');
}

function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  for (const listener of listeners) listener();
}

function currentTheme(): Theme {
  const marked = document.documentElement.dataset.theme;
  return marked === 'light' || marked === 'dark' ? marked : 'system';
}

/** Chooses a theme and remembers it; `system` forgets the choice. */
export function chooseTheme(theme: Theme): void {
  writeStored(KEY, theme === 'system' ? null : theme);
  applyTheme(theme);
}

/** The theme that was chosen. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, currentTheme, () => 'system');
}

/** What is really shown now, for what cannot follow CSS by itself. */
export function useColourScheme(): 'light' | 'dark' {
  return useSyncExternalStore(
    subscribe,
    () => {
      const theme = currentTheme();
      if (theme !== 'system') return theme;
      return matchMedia(DARK).matches ? 'dark' : 'light';
    },
    () => 'light',
  );
}
