'use client';

import { fill, useText } from '../_messages/text.tsx';
import { Button } from '../_ui/Button.tsx';
import type { Machine } from './lab-state.ts';
import { Strip } from './Strip.tsx';
import type { LabSession } from './session.ts';
import { timeOfDay, WARN_BELOW_MS, type Warning } from './time-left.ts';

/** The clock in the top bar, which takes the focus from a strip that goes away under it. */
export const CLOCK_ID = 'machine-clock';

type Running = Machine & { readonly kind: 'running' };

type LifeWarningProps = {
  readonly warning: Warning;
  readonly machine: Running;
  readonly session: LabSession;
  readonly onClose: () => void;
};

/**
 * The machine ends soon, and what can be done about it. The sentence stays the same for as long as the strip is
 * there: it is read aloud once, and the clock counts.
 */
export function LifeWarning({ warning, machine, session, onClose }: LifeWarningProps) {
  const { life } = useText();
  const whyNot = useWhyNot(machine);
  const time = timeOfDay(warning.at);
  if (warning.kind === 'idle')
    return (
      <Strip tone="warn" text={<IdleText warning={warning} machine={machine} />}>
        <Button kind="primary" size="small" onClick={() => leaveFocus(session.stillHere)}>
          {life.idle.here}
        </Button>
        <Button size="small" onClick={() => leaveFocus(onClose)}>
          {life.ends.dismiss}
        </Button>
      </Strip>
    );
  const minutes = WARN_BELOW_MS / 60_000;
  return (
    <Strip tone="warn" text={`${fill(life.ends[warning.stage], { time, minutes })} ${whyNot}`}>
      <ExtendButton machine={machine} session={session} />
      <Button size="small" onClick={() => leaveFocus(onClose)}>
        {life.ends.dismiss}
      </Button>
    </Strip>
  );
}

function IdleText({ warning, machine }: Pick<LifeWarningProps, 'warning' | 'machine'>) {
  const { idle } = useText().life;
  const time = timeOfDay(warning.at);
  const { life } = machine.state;
  // Not how long it is now, which would change: how long it was when the warning began.
  const minutes = Math.floor(Math.max(0, life.idleMs - WARN_BELOW_MS) / 60_000);
  if (warning.stage === 'last') return fill(idle.last, { time });
  return minutes < 2 ? fill(idle.soonShort, { time }) : fill(idle.soon, { time, minutes });
}

type LifeTimeProps = {
  readonly machine: Running;
  readonly session: LabSession;
  readonly onClose: () => void;
};

/** Until when the machine lives, for who asks the clock. */
export function LifeTime({ machine, session, onClose }: LifeTimeProps) {
  const { life, live } = useText();
  const { endsAt, idleMs } = machine.state.life;
  const time = timeOfDay(endsAt - machine.clockOffsetMs);
  const whyNot = useWhyNot(machine);
  const idle = Math.round(idleMs / 6_000) / 10;
  return (
    <Strip tone="plain" text={`${fill(life.clock.explain, { time, idle })} ${whyNot}`}>
      <ExtendButton machine={machine} session={session} />
      <Button size="small" onClick={() => leaveFocus(onClose)}>
        {live.status.dismiss}
      </Button>
    </Strip>
  );
}

/** What one press gives. Not there when it would give nothing. */
function ExtendButton({ machine, session }: Pick<LifeTimeProps, 'machine' | 'session'>) {
  const { extend } = useText().life;
  const { extension, endsAt } = machine.state.life;
  if (extension.kind === 'refused') return null;
  const minutes = Math.round(extension.byMs / 60_000);
  const time = timeOfDay(extension.latestAt - machine.clockOffsetMs);
  const isRest = minutes < 2 || endsAt + extension.byMs >= extension.latestAt;
  return (
    <Button kind="primary" size="small" onClick={() => leaveFocus(session.extendLife)}>
      {fill(isRest ? extend.rest : extend.button, { minutes, time })}
    </Button>
  );
}

function useWhyNot({ state }: Running): string {
  const { whyNot } = useText().life.extend;
  const { extension } = state.life;
  return extension.kind === 'refused' ? whyNot[extension.why] : '';
}

/** The button that was pressed goes away with its strip: the keyboard goes on at the clock. */
function leaveFocus(act: () => void): void {
  act();
  document.getElementById(CLOCK_ID)?.focus();
}
