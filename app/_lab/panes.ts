/** The four parts of the page, in the order in which F6 goes through them. */
export const PANES = ['lesson', 'machine', 'container', 'xray'] as const;
export type PaneName = (typeof PANES)[number];

/** The pane after (or before) one; from outside of all, the first (or last). */
export function neighbour(pane: PaneName | undefined, backwards: boolean): PaneName {
  const index = pane === undefined ? (backwards ? 0 : -1) : PANES.indexOf(pane);
  const next = (index + (backwards ? -1 : 1) + PANES.length) % PANES.length;
  return PANES[next] ?? 'lesson';
}

/** Narrows what an element says it is. */
export function isPaneName(name: string | undefined): name is PaneName {
  return PANES.some((pane) => pane === name);
}
