import { randomBytes } from 'node:crypto';
import type { SandboxNeed } from '../protocol/needs.ts';
import { eventually } from '../testing/eventually.ts';
import { Onlooker } from '../testing/onlooker.ts';
import type { Sandbox } from '../warden/sandbox.ts';
import type { SandboxRegistry } from '../warden/sandbox-registry.ts';
import type { Chance } from './chance.ts';

/** What happens to a sandbox before, or as, it ends. */
export type Fate = 'reset' | 'kill-init' | 'kill-shell' | 'mess' | 'look';
export type Life = Fate | 'refused';

const SIZE = { columns: 80, rows: 24 };

/** What a learner may leave running and mounted when the end comes. */
const MESS = [
  'ip netns add left; ip link add one type veth peer name two',
  'mount -t tmpfs left /mnt; mkdir /sys/fs/cgroup/*/left /sys/fs/cgroup/left 2>/dev/null',
  'unshare --user --map-root-user --net --pid --fork --mount-proc sleep 1000 &',
  'setsid sleep 1000 & nohup sleep 1000 >/dev/null 2>&1 &',
  'sh -c "echo \\$\\$ >/sys/fs/cgroup/freezer/left/cgroup.procs; exec sleep 1000" & sleep 0.01',
  'echo FROZEN >/sys/fs/cgroup/freezer/left/freezer.state; exec 9<>/dev/ptmx; echo me-$((20 + 1))-ss',
].join('\n');

/** One sandbox from its making to its removal. `refused`: it could not be made. */
export async function live(
  registry: SandboxRegistry,
  chance: Chance,
  needs: readonly SandboxNeed[],
): Promise<Life> {
  const fate = chance.pick([
    ...(['reset', 'reset', 'reset', 'kill-init', 'kill-init'] as const),
    ...(['kill-shell', 'look', 'look', 'look', 'mess'] as const),
  ]);
  const owner = randomBytes(32).toString('hex');
  const held = await registry.hold(owner, needs);
  if (!held.ok) return 'refused';
  const { sandbox } = held;
  // Without a page no room is kept for the owner's next one.
  registry.release(sandbox);
  // Whoever was killed early may be dead already: all of this may then meet nothing.
  if (!sandbox.closed) await meet(sandbox, fate, chance);
  if (fate !== 'kill-init' || chance.below(2) === 0) await registry.reset(owner);
  await eventually(`${fate} ends with the removal`, () => sandbox.closed);
  return fate;
}

async function meet(sandbox: Sandbox, fate: Fate, chance: Chance): Promise<void> {
  switch (fate) {
    case 'reset':
      return;
    case 'kill-init':
      // It is reaped only by its removal, which has not begun: the number is still its own.
      process.kill(sandbox.created.pid, 'SIGKILL');
      return;
    case 'kill-shell':
      return killShell(sandbox, chance);
    case 'mess':
      return type(sandbox, MESS, 'me-21-ss');
    case 'look':
      return type(sandbox, 'echo lo-$((20 + 2))-ok', 'lo-22-ok');
  }
}

/** A shell that is hung up on its way in, or kills itself. */
async function killShell(sandbox: Sandbox, chance: Chance): Promise<void> {
  const terminal = open(sandbox);
  if (terminal === undefined) return;
  if (chance.below(2) === 0) return terminal.close();
  new Onlooker(terminal).type('kill -9 $$\n');
  await eventually('the shell is dead', () => sandbox.closed || !terminal.running);
}

async function type(sandbox: Sandbox, text: string, marker: string): Promise<void> {
  const terminal = open(sandbox);
  if (terminal === undefined) return;
  let shown = '';
  const onlooker = new Onlooker(terminal, {
    output: (_offset, payload) => {
      shown += Buffer.from(payload).toString('latin1');
    },
  });
  onlooker.type(`${text}\n`);
  await eventually(
    () => `${marker} is shown, or the sandbox has ended; the terminal shows ${shown}`,
    () => shown.includes(marker) || sandbox.closed || !terminal.running,
  );
}

function open(sandbox: Sandbox) {
  try {
    return sandbox.openTerminal('machine', SIZE);
  } catch {
    // It ended a moment ago.
    return undefined;
  }
}
