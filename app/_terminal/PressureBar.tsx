'use client';

import type { LabSession } from '../_lab/session.ts';
import { useLab } from '../_lab/use-lab.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Button } from '../_ui/Button.tsx';

const MIB = 1024 ** 2;

/** Below the screen, never over it: which limit the machine has run into. */
export function PressureBar({ session }: { session: LabSession }) {
  const { live } = useText();
  const pressure = useLab(session.store, (lab) => lab.pressure);
  if (pressure === null) return <div role="status" />;
  const isBytes = pressure.kind === 'memory' || pressure.kind === 'disk';
  const limit = isBytes ? Math.round(pressure.limit / MIB) : pressure.limit;
  return (
    <div role="status" className="terminal-ended">
      <span>{fill(live.terminal.pressure[pressure.kind], { limit })}</span>
      <Button size="small" onClick={() => session.store.dispatch({ type: 'pressure-dismissed' })}>
        {live.status.dismiss}
      </Button>
    </div>
  );
}
