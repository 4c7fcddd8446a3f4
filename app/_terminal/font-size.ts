import { readStored, writeStored } from '../_ui/stored.ts';

export const FONT_SIZE = { min: 8, normal: 13, max: 32 } as const;

const KEY = 'glassbox.terminal-font-size';

const listeners = new Set<() => void>();

/** The size of text in terminals, in pixels: the one that was chosen, on every page. */
export function fontSize(): number {
  const stored = Number(readStored(KEY));
  if (!Number.isInteger(stored) || stored < FONT_SIZE.min || stored > FONT_SIZE.max)
    return FONT_SIZE.normal;
  return stored;
}

/** Chooses a size for all terminals, as near as the bounds allow. */
export function chooseFontSize(size: number): void {
  const next = Math.min(Math.max(size, FONT_SIZE.min), FONT_SIZE.max);
  writeStored(KEY, next === FONT_SIZE.normal ? null : String(next));
  for (const changed of listeners) changed();
}

/** Calls back when another size was chosen, in another tab too. Returns what ends that. */
export function watchFontSize(changed: () => void): () => void {
  const stored = (event: StorageEvent) => {
    if (event.key === KEY) changed();
  };
  listeners.add(changed);
  addEventListener('storage', stored);
  return () => {
    listeners.delete(changed);
    removeEventListener('storage', stored);
  };
}
