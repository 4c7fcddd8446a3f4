'use client';

import type { ReactNode } from 'react';
import { PLACE_KEPT_MS } from '../../server/protocol/lifetime.ts';
import type { LifeText } from '../_messages/life.en.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Button } from '../_ui/Button.tsx';
import type { Machine } from './lab-state.ts';
import type { LabSession } from './session.ts';
import { timeOfDay } from './time-left.ts';
import { useLab } from './use-lab.ts';
import { useNow } from './use-now.ts';
import { useTurnTitle } from './use-turn-title.ts';

/** Where the terminals will be: the place in the line, how long it takes at most, and what to do meanwhile. */
export function QueuePanel({ session }: { session: LabSession }) {
  const { line } = useText().life;
  const machine = useLab(session.store, (lab) => lab.machine);
  useTurnTitle(machine.kind, line.ready);
  if (machine.kind === 'waiting') return <Waiting machine={machine} onLeave={session.leaveLine} />;
  if (machine.kind === 'left-line')
    return (
      <Panel label={line.label} title={line.left}>
        <p>{line.leftText}</p>
        <Button kind="primary" onClick={session.startMachine}>
          {line.again}
        </Button>
      </Panel>
    );
  return null;
}

type WaitingProps = {
  readonly machine: Machine & { readonly kind: 'waiting' };
  readonly onLeave: () => void;
};

function Waiting({ machine, onLeave }: WaitingProps) {
  const { line } = useText().life;
  const now = useNow() + machine.clockOffsetMs;
  const { position, latestAt, likelyAt } = machine.place;
  const latest = latestText(latestAt, now, machine.clockOffsetMs, line);
  return (
    <Panel
      label={line.label}
      title={position === 1 ? line.next : fill(line.position, { position })}
    >
      <p>{line.why}</p>
      <p className="font-semibold text-ink">{latest}</p>
      {likelyAt !== null && (
        <p>{fill(line.likely, { time: timeOfDay(likelyAt - machine.clockOffsetMs) })}</p>
      )}
      <p>{fill(line.meanwhile, { seconds: PLACE_KEPT_MS / 1000 })}</p>
      <Button onClick={onLeave}>{line.leave}</Button>
    </Panel>
  );
}

type PanelProps = {
  readonly label: string;
  readonly title: string;
  readonly children: ReactNode;
};

function Panel({ label, title, children }: PanelProps) {
  return (
    <section className="lab-line" aria-label={label}>
      <div>
        {/* Said when the place changes; the minutes below are for the eye. */}
        <div role="status">
          <h2 className="text-18 font-semibold text-ink">{title}</h2>
        </div>
        {children}
      </div>
    </section>
  );
}

/** Rounded up: what is promised at the latest is not later. */
const minutesUntil = (at: number, now: number) => Math.max(1, Math.ceil((at - now) / 60_000));

function latestText(at: number, now: number, offsetMs: number, line: LifeText['line']): string {
  const minutes = minutesUntil(at, now);
  const time = timeOfDay(at - offsetMs);
  if (minutes === 1) return line.latestOne;
  if (minutes < 60) return fill(line.latest, { minutes, time });
  return fill(line.latestHours, { hours: Math.floor(minutes / 60), minutes: minutes % 60, time });
}
