import { useSyncExternalStore } from 'react';
import { INITIAL_LAB_STATE, type LabState } from './lab-state.ts';
import type { LabStore } from './store.ts';

/** A part of the lab's state. `select` returns parts as they are in the state, never new objects. */
export function useLab<Part>(store: LabStore, select: (state: LabState) => Part): Part {
  return useSyncExternalStore(
    store.subscribe,
    () => select(store.get()),
    () => select(INITIAL_LAB_STATE),
  );
}
