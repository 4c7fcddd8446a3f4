import { useEffect, useState } from 'react';
import { config } from 'zod';
import { WEBSOCKET_PATH } from '../../server/protocol/browser.ts';
import { openLink } from './link.ts';
import { readOwnerSecret } from './owner-secret.ts';
import { createSession, type LabSession } from './session.ts';
import { createLabStore } from './store.ts';

// zod compiles schemas with `new Function` where it may; the page's content policy forbids that.
config({ jitless: true });

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
  });
}

function liveAddress(): string {
  const address = new URL(WEBSOCKET_PATH, location.href);
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return address.href;
}

/** A page that nobody sees reads no X-ray; one that is seen again, or has a network again, connects at once. */
function followThePage(session: LabSession): () => void {
  const changed = () => {
    const visible = document.visibilityState === 'visible';
    session.watchXray(visible);
    if (visible) session.retryNow();
  };
  const online = () => session.reconnect();
  changed();
  document.addEventListener('visibilitychange', changed);
  window.addEventListener('pageshow', changed);
  window.addEventListener('online', online);
  return () => {
    document.removeEventListener('visibilitychange', changed);
    window.removeEventListener('pageshow', changed);
    window.removeEventListener('online', online);
  };
}
