'use client';

import './lab.css';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { GlossaryEntry, Lesson } from '../../lessons/schema.ts';
import type { TerminalName } from '../../server/protocol/identifiers.ts';
import { Glossary } from '../_glossary/Glossary.tsx';
import { plain } from '../_lesson/Inline.tsx';
import { LessonPane } from '../_lesson/LessonPane.tsx';
import type { LessonLink } from '../_lesson/lesson-link.ts';
import { stepAt } from '../_lesson/step.ts';
import { syncProgress } from '../_progress/sync.ts';
import { TerminalPane } from '../_terminal/TerminalPane.tsx';
import { useHash } from '../_ui/hash.ts';
import { TopBar } from '../_ui/TopBar.tsx';
import { Xray } from '../_xray/Xray.tsx';
import { LabControls } from './LabControls.tsx';
import { isLive, type LabState } from './lab-state.ts';
import { type Asked, Notices } from './Notices.tsx';
import { Panes } from './Panes.tsx';
import { QueuePanel } from './QueuePanel.tsx';
import { useAlive } from './use-alive.ts';
import { useLab } from './use-lab.ts';
import { useLiveSession } from './use-live-session.ts';
import { usePanes } from './use-panes.ts';
import { useStoredFlag } from './use-stored-flag.ts';

type LabProps = {
  readonly lesson: Lesson;
  /** The lessons that it builds on. */
  readonly before: readonly LessonLink[];
  /** The words that it links to. */
  readonly glossary: readonly GlossaryEntry[];
  /** The lesson after this one, if there is one. */
  readonly next: LessonLink | null;
};

/** The lab page: a lesson, the learner's machine beside it, and the X-ray of both. */
export function Lab({ lesson, before, glossary, next }: LabProps) {
  const session = useLiveSession(lesson.id);
  const root = useRef<HTMLElement>(null);
  const { shown, show } = usePanes(root);
  const [screenReader, setScreenReader] = useStoredFlag('glassbox.screen-reader');
  const [asked, setAsked] = useState<Asked>(null);
  const check = useLab(session.store, (lab) => lab.check);
  const quizzes = useLab(session.store, (lab) => lab.quizzes);
  const live = useLab(session.store, isLive);
  const cgroupVersion = useLab(session.store, cgroupVersionOf);
  useSyncWhileLive(live);

  const run = useCallback(
    (terminal: TerminalName, command: string, interrupt?: boolean) => {
      show(terminal);
      session.runCommand(terminal, command, interrupt);
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
  useAlive(session, lesson.id, stepAt(lesson, useHash()).id, live);
  const openStep = useCallback(
    (stepId: string) => {
      const step = lesson.steps.find((candidate) => candidate.id === stepId);
      session.openStep(lesson.id, stepId, step !== undefined && step.tasks.length > 0);
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
            <Glossary language={lesson.language} entries={glossary}>
              <LessonPane
                lesson={lesson}
                before={before}
                next={next}
                check={check}
                quizzes={quizzes}
                live={live}
                cgroupVersion={cgroupVersion}
                onRun={run}
                onKey={press}
                onAnswer={session.answerQuiz}
                onOpenStep={openStep}
                onCheckNow={session.checkNow}
              />
            </Glossary>
          </div>
        }
        machine={<TerminalPane name="machine" session={session} screenReader={screenReader} />}
        container={<TerminalPane name="container" session={session} screenReader={screenReader} />}
        line={<QueuePanel session={session} />}
        xray={<Xray store={session.store} onRun={run} />}
      />
    </div>
  );
}

function cgroupVersionOf({ machine }: LabState): 1 | 2 | null {
  return machine.kind === 'running' ? machine.state.cgroupVersion : null;
}

/** What was done without the lab reaches it, and what it knows reaches this browser, at each connection. */
function useSyncWhileLive(live: boolean): void {
  useEffect(() => {
    if (live) void syncProgress();
  }, [live]);
}
