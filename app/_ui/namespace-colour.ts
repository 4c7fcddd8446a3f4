import type { NamespaceName } from '../../server/protocol/namespace.ts';

/** What has a hue of its own: the eight namespaces, and OverlayFS. */
export type HueName = NamespaceName | 'overlay';

/**
 * Class that gives words, and lines in `currentColor`, the hue of a namespace. Written in full because
 * Tailwind finds class names by reading the source.
 */
export const HUE_CLASSES = {
  user: 'text-ns-user',
  mnt: 'text-ns-mnt',
  pid: 'text-ns-pid',
  net: 'text-ns-net',
  ipc: 'text-ns-ipc',
  uts: 'text-ns-uts',
  cgroup: 'text-ns-cgroup',
  time: 'text-ns-time',
  overlay: 'text-ns-overlay',
} as const satisfies Record<HueName, string>;

/** Narrows a word to something that has a hue. */
export function isHueName(word: string): word is HueName {
  return Object.hasOwn(HUE_CLASSES, word);
}
