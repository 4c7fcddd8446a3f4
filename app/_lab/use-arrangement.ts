import { useCallback, useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { readStored, writeStored } from '../_ui/stored.ts';
import { type Arrangement, DEFAULT_ARRANGEMENT, parseArrangement } from './arrangement.ts';

const KEY = 'glassbox.arrangement';

/** How the groups of terminals stand, remembered in this browser. */
export function useArrangement() {
  const [arrangement, setArrangement] = useState<Arrangement>(DEFAULT_ARRANGEMENT);
  useEffect(() => setArrangement(parseArrangement(readStored(KEY))), []);
  const arrange = useCallback((next: (before: Arrangement) => Arrangement) => {
    // At once, because what is hidden takes no focus.
    flushSync(() =>
      setArrangement((before) => {
        const after = next(before);
        writeStored(KEY, JSON.stringify(after));
        return after;
      }),
    );
  }, []);
  return { arrangement, arrange };
}
