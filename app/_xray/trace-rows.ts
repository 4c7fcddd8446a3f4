import type { TraceCall } from '../../server/protocol/trace.ts';
import { type HueName, isHueName } from '../_ui/namespace-colour.ts';

/** Steps that are about a namespace without having its name. */
const ABOUT: Readonly<Record<string, HueName>> = {
  layers: 'overlay',
  proc: 'mnt',
  sys: 'mnt',
  dev: 'mnt',
  root: 'mnt',
  capabilities: 'user',
};

/** The namespace, or OverlayFS, that a step of the creation is about; `null` when it is about no single one. */
export function hueOfStep(step: string): HueName | null {
  return isHueName(step) ? step : (ABOUT[step] ?? null);
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
