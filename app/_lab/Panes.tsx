'use client';

import { type ReactNode, type RefObject, useRef } from 'react';
import { useText } from '../_messages/text.tsx';
import { SegmentedControl } from '../_ui/SegmentedControl.tsx';
import type { Arrangement } from './arrangement.ts';
import { Divider } from './Divider.tsx';
import type { PaneName } from './panes.ts';
import { useLayout } from './use-layout.ts';

type PanesProps = {
  readonly root: RefObject<HTMLElement | null>;
  /** Which one is shown where there is room for one only. All stay mounted: the terminals live on. */
  readonly shown: PaneName;
  readonly onShow: (pane: PaneName) => void;
  readonly arrangement: Arrangement;
  readonly lesson: ReactNode;
  readonly machine: ReactNode;
  readonly container: ReactNode;
  readonly xray: ReactNode;
  /** What stands where the terminals will be while there is no machine. */
  readonly line: ReactNode;
};

/**
 * Lesson left; right both groups of terminals above the X-ray; dividers between. The panes come as elements, so
 * that dragging a divider renders none of them again.
 */
export function Panes(props: PanesProps) {
  const { root, shown, onShow, arrangement, lesson, machine, container, xray, line } = props;
  const { live } = useText();
  const frame = useRef<HTMLDivElement>(null);
  const { layout, move, reset } = useLayout(frame);
  const divider = (name: keyof typeof layout, orientation: 'vertical' | 'horizontal') => (
    <Divider
      name={name}
      label={live.divider[name]}
      orientation={orientation}
      percent={layout[name]}
      onMove={move}
      onReset={reset}
    />
  );
  return (
    <main ref={root} id="content" tabIndex={-1} className="lab-main">
      <SegmentedControl
        className="lab-switch"
        label={live.panes}
        value={shown}
        onChange={onShow}
        options={[
          { value: 'lesson', label: live.lesson },
          { value: 'machine', label: live.machine },
          { value: 'container', label: live.container },
          { value: 'xray', label: live.xray },
        ]}
      />
      <div ref={frame} className="lab-panes" data-shown={shown}>
        {lesson}
        {divider('lesson', 'vertical')}
        <div className="lab-right">
          <div
            className="lab-terminals"
            data-split={arrangement.only ? 'alone' : arrangement.split}
          >
            {machine}
            {divider('terminals', arrangement.split === 'stacked' ? 'horizontal' : 'vertical')}
            {container}
            {line}
          </div>
          {divider('xray', 'horizontal')}
          {xray}
        </div>
      </div>
    </main>
  );
}
