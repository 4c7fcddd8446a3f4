'use client';

import './lab.css';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { GlossaryEntry, Lesson } from '../../lessons/schema.ts';
import type { LessonTerminal } from '../../server/protocol/identifiers.ts';
import { Glossary } from '../_glossary/Glossary.tsx';
import { plain } from '../_lesson/Inline.tsx';
import { LessonPane } from '../_lesson/LessonPane.tsx';
import type { LessonLink } from '../_lesson/lesson-link.ts';
import { stepAt } from '../_lesson/step.ts';
import { syncProgress } from '../_progress/sync.ts';
import { TerminalGroup } from '../_terminal/TerminalGroup.tsx';
import { useHash } from '../_ui/hash.ts';
import { TopBar } from '../_ui/TopBar.tsx';
import { Xray } from '../_xray/Xray.tsx';
import type { Arrangement } from './arrangement.ts';
import { LabControls } from './LabControls.tsx';
import { isLive, type LabState } from './lab-state.ts';
import { type Asked, Notices } from './Notices.tsx';
import { Panes } from './Panes.tsx';
import { QueuePanel } from './QueuePanel.tsx';
import type { LabSession } from './session.ts';
import { GROUPS, type GroupName, type Tabs } from './tabs.ts';
import { useAlive } from './use-alive.ts';
import { useArrangement } from './use-arrangement.ts';
import { useLab } from './use-lab.ts';
import { useLiveSession } from './use-live-session.ts';
import { usePanes } from './use-panes.ts';
import { useStoredFlag } from './use-stored-flag.ts';
import { useTabs } from './use-tabs.ts';

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
  const control = useTabs(session);
  const { arrangement, arrange } = useArrangement();
  const { shown, show, focus } = usePanes(root, { control, arrangement, arrange });
  useShownTerminals(session, control.tabs, arrangement);
  const [screenReader, setScreenReader] = useStoredFlag('glassbox.screen-reader');
  const [asked, setAsked] = useState<Asked>(null);
  const check = useLab(session.store, (lab) => lab.check);
  const quizzes = useLab(session.store, (lab) => lab.quizzes);
  const live = useLab(session.store, isLive);
  const cgroupVersion = useLab(session.store, cgroupVersionOf);
  useSyncWhileLive(live);

  const run = useCallback(
    (terminal: LessonTerminal, command: string, interrupt?: boolean) => {
      show(terminal, terminal);
      session.runCommand(terminal, command, interrupt);
    },
    [session, show],
  );
  const press = useCallback(
    (terminal: LessonTerminal, key: string) => {
      show(terminal, terminal);
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

  const group = (name: GroupName) => (
    <TerminalGroup
      group={name}
      session={session}
      control={control}
      screenReader={screenReader}
      arrangement={arrangement}
      onArrange={arrange}
      onFocus={focus}
    />
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
        arrangement={arrangement}
        machine={group('machine')}
        container={group('container')}
        line={<QueuePanel session={session} />}
        xray={<Xray store={session.store} onRun={run} />}
      />
    </div>
  );
}

function cgroupVersionOf({ machine }: LabState): 1 | 2 | null {
  return machine.kind === 'running' ? machine.state.cgroupVersion : null;
}

/** Tells the session which terminals are on the page: what others print is marked on their tabs. */
function useShownTerminals(session: LabSession, tabs: Tabs, { only }: Arrangement): void {
  useEffect(() => {
    const groups = GROUPS.filter((group) => only === null || only === group);
    session.showTerminals(groups.map((group) => tabs[group].selected));
  }, [session, tabs, only]);
}

/** What was done without the lab reaches it, and what it knows reaches this browser, at each connection. */
function useSyncWhileLive(live: boolean): void {
  useEffect(() => {
    if (live) void syncProgress();
  }, [live]);
}
