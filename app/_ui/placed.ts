import { type RefObject, useLayoutEffect } from 'react';

/** What is kept free between an element and the edge of the window. */
const MARGIN = 8;

/** Puts a fixed element at a point of the window, or as near as it fits, and again when its size changes. */
export function usePlaced(
  ref: RefObject<HTMLElement | null>,
  { x, y }: { readonly x: number; readonly y: number },
): void {
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const place = () => {
      const { width, height } = element.getBoundingClientRect();
      const { clientWidth, clientHeight } = document.documentElement;
      element.style.left = `${within(x, width, clientWidth)}px`;
      element.style.top = `${within(y, height, clientHeight)}px`;
    };
    place();
    const observer = new ResizeObserver(place);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref, x, y]);
}

function within(place: number, length: number, room: number): number {
  return Math.max(MARGIN, Math.min(place, room - length - MARGIN));
}
