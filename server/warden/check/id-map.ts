/** A line of a uid_map or gid_map as the host reads it: ids in the namespace, and on the host. */
export type IdExtent = { readonly inside: number; readonly host: number; readonly count: number };

/** What the kernel shows for an id that has no number in a namespace: `nobody`. See user_namespaces(7). */
export const OVERFLOW_ID = 65_534;

/** The lines of a map. A namespace whose map was not written yet has none. */
export function parseIdMap(text: string): readonly IdExtent[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([inside, host, count]) =>
      inside === undefined || host === undefined || count === undefined
        ? []
        : [{ inside, host, count }],
    );
}

/** The number that an id of the host has in the namespace, if it has one. */
export function idInside(map: readonly IdExtent[], hostId: number): number | undefined {
  const extent = map.find(({ host, count }) => hostId >= host && hostId - host < count);
  return extent === undefined ? undefined : extent.inside + hostId - extent.host;
}

/** As a program in the namespace is told its own id. Nothing, if the map is not known. */
export function shownId(
  map: readonly IdExtent[] | undefined,
  hostId: number | undefined,
): number | undefined {
  if (map === undefined || hostId === undefined) return undefined;
  return idInside(map, hostId) ?? OVERFLOW_ID;
}
