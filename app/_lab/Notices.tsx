'use client';

import { type RefObject, useEffect, useRef, useState } from 'react';
import type { SandboxNeed } from '../../server/protocol/needs.ts';
import type { LiveText } from '../_messages/live.en.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Button } from '../_ui/Button.tsx';
import { LifeTime, LifeWarning } from './LifeNotice.tsx';
import type { LabState, LossCause } from './lab-state.ts';
import { NeedsNotice } from './NeedsNotice.tsx';
import { Strip } from './Strip.tsx';
import type { LabSession } from './session.ts';
import { warningOf } from './time-left.ts';
import { unmetNeeds } from './unmet-needs.ts';
import { useLab } from './use-lab.ts';
import { useNow } from './use-now.ts';

/** What the learner has asked the top bar for. */
export type Asked = 'reset' | 'clock' | null;

type NoticesProps = {
  readonly session: LabSession;
  /** Optional parts of a machine that the lesson asks for. */
  readonly needs: readonly SandboxNeed[];
  readonly asked: Asked;
  readonly onAsk: (asked: Asked) => void;
};

/** A connection that comes back by itself within this many attempts (about a second) is not worth a sentence. */
const QUIET_ATTEMPTS = 3;

/**
 * The one strip between the top bar and the page: what is wrong with the machine or the connection and
 * what to do, or the question whether to reset. In the page, never over it.
 */
export function Notices(props: NoticesProps) {
  return (
    <div role="status" className="lab-notices">
      <CurrentNotice {...props} />
    </div>
  );
}

function CurrentNotice({ session, needs, asked, onAsk }: NoticesProps) {
  const lab = useLab(session.store, (state) => state);
  const now = useNow();
  const [warned, setWarned] = useState<string | null>(null);
  const warning = warningOf(lab.machine, now);
  const machineId = lab.machine.kind === 'running' ? lab.machine.state.id : null;
  const unmet = unmetNeeds(needs, lab.machine);
  const [unmetKnown, setUnmetKnown] = useState<string | null>(null);

  if (lab.link.kind === 'refused') return <Refused />;
  if (isLongLost(lab)) return <Lost lab={lab} now={now} onRetry={session.retryNow} />;
  if (lab.link.kind === 'open' && (lab.machine.kind === 'gone' || lab.machine.kind === 'failed'))
    return <NoMachine machine={lab.machine} onStart={session.startMachine} />;
  if (asked === 'reset') return <ResetQuestion session={session} onAnswer={() => onAsk(null)} />;
  if (lab.error) return <Problem lab={lab} session={session} />;
  if (warning && lab.machine.kind === 'running' && (asked === 'clock' || warned !== warning.key)) {
    const understood = () => {
      setWarned(warning.key);
      onAsk(null);
    };
    return (
      <LifeWarning warning={warning} machine={lab.machine} session={session} onClose={understood} />
    );
  }
  if (unmet !== null && unmetKnown !== machineId)
    return (
      <NeedsNotice
        unmet={unmet}
        onReset={session.resetMachine}
        onClose={() => setUnmetKnown(machineId)}
      />
    );
  if (asked === 'clock' && lab.machine.kind === 'running')
    return <LifeTime machine={lab.machine} session={session} onClose={() => onAsk(null)} />;
  if (lab.unsaved) return <Unsaved />;
  return null;
}

function Unsaved() {
  const { live } = useText();
  return (
    <Strip tone="warn" text={live.unsaved}>
      {null}
    </Strip>
  );
}

function isLongLost({ link }: LabState): boolean {
  return (link.kind === 'lost' || link.kind === 'connecting') && link.attempt >= QUIET_ATTEMPTS;
}

function Refused() {
  const { live } = useText();
  return (
    <Strip tone="warn" text={live.link.refusedText}>
      <Button kind="primary" size="small" onClick={() => location.reload()}>
        {live.link.reload}
      </Button>
    </Strip>
  );
}

function Lost({ lab, now, onRetry }: { lab: LabState; now: number; onRetry: () => void }) {
  const { live } = useText();
  const { link } = lab;
  const seconds = link.kind === 'lost' ? Math.ceil((link.retryAt - now) / 1000) : 0;
  return (
    <Strip
      tone="warn"
      text={
        <>
          {lostText(lab, live)}{' '}
          {/* A countdown is for the eye: read aloud each second it would say nothing else. */}
          <span aria-hidden="true" className="text-ink-3">
            {seconds > 0 ? fill(live.link.retryIn, { seconds }) : ''}
          </span>
        </>
      }
    >
      <Button size="small" onClick={onRetry}>
        {live.link.retryNow}
      </Button>
    </Strip>
  );
}

const LOST_TEXTS = {
  lost: 'lostText',
  restarting: 'restartingText',
  crowded: 'crowdedText',
} as const satisfies Record<LossCause, string>;

function lostText({ link, machine }: LabState, live: LiveText): string {
  if (machine.kind === 'gone' && machine.reason === 'shutdown') return live.status.gone.shutdown;
  return live.link[LOST_TEXTS[link.kind === 'lost' ? link.cause : 'lost']];
}

type NoMachineProps = {
  readonly machine: LabState['machine'] & { kind: 'gone' | 'failed' };
  readonly onStart: () => void;
};

function NoMachine({ machine, onStart }: NoMachineProps) {
  const { status } = useText().live;
  if (machine.kind === 'failed')
    return (
      <Strip
        tone="warn"
        text={
          <>
            {status.errors[machine.error.code]}{' '}
            <span className="font-mono text-12 text-ink-3">{machine.error.message}</span>
          </>
        }
      >
        <Button kind="primary" size="small" onClick={onStart}>
          {status.tryAgain}
        </Button>
      </Strip>
    );
  return (
    <Strip
      tone="warn"
      text={`${status.gone[machine.reason]} ${status.progressStays} ${status.screensStay}`}
    >
      <Button kind="primary" size="small" onClick={onStart}>
        {status.startNew}
      </Button>
    </Strip>
  );
}

function ResetQuestion({ session, onAnswer }: { session: LabSession; onAnswer: () => void }) {
  const { reset } = useText().live;
  const keep = useRef<HTMLButtonElement>(null);
  useFocusWhileOpen(keep);
  const yes = () => {
    session.resetMachine();
    onAnswer();
  };
  return (
    <Strip tone="warn" text={reset.ask}>
      <Button kind="primary" size="small" onClick={yes}>
        {reset.yes}
      </Button>
      <Button
        ref={keep}
        size="small"
        onClick={onAnswer}
        onKeyDown={(event) => event.key === 'Escape' && onAnswer()}
      >
        {reset.no}
      </Button>
    </Strip>
  );
}

/** A question that was asked for takes the focus to its harmless answer, and gives it back. */
function useFocusWhileOpen(target: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const before = document.activeElement;
    target.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, [target]);
}

function Problem({ lab, session }: { lab: LabState; session: LabSession }) {
  const { status } = useText().live;
  return (
    <Strip tone="warn" text={lab.error && status.errors[lab.error.code]}>
      <Button size="small" onClick={() => session.store.dispatch({ type: 'error-dismissed' })}>
        {status.dismiss}
      </Button>
    </Strip>
  );
}
