import { useSyncExternalStore } from 'react';

/** A state outside of React that components are views of. */
export type Observable<State> = {
  readonly get: () => State;
  readonly set: (change: Partial<State>) => void;
  readonly subscribe: (changed: () => void) => () => void;
};

/** A state that tells who watches it when it has changed. */
export function createObservable<State extends object>(initial: State): Observable<State> {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    set(change) {
      state = { ...state, ...change };
      for (const changed of listeners) changed();
    },
    subscribe(changed) {
      listeners.add(changed);
      return () => {
        listeners.delete(changed);
      };
    },
  };
}

/** A part of an observable state. `select` returns parts as they are in the state, never new objects. */
export function useObservable<State, Part>(
  { get, subscribe }: Observable<State>,
  select: (state: State) => Part,
): Part {
  return useSyncExternalStore(
    subscribe,
    () => select(get()),
    () => select(get()),
  );
}
