'use client';

import { useState } from 'react';
import { useText } from '../_messages/text.tsx';
import { nameOf } from './row-texts.ts';
import type { SideRow } from './side-rows.ts';

/**
 * Says aloud when a side of the glass comes to answer differently, or alike again. Pids are left out:
 * every command has new ones.
 */
export function Announcer({ rows }: { rows: readonly SideRow[] }) {
  const text = useText();
  const [seen, setSeen] = useState({ rows, said: '' });
  if (seen.rows !== rows) {
    const turned = rows.filter((row, index) => turnedOver(seen.rows[index], row));
    setSeen({
      rows,
      said: turned.length === 0 ? seen.said : turned.map((row) => sentence(row, text)).join(' '),
    });
  }
  return (
    <p className="sr-only" role="status">
      {seen.said}
    </p>
  );
}

function turnedOver(before: SideRow | undefined, now: SideRow): boolean {
  return now.id !== 'pids' && now.relation !== 'unknown' && before?.relation !== now.relation;
}

function sentence(row: SideRow, text: ReturnType<typeof useText>): string {
  const { name, meaning } = nameOf(row, text);
  return `${name}: ${text.live.sides[row.relation]}. ${meaning}`;
}
