import { type RefObject, useCallback, useEffect, useState } from 'react';
import { readStored, writeStored } from '../_ui/stored.ts';
import {
  DEFAULT_LAYOUT,
  type DividerName,
  type Layout,
  moveDivider,
  parseLayout,
} from './layout.ts';

const KEY = 'glassbox.layout';

/**
 * Where the dividers are, remembered in this browser. It reaches the style sheet as custom properties
 * of the element, which the page that is rendered at build time does not have: there the defaults hold.
 */
export function useLayout(element: RefObject<HTMLElement | null>) {
  const [layout, setLayout] = useState<Layout>(DEFAULT_LAYOUT);
  useEffect(() => setLayout(parseLayout(readStored(KEY))), []);
  useEffect(() => {
    for (const [name, percent] of Object.entries(layout))
      element.current?.style.setProperty(`--${name}-share`, `${percent}%`);
  }, [element, layout]);
  const move = useCallback((name: DividerName, percent: number) => {
    setLayout((before) => {
      const after = moveDivider(before, name, percent);
      writeStored(KEY, JSON.stringify(after));
      return after;
    });
  }, []);
  const reset = useCallback((name: DividerName) => move(name, DEFAULT_LAYOUT[name]), [move]);
  return { layout, move, reset };
}
