'use client';

import { type CSSProperties, Fragment, type ReactNode, useState } from 'react';
import { fill, useText } from '../_messages/text.tsx';
import { Icon } from '../_ui/Icon.tsx';
import { HUE_CLASSES } from '../_ui/namespace-colour.ts';
import { durationText, hueOfStep, type TraceGroup } from './trace-rows.ts';

type TraceStepProps = {
  readonly group: TraceGroup;
  readonly order: number;
  /** Duration as a share of the longest step's. */
  readonly share: number;
};

/** A step of this many calls is short enough to show them from the first. */
const CALLS_SHOWN = 3;

/** Below this the bar would be a speck. */
const SHARE_SHOWN = 0.02;

/** One step: what it does, how long it took, and its calls. One that failed is open. */
export function TraceStep({ group, order, share }: TraceStepProps) {
  const { trace } = useText().live;
  const [open, setOpen] = useState(group.failed || group.calls.length <= CALLS_SHOWN);
  const hue = hueOfStep(group.step);
  const sentences: Readonly<Record<string, string>> = trace.steps[group.side];
  const variables = { '--order': order, '--share': share } as CSSProperties;
  return (
    <tbody style={variables} className={hue ? HUE_CLASSES[hue] : 'trace-neutral'}>
      <tr className="trace-step">
        <th scope="rowgroup">
          <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
            <Icon name={open ? 'chevron-down' : 'chevron-right'} />
            {group.step}
          </button>
        </th>
        <td className="trace-what">
          {sentences[group.step]}
          {!open && (
            <span className="trace-count">{fill(trace.calls, { count: group.calls.length })}</span>
          )}
        </td>
        <td className="trace-side">{trace[group.side]}</td>
        <td className="trace-duration">
          {durationText(group.durationNs)}
          {share > SHARE_SHOWN && <span className="trace-bar" aria-hidden="true" />}
        </td>
      </tr>
      {open &&
        group.calls.map((call, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the trace of a machine never changes
          <tr key={index} className="trace-call">
            <td />
            <td colSpan={2}>
              <code>{breakable(call.call)}</code>
              {call.error !== null && (
                <span className="trace-error">
                  <Icon name="cross" /> {fill(trace.failed, { error: call.error })}
                </span>
              )}
            </td>
            <td className="trace-duration">{durationText(call.durationNs)}</td>
          </tr>
        ))}
    </tbody>
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
