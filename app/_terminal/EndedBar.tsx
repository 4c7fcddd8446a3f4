'use client';

import type { TerminalName } from '../../server/protocol/identifiers.ts';
import type { TerminalState } from '../_lab/lab-state.ts';
import type { LabSession } from '../_lab/session.ts';
import { useLab } from '../_lab/use-lab.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Button } from '../_ui/Button.tsx';

/** Below the screen, never over it: the shell has ended, or could not be started, and what to do. */
export function EndedBar({ name, session }: { name: TerminalName; session: LabSession }) {
  const { live } = useText();
  const shell = useLab(session.store, (lab) => lab.terminals[name].shell);
  if (shell.kind !== 'ended' && shell.kind !== 'failed') return <div role="status" />;
  return (
    <div role="status" className="terminal-ended">
      <span>
        {shell.kind === 'failed' ? (
          live.status.errors[shell.error.code]
        ) : (
          <EndedSentence shell={shell} />
        )}
      </span>
      {shell.kind === 'failed' ? (
        <Button size="small" onClick={() => session.openTerminal(name)}>
          {live.status.tryAgain}
        </Button>
      ) : (
        <Button size="small" onClick={() => session.restartTerminal(name)}>
          {live.terminal.restart}
        </Button>
      )}
    </div>
  );
}

function EndedSentence({ shell }: { shell: TerminalState['shell'] & { kind: 'ended' } }) {
  const { terminal } = useText().live;
  const how =
    shell.exitCode === null
      ? terminal.endedUnknown
      : shell.signal > 0
        ? fill(terminal.endedSignal, { signal: shell.signal })
        : fill(terminal.endedExit, { code: shell.exitCode });
  return `${how} ${terminal.endedHint}`;
}
