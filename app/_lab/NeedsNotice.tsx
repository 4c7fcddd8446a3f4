import type { MissingNeed, SandboxNeed } from '../../server/protocol/needs.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Button } from '../_ui/Button.tsx';
import type { Machine } from './lab-state.ts';
import { Strip } from './Strip.tsx';

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

type NeedsNoticeProps = {
  readonly unmet: UnmetNeeds;
  readonly onReset: () => void;
  readonly onClose: () => void;
};

/** The machine was made for another lesson, or the host can't do what this one shows. */
export function NeedsNotice({ unmet, onReset, onClose }: NeedsNoticeProps) {
  const { needs, status } = useText().live;
  const list = (names: readonly SandboxNeed[]) =>
    names.map((name) => needs.names[name]).join(needs.separator);
  if (unmet.lacking.length > 0)
    return (
      <Strip tone="warn" text={fill(needs.lacking, { parts: list(unmet.lacking) })}>
        <Button kind="primary" size="small" onClick={onReset}>
          {status.startNew}
        </Button>
        <Button size="small" onClick={onClose}>
          {needs.goOn}
        </Button>
      </Strip>
    );
  return (
    <Strip
      tone="warn"
      text={
        <>
          {fill(needs.missing, { parts: list(unmet.missing.map(({ need }) => need)) })}{' '}
          <span className="font-mono text-12 text-ink-3">
            {unmet.missing.map(({ why }) => why).join(' ')}
          </span>
        </>
      }
    >
      <Button size="small" onClick={onClose}>
        {needs.goOn}
      </Button>
    </Strip>
  );
}
