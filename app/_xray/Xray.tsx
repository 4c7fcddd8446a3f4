'use client';

import './xray.css';
import { useState } from 'react';
import type { LessonTerminal } from '../../server/protocol/identifiers.ts';
import type { LabStore } from '../_lab/store.ts';
import { useLab } from '../_lab/use-lab.ts';
import { fill, useText } from '../_messages/text.tsx';
import { BothSides } from './BothSides.tsx';
import { Tabs } from './Tabs.tsx';
import { Trace } from './Trace.tsx';

type Tab = 'sides' | 'trace';

type XrayProps = {
  readonly store: LabStore;
  readonly onRun: (terminal: LessonTerminal, command: string) => void;
};

/** What the kernel says about the machine: both terminals side by side, and how it was made. */
export function Xray({ store, onRun }: XrayProps) {
  const { live } = useText();
  const [tab, setTab] = useState<Tab>('sides');
  const snapshot = useLab(store, (lab) => lab.xray);
  const machine = useLab(store, (lab) =>
    lab.machine.kind === 'running' ? lab.machine.state : null,
  );
  // The steps come one after the other the first time a machine's trace is looked at.
  const [traceSeen, setTraceSeen] = useState<string | null>(null);
  const choose = (next: Tab) => {
    if (tab === 'trace') setTraceSeen(machine?.id ?? null);
    setTab(next);
  };
  return (
    <section className="lab-pane xray" data-pane="xray" aria-label={live.xray}>
      <header className="xray-header">
        <h2 className="text-13 font-semibold whitespace-nowrap text-ink">{live.xray}</h2>
        <Tabs
          label={live.xray}
          value={tab}
          onChange={choose}
          tabs={[
            { value: 'sides', label: live.sides.tab },
            { value: 'trace', label: live.trace.tab },
          ]}
          panelId="xray-panel"
        />
        {snapshot && (
          <span className="xray-processes">
            {snapshot.processes === 1
              ? live.sides.processOne
              : fill(live.sides.processes, { count: snapshot.processes })}
          </span>
        )}
      </header>
      <div
        id="xray-panel"
        role="tabpanel"
        aria-labelledby={`xray-panel-${tab}`}
        className="xray-panel"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to reach it
        tabIndex={0}
      >
        {tab === 'sides' ? (
          <BothSides snapshot={snapshot} onRun={onRun} />
        ) : (
          <Trace
            key={machine?.id}
            trace={machine?.trace ?? []}
            oneByOne={traceSeen !== (machine?.id ?? null)}
          />
        )}
      </div>
    </section>
  );
}
