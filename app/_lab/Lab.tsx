'use client';

import './lab.css';
import { useCallback, useRef, useState } from 'react';
import type { Lesson } from '../../lessons/schema.ts';
import type { TerminalName } from '../../server/protocol/identifiers.ts';
import { plain } from '../_lesson/Inline.tsx';
import { LessonPane } from '../_lesson/LessonPane.tsx';
import type { LessonLink } from '../_lesson/lesson-link.ts';
import { TerminalPane } from '../_terminal/TerminalPane.tsx';
import { TopBar } from '../_ui/TopBar.tsx';
import { Xray } from '../_xray/Xray.tsx';
import { LabControls } from './LabControls.tsx';
import { isLive } from './lab-state.ts';
import { type Asked, Notices } from './Notices.tsx';
import { Panes } from './Panes.tsx';
import { useLab } from './use-lab.ts';
import { useLiveSession } from './use-live-session.ts';
import { usePanes } from './use-panes.ts';
import { useStoredFlag } from './use-stored-flag.ts';

type LabProps = {
  readonly lesson: Lesson;
  /** The lesson after this one, if there is one. */
  readonly next: LessonLink | null;
};

/** The lab page: a lesson, the learner's machine beside it, and the X-ray of both. */
export function Lab({ lesson, next }: LabProps) {
  const session = useLiveSession(lesson.id);
  const root = useRef<HTMLElement>(null);
  const { shown, show } = usePanes(root);
  const [screenReader, setScreenReader] = useStoredFlag('glassbox.screen-reader');
  const [asked, setAsked] = useState<Asked>(null);
  const check = useLab(session.store, (lab) => lab.check);
  const live = useLab(session.store, isLive);

  const run = useCallback(
    (terminal: TerminalName, command: string) => {
      show(terminal);
      session.runCommand(terminal, command);
    },
    [session, show],
  );
  const press = useCallback(
    (terminal: TerminalName, key: string) => {
      show(terminal);
      session.pressKey(terminal, key);
    },
    [session, show],
  );
  const openStep = useCallback(
    (stepId: string) => {
      const step = lesson.steps.find((candidate) => candidate.id === stepId);
      session.openStep(lesson.id, stepId, step?.check != null);
    },
    [session, lesson],
  );

  return (
    <div className="lab">
      <TopBar
        language={lesson.language}
        path={`/lessons/${lesson.id}/`}
        title={plain(lesson.title)}
      >
        <LabControls
          store={session.store}
          asked={asked}
          onAsk={setAsked}
          screenReader={screenReader}
          onScreenReader={setScreenReader}
        />
      </TopBar>
      <Notices session={session} needs={lesson.needs} asked={asked} onAsk={setAsked} />
      <Panes
        root={root}
        shown={shown}
        onShow={show}
        lesson={
          <div className="lab-pane" data-pane="lesson" tabIndex={-1}>
            <LessonPane
              lesson={lesson}
              next={next}
              check={check}
              live={live}
              onRun={run}
              onKey={press}
              onOpenStep={openStep}
              onCheckNow={session.checkNow}
            />
          </div>
        }
        machine={<TerminalPane name="machine" session={session} screenReader={screenReader} />}
        container={<TerminalPane name="container" session={session} screenReader={screenReader} />}
        xray={<Xray store={session.store} onRun={run} />}
      />
    </div>
  );
}
