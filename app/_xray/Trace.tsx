'use client';

import { type CSSProperties, Fragment, type ReactNode } from 'react';
import type { TraceCall } from '../../server/protocol/trace.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Icon } from '../_ui/Icon.tsx';
import { HUE_CLASSES } from '../_ui/namespace-colour.ts';
import { durationText, hueOfStep, totalNs } from './trace-rows.ts';

type TraceProps = {
  readonly trace: readonly TraceCall[];
  /** Lets the calls appear one after the other. */
  readonly oneByOne: boolean;
};

/** Below this the bar would be a speck. */
const SHARE_SHOWN = 0.02;

/** The system calls that made the machine: in order, with their true durations. */
export function Trace({ trace, oneByOne }: TraceProps) {
  const { live } = useText();
  if (trace.length === 0) return <p className="xray-note">{live.trace.empty}</p>;
  const longestNs = Math.max(...trace.map((call) => call.durationNs), 1);
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
          <th scope="col">{live.trace.call}</th>
          <th scope="col" className="trace-side">
            {live.trace.side}
          </th>
          <th scope="col" className="trace-duration">
            {live.trace.duration}
          </th>
        </tr>
      </thead>
      <tbody>
        {trace.map((call, index) => (
          <Call
            // biome-ignore lint/suspicious/noArrayIndexKey: the trace of a machine never changes
            key={index}
            call={call}
            order={index}
            share={call.durationNs / longestNs}
            again={trace[index - 1]?.step === call.step}
          />
        ))}
      </tbody>
    </table>
  );
}

type CallProps = {
  readonly call: TraceCall;
  readonly order: number;
  /** Duration as a share of the longest one. */
  readonly share: number;
  /** The call before belongs to the same step. */
  readonly again: boolean;
};

function Call({ call, order, share, again }: CallProps) {
  const { live } = useText();
  const hue = hueOfStep(call.step);
  const variables = { '--order': order, '--share': share } as CSSProperties;
  return (
    <tr style={variables} data-again={again}>
      <th scope="row" className={hue ? HUE_CLASSES[hue] : 'text-ink-2'}>
        <span className={again ? 'sr-only' : ''}>{call.step}</span>
      </th>
      <td className="trace-call">
        <code>{breakable(call.call)}</code>
        {call.error !== null && (
          <span className="trace-error">
            <Icon name="cross" /> {fill(live.trace.failed, { error: call.error })}
          </span>
        )}
      </td>
      <td className="trace-side">{live.trace[call.side]}</td>
      <td className="trace-duration">
        {durationText(call.durationNs)}
        {share > SHARE_SHOWN && <span className="trace-bar" aria-hidden="true" />}
      </td>
    </tr>
  );
}

/** A long list of flags breaks between them, not within one. */
function breakable(call: string): ReactNode {
  return call.split(/(?<=[|,])/).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a call never change
    <Fragment key={index}>
      {part}
      <wbr />
    </Fragment>
  ));
}
