import { useEffect, useRef } from 'react';

/** The keys as assistive technology wants them written. */
export function shortcutOf(keys: string): string {
  return keys.replace('Ctrl', 'Control').replace('⌘', 'Meta+').replace('++', '+Plus');
}

/** Those that are drawn: a narrow page leaves some out. */
export function itemsOf(menu: HTMLElement | null): readonly HTMLElement[] {
  const items = [...(menu?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];
  return items.filter((item) => item.getClientRects().length > 0);
}

/** Which item a key leads to from one, round and round; from none, the first or the last. */
export function nextIndex(key: string, here: number, length: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return (here + 1) % length;
    case 'ArrowUp':
      return (Math.max(here, 0) - 1 + length) % length;
    case 'Home':
      return 0;
    case 'End':
      return length - 1;
    default:
      return undefined;
  }
}

/** A press anywhere else closes it, and so does a window that changes or is left. */
export function useCloseElsewhere(onClose: () => void): void {
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const pressed = ({ target }: Event) => {
      // Its own button closes it by itself.
      const own = '[role="menu"], [aria-haspopup="menu"][aria-expanded="true"]';
      if (!(target instanceof Element && target.closest(own))) close.current();
    };
    const left = () => close.current();
    document.addEventListener('pointerdown', pressed, { capture: true, signal });
    window.addEventListener('blur', left, { signal });
    window.addEventListener('resize', left, { signal });
    return () => stop.abort();
  }, []);
}
