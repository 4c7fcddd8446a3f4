import { useEffect, useRef } from 'react';
import type { Machine } from './lab-state.ts';

const SIGNS_OF_LIFE = ['keydown', 'pointerdown', 'pointermove'] as const;

/** Says in the title of the tab that the turn of a page that waited has come, until somebody is there. */
export function useTurnTitle(kind: Machine['kind'], sentence: string): void {
  const waited = useRef(false);
  useEffect(() => {
    if (kind === 'waiting') waited.current = true;
    if (kind === 'gone' || kind === 'left-line' || kind === 'failed') waited.current = false;
    if (kind !== 'running' || !waited.current) return;
    waited.current = false;
    const { title } = document;
    document.title = `${sentence} · ${title}`;
    const restore = () => {
      document.title = title;
      for (const sign of SIGNS_OF_LIFE) removeEventListener(sign, restore, { capture: true });
    };
    for (const sign of SIGNS_OF_LIFE) {
      addEventListener(sign, restore, { capture: true, passive: true });
    }
    return restore;
  }, [kind, sentence]);
}
