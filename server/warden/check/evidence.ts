import type { FilePattern, Probe, Side } from '../../protocol/check.ts';
import { NAMESPACES, type NamespaceName } from '../../protocol/namespace.ts';
import type { Snapshot } from '../snapshot.ts';
import { type IdExtent, parseIdMap } from './id-map.ts';

export type Process = Snapshot['processes'][number];
export type Namespace = Snapshot['namespaces'][number];

/** What the kernel has answered, and what "machine" means in this sandbox. */
export type EvidenceSource = {
  readonly snapshot: Snapshot;
  /** Inodes of the namespaces that PID 1 of the sandbox is in. */
  readonly machine: Readonly<Record<NamespaceName, string>>;
  /** The hostname the sandbox was born with. */
  readonly hostname: string;
  readonly cgroupVersion: 1 | 2;
};

/** What an assertion is held against: all of one moment. */
export type Evidence = EvidenceSource & {
  readonly processes: readonly Process[];
  readonly namespaces: ReadonlyMap<string, Namespace>;
  /** How many processes are in a namespace. */
  readonly members: ReadonlyMap<string, number>;
  readonly uidMaps: ReadonlyMap<string, readonly IdExtent[]>;
  readonly gidMaps: ReadonlyMap<string, readonly IdExtent[]>;
  /** Which file assertions and probes were true, by `askedAs`. What was not answered is not there. */
  readonly answers: ReadonlyMap<string, boolean>;
};

/** By what an answer that is not in the snapshot is found. */
export const askedAs = (asked: FilePattern | Probe): string => JSON.stringify(asked);

export function evidenceOf(
  source: EvidenceSource,
  answers: ReadonlyMap<string, boolean> = new Map(),
): Evidence {
  const { snapshot } = source;
  const { processes } = snapshot;
  const members = new Map<string, number>();
  for (const process of processes) {
    for (const type of NAMESPACES) {
      const inode = process.namespaces[type];
      if (inode !== null) members.set(inode, (members.get(inode) ?? 0) + 1);
    }
  }
  return {
    ...source,
    processes,
    members,
    answers,
    namespaces: new Map(snapshot.namespaces.map((namespace) => [namespace.inode, namespace])),
    uidMaps: mapsOf(snapshot, 'uidMap'),
    gidMaps: mapsOf(snapshot, 'gidMap'),
  };
}

/** A namespace that could not be read is on neither side. */
export function sideOf(
  type: NamespaceName,
  inode: string | null | undefined,
  { machine }: Pick<Evidence, 'machine'>,
): Side | undefined {
  if (inode === null || inode === undefined) return undefined;
  return inode === machine[type] ? 'machine' : 'other';
}

function mapsOf(snapshot: Snapshot, key: 'uidMap' | 'gidMap'): Map<string, readonly IdExtent[]> {
  const maps = new Map<string, readonly IdExtent[]>();
  for (const namespace of snapshot.namespaces) {
    const text = namespace[key];
    if (text !== undefined) maps.set(namespace.inode, parseIdMap(text));
  }
  return maps;
}
