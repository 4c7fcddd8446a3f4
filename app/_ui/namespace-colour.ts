import type { NamespaceName } from '../../server/protocol/namespace.ts';

/** What has a hue of its own: the eight namespaces, and OverlayFS. */
export type HueName = NamespaceName | 'overlay';

/** Classes by namespace, in full because Tailwind finds class names by reading the source. */
export const HUE_CLASSES = {
  user: { text: 'text-ns-user', background: 'bg-ns-user', stroke: 'stroke-ns-user' },
  mnt: { text: 'text-ns-mnt', background: 'bg-ns-mnt', stroke: 'stroke-ns-mnt' },
  pid: { text: 'text-ns-pid', background: 'bg-ns-pid', stroke: 'stroke-ns-pid' },
  net: { text: 'text-ns-net', background: 'bg-ns-net', stroke: 'stroke-ns-net' },
  ipc: { text: 'text-ns-ipc', background: 'bg-ns-ipc', stroke: 'stroke-ns-ipc' },
  uts: { text: 'text-ns-uts', background: 'bg-ns-uts', stroke: 'stroke-ns-uts' },
  cgroup: { text: 'text-ns-cgroup', background: 'bg-ns-cgroup', stroke: 'stroke-ns-cgroup' },
  time: { text: 'text-ns-time', background: 'bg-ns-time', stroke: 'stroke-ns-time' },
  overlay: { text: 'text-ns-overlay', background: 'bg-ns-overlay', stroke: 'stroke-ns-overlay' },
} as const satisfies Record<HueName, { text: string; background: string; stroke: string }>;

/** Narrows a word to something that has a hue. */
export function isHueName(word: string): word is HueName {
  return Object.hasOwn(HUE_CLASSES, word);
}
