'use client';

import type { TerminalName } from '../../server/protocol/identifiers.ts';
import type { LabSession } from '../_lab/session.ts';
import { isExtra } from '../_lab/tabs.ts';
import { type TerminalState, terminalIn } from '../_lab/terminals-state.ts';
import { useLab } from '../_lab/use-lab.ts';
import { fill, useText } from '../_messages/text.tsx';
import { Button } from '../_ui/Button.tsx';

type EndedBarProps = {
  readonly name: TerminalName;
  readonly session: LabSession;
  readonly onClose: () => void;
};

/** Below the screen, never over it: the shell has ended, or could not be started, and what to do. */
export function EndedBar({ name, session, onClose }: EndedBarProps) {
  const { live } = useText();
  const shell = useLab(session.store, (lab) => terminalIn(lab.terminals, name).shell);
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
      <span className="flex gap-2">
        <Again name={name} session={session} shell={shell} />
        {isExtra(name) && (
          <Button size="small" aria-label={live.tabs.close} onClick={onClose}>
            {live.status.dismiss}
          </Button>
        )}
      </span>
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

type AgainProps = {
  readonly name: TerminalName;
  readonly session: LabSession;
  readonly shell: TerminalState['shell'] & { kind: 'ended' | 'failed' };
};

/** What has failed is tried again, but for a container that has ended. */
function Again({ name, session, shell }: AgainProps) {
  const { live } = useText();
  if (shell.kind === 'ended')
    return (
      <Button size="small" onClick={() => session.restartTerminal(name)}>
        {live.terminal.restart}
      </Button>
    );
  if (shell.error.code === 'no-such-container') return null;
  return (
    <Button size="small" onClick={() => session.openTerminal(name)}>
      {live.status.tryAgain}
    </Button>
  );
}
