import { type RefObject, useEffect, useState } from 'react';
import type { TerminalName } from '../../server/protocol/identifiers.ts';
import type { LabSession } from '../_lab/session.ts';
import { isExtra } from '../_lab/tabs.ts';
import { terminalIn } from '../_lab/terminals-state.ts';
import { fill, useText } from '../_messages/text.tsx';
import { useColourScheme } from '../_ui/theme.ts';
import { byteText } from './byte-text.ts';
import { Recorder } from './recorder.ts';
import type { XtermScreen } from './xterm.ts';

type XtermOptions = {
  readonly host: RefObject<HTMLDivElement | null>;
  readonly name: TerminalName;
  /** False while it is behind another tab. */
  readonly isShown: boolean;
  readonly session: LabSession;
  readonly screenReader: boolean;
  readonly label: string;
};

/** A terminal on the page, and the recording of what was on it. */
export type PageTerminal = { readonly screen: XtermScreen; readonly recorder: Recorder };

/** Puts a terminal on the page and ties it to the session, for as long as the component is mounted. */
export function useXterm({
  host,
  name,
  isShown,
  session,
  screenReader,
  label,
}: XtermOptions): PageTerminal | undefined {
  const terminal = useTerminal(host, name, session);
  const screen = terminal?.screen;
  const scheme = useColourScheme();
  useEffect(() => screen?.setColourScheme(scheme), [screen, scheme]);
  useEffect(() => screen?.setShown(isShown), [screen, isShown]);
  useEffect(() => screen?.setScreenReaderMode(screenReader), [screen, screenReader]);
  useEffect(() => screen?.setLabel(label), [screen, label]);
  const { terminal: text } = useText().live;
  useEffect(
    () => screen?.setMissedText((bytes) => fill(text.missed, { amount: byteText(bytes) })),
    [screen, text],
  );
  return terminal;
}

function useTerminal(
  host: RefObject<HTMLDivElement | null>,
  name: TerminalName,
  session: LabSession,
): PageTerminal | undefined {
  const [terminal, setTerminal] = useState<PageTerminal>();
  useEffect(() => {
    let left = false;
    let takeOff = () => {};
    const putOn = async () => {
      // xterm.js measures the font when it opens, so the font has to be there.
      const [{ openXterm }] = await Promise.all([import('./xterm.ts'), loadTerminalFont()]);
      if (left || !host.current) return;
      const recorder = new Recorder(name);
      const screen = openXterm(host.current, {
        onText: (text) => session.type(name, text),
        onBinary: (text) => session.typeBinary(name, text),
        onResize: () => session.resized(name),
        onSized: (columns, rows) => recorder.resized(columns, rows),
        onFocus: () => session.claim(name),
        onOutput: (offset, bytes) => recorder.record(offset, bytes),
        hasRecording: () => !recorder.isEmpty,
      });
      const { columns, rows } = screen.size();
      recorder.resized(columns, rows);
      const stopRecording = recordOpening(recorder, name, session);
      const removeScreen = session.addScreen(name, screen);
      setTerminal({ screen, recorder });
      takeOff = () => {
        removeScreen();
        stopRecording();
        screen.dispose();
        setTerminal(undefined);
      };
    };
    void putOn();
    return () => {
      left = true;
      takeOff();
    };
  }, [host, name, session]);
  return terminal;
}

/** Tells the recorder which terminal it is, before any of its output; writes when the page is left. */
function recordOpening(recorder: Recorder, name: TerminalName, { store }: LabSession): () => void {
  let recorded = 0;
  const changed = () => {
    const { machine, terminals } = store.get();
    const { serial } = terminalIn(terminals, name);
    if (machine.kind !== 'running' || serial === 0) return;
    recorded = serial;
    recorder.openingIs(machine.state.id, serial);
  };
  const write = () => recorder.write();
  changed();
  const unsubscribe = store.subscribe(changed);
  document.addEventListener('visibilitychange', write);
  window.addEventListener('pagehide', write);
  return () => {
    unsubscribe();
    document.removeEventListener('visibilitychange', write);
    window.removeEventListener('pagehide', write);
    const isClosed = isExtra(name) && terminalIn(store.get().terminals, name).serial !== recorded;
    if (isClosed) recorder.discard();
    else write();
  };
}

/** Both weights; a font that does not come leaves the system's, which does as well. */
async function loadTerminalFont(): Promise<void> {
  await Promise.allSettled(
    ['400 13px "IBM Plex Mono"', '600 13px "IBM Plex Mono"'].map((font) =>
      document.fonts.load(font),
    ),
  );
}
