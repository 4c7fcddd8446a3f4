import type { TraceCall } from '../../server/protocol/trace.ts';
import type { HueName } from '../_ui/namespace-colour.ts';

/** The hue of a step by the words in its name; a step that is about no single namespace has none. */
const HUES: readonly (readonly [RegExp, HueName])[] = [
  [/overlay|upper|lower|layer|base|image|idmap/, 'overlay'],
  [/cgroup|limit|delegat/, 'cgroup'],
  [/uts|hostname/, 'uts'],
  [/net|lo\b|loopback/, 'net'],
  [/ipc|mqueue/, 'ipc'],
  [/user|uid|gid|cap|bounding/, 'user'],
  [/mnt|mount|root|proc|sys|dev|tmpfs|pts|tty/, 'mnt'],
  [/pid|init/, 'pid'],
];

/** The namespace, or OverlayFS, that a step of the creation is about. */
export function hueOfStep(step: string): HueName | null {
  if (/seccomp|exec|clone/.test(step)) return null;
  return HUES.find(([words]) => words.test(step))?.[1] ?? null;
}

/** When the last call had ended, in nanoseconds from the beginning. */
export function totalNs(trace: readonly TraceCall[]): number {
  return trace.reduce((latest, call) => Math.max(latest, call.startedNs + call.durationNs), 0);
}

const UNITS = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
] as const;

/** A duration with three digits at most: `640 ns`, `12.3 µs`, `1.42 ms`. */
export function durationText(ns: number): string {
  for (const [size, unit] of UNITS) {
    if (ns >= size) return `${Number((ns / size).toPrecision(3))} ${unit}`;
  }
  return `${Math.round(ns)} ns`;
}
