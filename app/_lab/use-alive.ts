import { useEffect, useRef } from 'react';
import type { LabSession } from './session.ts';

/** How often a page says that it is read; the lab counts no gap of more than a minute. */
const ALIVE_EVERY_MS = 20_000;

/** Somebody who reads a long step scrolls, types or moves the mouse at least this often. */
const USED_WITHIN_MS = 180_000;

const SIGNS_OF_USE = ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchmove'] as const;

/** Tells the lab, while the page is seen and used, that somebody reads this step. */
export function useAlive(session: LabSession, lesson: string, step: string, live: boolean): void {
  // Who opens a page uses it; a connection that comes back by itself is no use.
  const usedAt = useRef<number>(undefined);
  useEffect(() => {
    if (!live) return;
    usedAt.current ??= performance.now();
    let pointer = '';
    const used = (event: Event) => {
      // Browsers say that the pointer moved when the page moved below it.
      const place = event instanceof MouseEvent ? `${event.screenX} ${event.screenY}` : '';
      if (event.type === 'pointermove' && place === pointer) return;
      pointer = place;
      usedAt.current = performance.now();
    };
    const tell = () => {
      if (performance.now() - (usedAt.current ?? 0) < USED_WITHIN_MS) session.alive(lesson, step);
    };
    const tellWhileSeen = () => {
      if (document.visibilityState === 'visible') tell();
    };
    tellWhileSeen();
    const timer = setInterval(tellWhileSeen, ALIVE_EVERY_MS);
    // Both ways: the time until the page was left counts, and a new stretch begins when it is seen again.
    document.addEventListener('visibilitychange', tell);
    for (const sign of SIGNS_OF_USE) addEventListener(sign, used, { passive: true, capture: true });
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tell);
      for (const sign of SIGNS_OF_USE) removeEventListener(sign, used, { capture: true });
    };
  }, [session, lesson, step, live]);
}
