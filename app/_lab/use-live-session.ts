import { useEffect, useState } from 'react';
import { WEBSOCKET_PATH } from '../../server/protocol/browser.ts';
import { keepAnswer } from '../_lesson/given-answers.ts';
import { recordAnswer } from '../_progress/local.ts';
import '../_progress/jitless.ts';
import { quizKey } from './lab-state.ts';
import { openLink } from './link.ts';
import { OWNER_SECRET_KEY, readOwnerSecret } from './owner-secret.ts';
import { createSession, type Judged, type LabSession } from './session.ts';
import { createLabStore } from './store.ts';

/** The page's session with the lab, connected for as long as the component is mounted. */
export function useLiveSession(lesson: string): LabSession {
  const [session] = useState(() => createPageSession(lesson));
  useEffect(() => session.start(), [session]);
  useEffect(() => followThePage(session), [session]);
  return session;
}

function createPageSession(lesson: string): LabSession {
  return createSession({
    store: createLabStore(),
    lesson,
    secret: readOwnerSecret,
    openLink: (events) => openLink(liveAddress(), events),
    onJudged: remember,
  });
}

/** What could not be judged is no answer: the question is still open. */
function remember({ place, language, given, verdict, because }: Judged): void {
  recordAnswer(place, verdict);
  if (verdict === 'unanswerable') return;
  keepAnswer(quizKey(place), { given, right: verdict === 'right', because, language });
}

function liveAddress(): string {
  const address = new URL(WEBSOCKET_PATH, location.href);
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return address.href;
}

/** A page that nobody sees reads no X-ray and decides no size; one that is seen again, or has a network again, connects at once. */
function followThePage(session: LabSession): () => void {
  const changed = () => {
    const visible = document.visibilityState === 'visible';
    session.setVisible(visible);
    if (visible) session.retryNow();
  };
  const online = () => session.reconnect();
  // Another tab has deleted everything: this one must not go on as who no longer is.
  const stored = (event: StorageEvent) => {
    if (event.key === OWNER_SECRET_KEY) session.reconnect();
  };
  changed();
  document.addEventListener('visibilitychange', changed);
  window.addEventListener('pageshow', changed);
  window.addEventListener('online', online);
  window.addEventListener('storage', stored);
  return () => {
    document.removeEventListener('visibilitychange', changed);
    window.removeEventListener('pageshow', changed);
    window.removeEventListener('online', online);
    window.removeEventListener('storage', stored);
  };
}
