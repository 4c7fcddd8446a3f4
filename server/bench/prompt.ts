import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { WebSocket } from 'ws';
import {
  type FromBrowser,
  PROTOCOL_VERSION,
  toBrowser,
  WEBSOCKET_PATH,
} from '../protocol/browser.ts';
import { decodeFrame } from '../protocol/frame.ts';
import { eventually } from '../testing/eventually.ts';
import { makeDataDirectory, TestLab } from '../testing/lab.ts';
import { newInput } from '../testing/onlooker.ts';
import { newSecret } from '../testing/page.ts';

/** From the moment that a page connects until its terminal shows a prompt, through web and warden. */
export async function measurePrompt(warm: number, rounds: number): Promise<number[]> {
  const data = makeDataDirectory();
  const lab = new TestLab(data, ['--port', '0', '--warm', String(warm)]);
  const took: number[] = [];
  try {
    const address = await lab.address();
    for (let round = -2; round < rounds; round += 1) {
      if (warm > 0) await poolIsFull(lab, warm);
      const milliseconds = await clickToPrompt(address);
      if (round >= 0) took.push(milliseconds);
    }
  } finally {
    await lab.stop();
    rmSync(data, { recursive: true, force: true });
  }
  return took;
}

const poolIsFull = (lab: TestLab, warm: number) =>
  eventually('the pool is full', () => {
    const count = (pattern: RegExp) => [...lab.printed.matchAll(pattern)].length;
    return count(/ made ahead in /g) - count(/, made ahead, is for /g) === warm;
  });

/** Waits for events, never by looking again and again: that would be part of the time. */
async function clickToPrompt(address: string): Promise<number> {
  const url = new URL(WEBSOCKET_PATH, address.replace('http', 'ws'));
  const begin = performance.now();
  const socket = new WebSocket(url, { origin: new URL(address).origin });
  const say = (message: FromBrowser) => socket.send(JSON.stringify(message));
  socket.on('open', () =>
    say({ type: 'hello', version: PROTOCOL_VERSION, secret: newSecret(), lesson: 'uts' }),
  );
  const prompt = new Promise<number>((resolve, reject) => {
    let shown = '';
    socket.on('error', reject);
    socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) {
        const message = toBrowser.parse(JSON.parse(data.toString('utf8')));
        if (message.type !== 'machine') return;
        say({
          type: 'open-terminal',
          terminal: 'machine',
          serial: 0,
          columns: 100,
          rows: 30,
          from: 0,
          used: true,
          input: newInput(),
        });
        return;
      }
      const frame = decodeFrame(data);
      if (frame?.kind === 'output') shown += Buffer.from(frame.payload).toString('utf8');
      if (/[#$] ?/.test(shown)) resolve(performance.now() - begin);
    });
  });
  const took = await prompt;
  socket.close();
  await once(socket, 'close');
  return took;
}
