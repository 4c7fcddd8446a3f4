import type { SandboxNeed } from '../../server/protocol/needs.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Button } from '../_ui/Button.tsx';
import { Strip } from './Strip.tsx';
import type { UnmetNeeds } from './unmet-needs.ts';

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
