'use client';

import { useState } from 'react';
import { LESSON_TERMINALS, type LessonTerminal } from '../../server/protocol/identifiers.ts';
import type { XraySnapshot } from '../../server/protocol/xray.ts';
import { fill, useText } from '../_messages/text.tsx';
import { HUE_CLASSES } from '../_ui/namespace-colour.ts';
import { Announcer } from './Announcer.tsx';
import { nameOf } from './row-texts.ts';
import { type SideRow, sideRows } from './side-rows.ts';

type BothSidesProps = {
  readonly snapshot: XraySnapshot | null;
  readonly onRun: (terminal: LessonTerminal, command: string) => void;
};

const SIGNS = { equal: '=', different: '≠', unknown: '·' } as const;

/** The same questions asked on both sides of the glass. A table, so that the picture is its own text. */
export function BothSides({ snapshot, onRun }: BothSidesProps) {
  const text = useText();
  const { live } = text;
  if (!snapshot?.machine && !snapshot?.container)
    return <p className="xray-note">{live.sides.empty}</p>;
  const rows = sideRows(snapshot);
  const missing = LESSON_TERMINALS.filter((terminal) => snapshot[terminal] === null);
  return (
    <>
      <table className="sides">
        <caption className="xray-note">
          {missing.length === 0
            ? live.sides.caption
            : missing.map((terminal) =>
                fill(live.sides.missing, { terminal: text.terminal[terminal] }),
              )}
        </caption>
        <thead>
          <tr>
            <th scope="col">{live.sides.name}</th>
            <th scope="col">{live.machine}</th>
            <th scope="col">
              <span className="sr-only">
                {live.sides.equal} / {live.sides.different}
              </span>
            </th>
            <th scope="col">{live.container}</th>
            <th scope="col" className="sides-meaning">
              {live.sides.meaning}
            </th>
            <th scope="col" className="sides-command">
              {live.sides.command}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.id} row={row} oneSided={missing.length > 0} onRun={onRun} />
          ))}
        </tbody>
      </table>
      {snapshot.truncated && <p className="xray-note">{live.sides.truncated}</p>}
      <Announcer rows={rows} />
    </>
  );
}

type RowProps = {
  readonly row: SideRow;
  /** Only one side is there: the table says so once, not in each row. */
  readonly oneSided: boolean;
  readonly onRun: BothSidesProps['onRun'];
};

function Row({ row, oneSided, onRun }: RowProps) {
  const text = useText();
  const { sides } = text.live;
  const { name, meaning: meaningOfBoth } = nameOf(row, text);
  const meaning = oneSided ? '' : meaningOfBoth;
  const [machine, container] = LESSON_TERMINALS.map((terminal) => (
    <td key={terminal}>
      <Value
        value={row[terminal]}
        label={fill(sides.typeIn, {
          command: row.command,
          terminal: text.terminal[terminal],
        })}
        onClick={() => onRun(terminal, row.command)}
      />
    </td>
  ));
  return (
    <tr data-relation={row.relation}>
      <th scope="row">
        <span className={HUE_CLASSES[row.hue]}>{name}</span>
        <span className="sides-meaning-below">{meaning}</span>
      </th>
      {machine}
      <td className="sides-sign">
        <span aria-hidden="true">{SIGNS[row.relation]}</span>
        <span className="sr-only">{sides[row.relation]}</span>
      </td>
      {container}
      <td className="sides-meaning">{meaning}</td>
      <td className="sides-command">
        <code>{row.command}</code>
      </td>
    </tr>
  );
}

/** A value that has changed is tinted for a moment; a click asks for it in the terminal. */
function Value(props: { value: string | null; label: string; onClick: () => void }) {
  const { live } = useText();
  const changes = useChanges(props.value);
  if (props.value === null) return <span className="sides-value">{live.sides.none}</span>;
  return (
    <button
      key={changes}
      type="button"
      className="sides-value"
      data-changed={changes > 0}
      title={props.label}
      onClick={props.onClick}
    >
      {props.value}
      <span className="sr-only">. {props.label}</span>
    </button>
  );
}

/** How often a value has changed since it was first shown. */
function useChanges(value: string | null): number {
  const [seen, setSeen] = useState({ value, changes: 0 });
  if (seen.value === value) return seen.changes;
  const next = { value, changes: seen.changes + 1 };
  setSeen(next);
  return next.changes;
}
