import type { Text } from '../_messages/en.ts';
import { fill } from '../_messages/fill.ts';
import type { Machine } from './lab-state.ts';

/** Below this the clock warns. */
export const WARN_BELOW_MS = 10 * 60_000;

/** How long the machine still lives, by the lab's clock; `null` when there is none. */
export function timeLeftMs(machine: Machine, now: number): number | null {
  if (machine.kind !== 'running' || now === 0) return null;
  return Math.max(machine.state.expiresAt - (now + machine.clockOffsetMs), 0);
}

/** Whole minutes: a clock that counts seconds makes nervous. */
export function timeLeftText(leftMs: number, clock: Text['live']['clock']): string {
  const minutes = Math.floor(leftMs / 60_000);
  if (minutes < 1) return clock.lastMinute;
  if (minutes < 60) return fill(clock.minutes, { minutes });
  return fill(clock.hours, { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}
