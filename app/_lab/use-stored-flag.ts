import { useEffect, useState } from 'react';
import { readStored, writeStored } from '../_ui/stored.ts';

/** A setting that is on or off and remembered. Off while the page is rendered at build time. */
export function useStoredFlag(key: string): [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(false);
  useEffect(() => setOn(readStored(key) === 'on'), [key]);
  const choose = (next: boolean) => {
    writeStored(key, next ? 'on' : null);
    setOn(next);
  };
  return [on, choose];
}
