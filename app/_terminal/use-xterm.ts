import { type RefObject, useEffect, useState } from 'react';
import type { TerminalName } from '../../server/protocol/identifiers.ts';
import type { LabSession } from '../_lab/session.ts';
import { useColourScheme } from '../_ui/theme.ts';
import type { XtermScreen } from './xterm.ts';

type XtermOptions = {
  readonly host: RefObject<HTMLDivElement | null>;
  readonly name: TerminalName;
  readonly session: LabSession;
  readonly screenReader: boolean;
  readonly label: string;
};

/** Puts a terminal on the page and ties it to the session, for as long as the component is mounted. */
export function useXterm({
  host,
  name,
  session,
  screenReader,
  label,
}: XtermOptions): XtermScreen | undefined {
  const screen = useScreen(host, name, session);
  const scheme = useColourScheme();
  useEffect(() => screen?.setColourScheme(scheme), [screen, scheme]);
  useEffect(() => screen?.setScreenReaderMode(screenReader), [screen, screenReader]);
  useEffect(() => screen?.setLabel(label), [screen, label]);
  return screen;
}

function useScreen(
  host: RefObject<HTMLDivElement | null>,
  name: TerminalName,
  session: LabSession,
): XtermScreen | undefined {
  const [screen, setScreen] = useState<XtermScreen>();
  useEffect(() => {
    let left = false;
    let takeOff = () => {};
    const putOn = async () => {
      // xterm.js measures the font when it opens, so the font has to be there.
      const [{ openXterm }] = await Promise.all([import('./xterm.ts'), loadTerminalFont()]);
      if (left || !host.current) return;
      const opened = openXterm(host.current, {
        onText: (text) => session.type(name, text),
        onBinary: (text) => session.typeBinary(name, text),
        onResize: () => session.resized(name),
      });
      const removeScreen = session.addScreen(name, opened);
      setScreen(opened);
      takeOff = () => {
        removeScreen();
        opened.dispose();
        setScreen(undefined);
      };
    };
    void putOn();
    return () => {
      left = true;
      takeOff();
    };
  }, [host, name, session]);
  return screen;
}

/** Both weights; a font that does not come leaves the system's, which does as well. */
async function loadTerminalFont(): Promise<void> {
  await Promise.allSettled(
    ['400 13px "IBM Plex Mono"', '600 13px "IBM Plex Mono"'].map((font) =>
      document.fonts.load(font),
    ),
  );
}
