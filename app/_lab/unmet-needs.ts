import type { MissingNeed, SandboxNeed } from '../../server/protocol/needs.ts';
import type { Machine } from './lab-state.ts';

/** What a lesson asks of a machine and this machine does not have. */
export type UnmetNeeds = {
  /** A new machine would have these. */
  readonly lacking: readonly SandboxNeed[];
  /** This host can't give these to any machine. */
  readonly missing: readonly MissingNeed[];
};

/** Compares the lesson's needs with the machine's parts; `null` when all are met, or nothing runs. */
export function unmetNeeds(needs: readonly SandboxNeed[], machine: Machine): UnmetNeeds | null {
  if (machine.kind !== 'running') return null;
  const { state } = machine;
  const lacking = needs.filter((need) => !state.needs.includes(need));
  const missing = state.missing.filter(({ need }) => needs.includes(need));
  return lacking.length + missing.length === 0 ? null : { lacking, missing };
}
