import { INITIAL_LAB_STATE, type LabEvent, type LabState, transition } from './lab-state.ts';

/** Holds the lab's state outside React; components are views of it. */
export type LabStore = {
  readonly get: () => LabState;
  readonly subscribe: (changed: () => void) => () => void;
  readonly dispatch: (event: LabEvent) => void;
};

/** A store in its initial state. Touches nothing of the browser: it can be made while rendering. */
export function createLabStore(): LabStore {
  let state = INITIAL_LAB_STATE;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    subscribe(changed) {
      listeners.add(changed);
      return () => {
        listeners.delete(changed);
      };
    },
    dispatch(event) {
      const next = transition(state, event);
      if (next === state) return;
      state = next;
      for (const changed of listeners) changed();
    },
  };
}
