import { fill } from '../_messages/fill.ts';
import type { LifeText } from '../_messages/life.en.ts';
import type { Machine } from './lab-state.ts';

/** The two ends that a machine can have. */
export type End = {
  readonly kind: 'life' | 'idle';
  /** When, by this page's clock. */
  readonly at: number;
  readonly leftMs: number;
};

/** Below this the clock warns. */
export const WARN_BELOW_MS = 5 * 60_000;
const LAST_MS = 60_000;

/** Below this seconds are told: before, they make nervous. */
const SECONDS_BELOW_MS = 120_000;

/** The end that comes first as things are, by the lab's clock; `null` when there is no machine. */
export function nextEnd(machine: Machine, now: number): End | null {
  if (machine.kind !== 'running' || now === 0) return null;
  const { endsAt, idle } = machine.state.life;
  const kind = idle !== null && idle.endsAt < endsAt ? 'idle' : 'life';
  const at = (kind === 'idle' && idle ? idle.endsAt : endsAt) - machine.clockOffsetMs;
  return { kind, at, leftMs: Math.max(at - now, 0) };
}

export type Warning = End & {
  readonly stage: 'soon' | 'last';
  /** The same for the same warning: it is told once. */
  readonly key: string;
};

/** What there is to warn of: the end that is near, five minutes before and again in the last one. */
export function warningOf(machine: Machine, now: number): Warning | null {
  const end = nextEnd(machine, now);
  if (end === null || machine.kind !== 'running') return null;
  // The lab itself says when a machine is unused for so long that it is worth a word.
  if (end.kind === 'life' && end.leftMs >= WARN_BELOW_MS) return null;
  const stage = end.leftMs < LAST_MS ? 'last' : 'soon';
  const { id, life } = machine.state;
  const of = end.kind === 'idle' ? life.idle?.since : life.endsAt;
  return { ...end, stage, key: `${id} ${end.kind} ${stage} ${of}` };
}

/** Whole minutes, and seconds at the end. */
export function timeLeftText(leftMs: number, clock: LifeText['clock']): string {
  const seconds = Math.ceil(leftMs / 1000);
  const minutes = Math.floor(seconds / 60);
  if (leftMs < SECONDS_BELOW_MS) {
    return fill(clock.seconds, { minutes, seconds: String(seconds % 60).padStart(2, '0') });
  }
  if (minutes < 60) return fill(clock.minutes, { minutes });
  return fill(clock.hours, { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/** A time of day, as 17:40. */
export function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString([], {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
}
