'use client';

import './trace.css';
import type { TraceCall } from '../../server/protocol/trace.ts';
import { fill, useText } from '../_messages/text.tsx';
import { TraceStep } from './TraceStep.tsx';
import { durationText, groupsOf, totalNs } from './trace-rows.ts';

type TraceProps = {
  readonly trace: readonly TraceCall[];
  /** Lets the steps appear one after the other. */
  readonly oneByOne: boolean;
};

/** The system calls that made the machine: step by step, in order, with their true durations. */
export function Trace({ trace, oneByOne }: TraceProps) {
  const { live } = useText();
  if (trace.length === 0) return <p className="xray-note">{live.trace.empty}</p>;
  const groups = groupsOf(trace);
  const longestNs = Math.max(...groups.map((group) => group.durationNs), 1);
  return (
    <table className="trace" data-one-by-one={oneByOne}>
      <caption className="xray-note">
        {live.trace.caption}{' '}
        <b>
          {fill(live.trace.total, { calls: trace.length, duration: durationText(totalNs(trace)) })}
        </b>
      </caption>
      <thead>
        <tr>
          <th scope="col">{live.trace.step}</th>
          <th scope="col">{live.trace.what}</th>
          <th scope="col" className="trace-side">
            {live.trace.side}
          </th>
          <th scope="col" className="trace-duration">
            {live.trace.duration}
          </th>
        </tr>
      </thead>
      {groups.map((group, order) => (
        <TraceStep
          // biome-ignore lint/suspicious/noArrayIndexKey: the trace of a machine never changes
          key={order}
          group={group}
          order={order}
          share={group.durationNs / longestNs}
        />
      ))}
    </table>
  );
}
