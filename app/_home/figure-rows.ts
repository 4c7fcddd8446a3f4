import type { NamespaceName } from '../../server/protocol/namespace.ts';

/** One question about a process, and the two answers. Without a namespace between them they are equal. */
export const FIGURE_ROWS = [
  { question: 'pid', namespace: 'pid', machine: '2041', container: '1' },
  { question: 'uts', namespace: 'uts', machine: 'machine', container: 'web' },
  { question: 'mnt', namespace: 'mnt', machine: '/srv/web', container: '/' },
  { question: 'net', namespace: 'net', machine: 'veth0', container: 'eth0' },
  { question: 'user', namespace: 'user', machine: '100000', container: '0' },
  { question: 'kernel', namespace: null, machine: 'Linux 6.12', container: 'Linux 6.12' },
] as const satisfies readonly {
  question: string;
  namespace: NamespaceName | null;
  machine: string;
  container: string;
}[];

export type FigureRow = (typeof FIGURE_ROWS)[number];
