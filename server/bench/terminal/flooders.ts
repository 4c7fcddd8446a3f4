import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Server } from './open-terminal.ts';

/** Terminals that flood on demand. */
export type Flooders = {
  readonly begin: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export async function openFlooders(server: Server, count: number): Promise<Flooders> {
  const file = fileURLToPath(new URL('flood.ts', import.meta.url));
  const child = fork(file, [JSON.stringify(server), String(count)], {
    execArgv: ['--import', import.meta.resolve('tsx')],
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error('The flooding client has ended.');
  });
  ended.catch(() => {});
  const answered = () => Promise.race([once(child, 'message'), ended]);
  await answered();
  const tell = async (message: 'on' | 'off') => {
    const answer = answered();
    child.send(message);
    await answer;
  };
  return {
    begin: () => tell('on'),
    stop: () => tell('off'),
    async close() {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}
