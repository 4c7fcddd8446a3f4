'use client';

import type { LiveText } from '../_messages/live.en.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Button } from '../_ui/Button.tsx';
import { Icon } from '../_ui/Icon.tsx';
import { KeysHelp } from './KeysHelp.tsx';
import { CLOCK_ID } from './LifeNotice.tsx';
import { isLive, type Link, type Machine } from './lab-state.ts';
import type { Asked } from './Notices.tsx';
import type { LabStore } from './store.ts';
import { nextEnd, timeLeftText, WARN_BELOW_MS } from './time-left.ts';
import { useLab } from './use-lab.ts';
import { useNow } from './use-now.ts';

type LabControlsProps = {
  readonly store: LabStore;
  readonly asked: Asked;
  readonly onAsk: (asked: Asked) => void;
  readonly screenReader: boolean;
  readonly onScreenReader: (on: boolean) => void;
};

/** What the top bar of the lab has beside the switches: connection, clock, reset, keys. */
export function LabControls(props: LabControlsProps) {
  const { store, asked, onAsk, screenReader, onScreenReader } = props;
  const { live } = useText();
  const machineIsLive = useLab(store, isLive);
  return (
    <div className="flex flex-wrap items-center gap-x-1 lab:gap-x-2">
      <LinkState store={store} />
      <MachineClock
        store={store}
        open={asked === 'clock'}
        onToggle={() => onAsk(asked === 'clock' ? null : 'clock')}
      />
      <Button
        kind="quiet"
        size="small"
        icon="reset"
        disabled={!machineIsLive}
        aria-expanded={asked === 'reset'}
        onClick={() => onAsk(asked === 'reset' ? null : 'reset')}
      >
        {live.reset.button}
      </Button>
      <KeysHelp screenReader={screenReader} onScreenReader={onScreenReader} />
    </div>
  );
}

function LinkState({ store }: { store: LabStore }) {
  const { live } = useText();
  const link = useLab(store, (lab) => lab.link);
  const machine = useLab(store, (lab) => lab.machine);
  const well = link.kind === 'open' && machine.kind === 'running';
  return (
    <span
      role="status"
      className={`flex items-center gap-1.5 px-1 text-12 whitespace-nowrap ${well ? 'text-ink-3' : 'text-ink-2'}`}
    >
      <Icon name={well ? 'check-ring' : isTrouble(link, machine) ? 'warning' : 'ring'} />
      {/* On a narrow screen there is room for the word only when it matters. */}
      <span className={well ? 'sr-only lab:not-sr-only' : ''}>
        {link.kind === 'open' ? machineText(machine, live) : live.link[linkText(link)]}
      </span>
    </span>
  );
}

function machineText(machine: Machine, live: LiveText): string {
  switch (machine.kind) {
    case 'making':
      return live.status.making;
    case 'waiting':
      return fill(live.status.waiting, { position: machine.place.position });
    case 'running':
      return live.link.open;
    case 'gone':
    case 'left-line':
    case 'failed':
      return live.status.noMachine;
  }
}

function isTrouble(link: Link, machine: Machine): boolean {
  return link.kind === 'lost' || link.kind === 'refused' || machine.kind === 'failed';
}

const linkText = (link: Link) => (link.kind === 'lost' ? link.cause : link.kind);

type MachineClockProps = {
  readonly store: LabStore;
  readonly open: boolean;
  readonly onToggle: () => void;
};

/** How long the machine still lives. A press says until when, and what happens then. */
function MachineClock({ store, open, onToggle }: MachineClockProps) {
  const { life } = useText();
  const machine = useLab(store, (lab) => lab.machine);
  const end = nextEnd(machine, useNow());
  if (end === null) return null;
  const warns = end.kind === 'idle' || end.leftMs < WARN_BELOW_MS;
  return (
    <Button
      kind="quiet"
      size="small"
      icon={warns ? 'warning' : 'clock'}
      id={CLOCK_ID}
      className={`tabular-nums ${warns ? 'text-warn' : ''}`}
      aria-expanded={open}
      onClick={onToggle}
    >
      {timeLeftText(end.leftMs, life.clock)}
    </Button>
  );
}
