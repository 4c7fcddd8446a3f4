'use client';

import { useRef } from 'react';
import { fill, useText } from '../_messages/text.tsx';
import { type Observable, useObservable } from '../_ui/observable.ts';
import { usePlaced } from '../_ui/placed.ts';
import { isApple } from '../_ui/platform.ts';
import type { HoveredLink, ScreenState } from './screen-state.ts';

/** How far below the pointer it is shown. */
const BELOW_PX = 18;

/** Where the link under the pointer really leads, and what opens it. */
export function LinkTooltip({ screen }: { screen: { readonly state: Observable<ScreenState> } }) {
  const link = useObservable(screen.state, (state) => state.link);
  return link && <Tooltip key={link.address} link={link} />;
}

function Tooltip({ link }: { link: HoveredLink }) {
  const { link: texts } = useText().terminalTools;
  const box = useRef<HTMLDivElement>(null);
  usePlaced(box, { x: link.x, y: link.y + BELOW_PX });
  const hint = link.wantsShift ? texts.hintMouse : texts.hint;
  return (
    <div ref={box} role="tooltip" className="terminal-link">
      <bdi className="terminal-link-address">{link.address}</bdi>
      <span className="text-ink-3">{fill(hint, { keys: isApple() ? '⌘' : 'Ctrl' })}</span>
    </div>
  );
}
