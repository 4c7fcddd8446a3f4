import type { TraceCall } from '../../server/protocol/trace.ts';
import { type HueName, isHueName } from '../_ui/namespace-colour.ts';

/** Calls of one step that one side made one after the other. */
export type TraceGroup = {
  readonly step: string;
  readonly side: TraceCall['side'];
  readonly calls: readonly TraceCall[];
  /** Time spent in its calls. */
  readonly durationNs: number;
  readonly failed: boolean;
};

/** The trace as steps, in the order in which they were taken. */
export function groupsOf(trace: readonly TraceCall[]): TraceGroup[] {
  const runs: TraceCall[][] = [];
  for (const call of trace) {
    const last = runs.at(-1);
    if (last?.[0]?.step === call.step && last[0].side === call.side) last.push(call);
    else runs.push([call]);
  }
  return runs.flatMap((calls) => {
    const [first] = calls;
    if (!first) return [];
    const durationNs = calls.reduce((sum, call) => sum + call.durationNs, 0);
    const failed = calls.some((call) => call.error !== null);
    return [{ step: first.step, side: first.side, calls, durationNs, failed }];
  });
}

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
