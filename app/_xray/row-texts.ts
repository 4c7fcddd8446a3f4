import type { Text } from '../_messages/en.ts';
import type { SideRow } from './side-rows.ts';

const MEANINGS = {
  hostname: 'hostname',
  pids: 'pid',
  uid: 'uid',
  pid: 'pidNamespace',
  user: 'user',
  mnt: 'mnt',
  net: 'net',
  ipc: 'ipc',
  uts: 'uts',
  cgroup: 'cgroup',
  time: 'time',
} as const satisfies Record<SideRow['id'], keyof Text['live']['sides']['meanings']>;

/** What a row asks, and what its answer means, in the page's language. */
export function nameOf(row: SideRow, text: Text): { name: string; meaning: string } {
  const { sides } = text.live;
  const meaning =
    row.relation === 'unknown'
      ? sides.meanings.unknown
      : sides.meanings[MEANINGS[row.id]][row.relation];
  switch (row.id) {
    case 'hostname':
      return { name: sides.hostname, meaning };
    case 'pids':
      return { name: sides.pid, meaning };
    case 'uid':
      return { name: sides.uid, meaning };
    default:
      return { name: text.namespace[row.id], meaning };
  }
}
