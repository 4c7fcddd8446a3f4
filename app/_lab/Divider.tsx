'use client';

import type { KeyboardEvent, PointerEvent } from 'react';
import { DIVIDER_BOUNDS, type DividerName } from './layout.ts';

type DividerProps = {
  readonly name: DividerName;
  readonly label: string;
  /** `vertical` stands between left and right. */
  readonly orientation: 'vertical' | 'horizontal';
  readonly percent: number;
  readonly onMove: (name: DividerName, percent: number) => void;
  readonly onReset: (name: DividerName) => void;
};

const STEP_PERCENT = 2;
const BACK = { vertical: 'ArrowLeft', horizontal: 'ArrowUp' } as const;
const FORTH = { vertical: 'ArrowRight', horizontal: 'ArrowDown' } as const;

/** A line between two parts of the page that drags, moves with arrow keys, and goes back on double click or Enter. */
export function Divider({ name, label, orientation, percent, onMove, onReset }: DividerProps) {
  const bounds = DIVIDER_BOUNDS[name];
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    onMove(name, percentAt(event, orientation));
  };
  const press = (event: KeyboardEvent) => {
    const target = {
      [BACK[orientation]]: percent - STEP_PERCENT,
      [FORTH[orientation]]: percent + STEP_PERCENT,
      Home: bounds.min,
      End: bounds.max,
    }[event.key];
    if (target !== undefined) onMove(name, target);
    else if (event.key === 'Enter') onReset(name);
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: <hr> takes no focus; a separator that does is a widget
    <div
      role="separator"
      className="lab-divider"
      data-divider={name}
      aria-label={label}
      aria-orientation={orientation}
      aria-valuenow={Math.round(percent)}
      aria-valuemin={bounds.min}
      aria-valuemax={bounds.max}
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onDoubleClick={() => onReset(name)}
      onKeyDown={press}
    />
  );
}

/** Where the pointer is within what the divider divides. */
function percentAt(
  event: PointerEvent<HTMLDivElement>,
  orientation: DividerProps['orientation'],
): number {
  const box = event.currentTarget.parentElement?.getBoundingClientRect();
  if (!box) return 0;
  return orientation === 'vertical'
    ? ((event.clientX - box.left) / box.width) * 100
    : ((event.clientY - box.top) / box.height) * 100;
}
