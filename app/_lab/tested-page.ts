import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { WebSocket as Client, type WebSocket as ServerSocket, WebSocketServer } from 'ws';
import { type FromBrowser, fromBrowser, type ToBrowser } from '../../server/protocol/browser.ts';
import { decodeFrame, encodeFrame, type Frame } from '../../server/protocol/frame.ts';
import type { SandboxState } from '../../server/protocol/sandbox-state.ts';

import { exampleLife } from '../../server/testing/lifetime.ts';
import { attached } from './example-terminal.ts';
import { openLink } from './link.ts';
import { createSession, type Judged } from './session.ts';
import { createLabStore } from './store.ts';
import type { TerminalScreen } from './terminal-attachment.ts';

export const SECRET = '0123456789abcdef0123456789abcdef';

export const machine = (id: string): SandboxState => ({
  id,
  hostname: 'machine',
  hostPid: 4711,
  createdAt: 0,
  life: exampleLife(),
  fresh: true,
  needs: [],
  missing: [],
  cgroupVersion: 2,
  trace: [],
});

/** A screen that keeps what is written to it and has drawn it at once. */
export function paper() {
  const screen = { text: '', resets: 0, columns: 80, reading: false, sizes: [0] };
  const decoder = new TextDecoder();
  const view: TerminalScreen = {
    size: () => ({ columns: screen.columns, rows: 24 }),
    write(bytes, drawn) {
      screen.text += decoder.decode(bytes);
      drawn();
    },
    reset() {
      screen.resets += 1;
      screen.text = '';
    },
    resize: ({ columns }) => screen.sizes.push(columns),
    skip: (missedBytes) => {
      screen.text += `[${missedBytes} missing]`;
    },
    conceal: () => {},
    wantsMarkedPastes: () => screen.reading,
    focus: () => {},
  };
  return { screen, view };
}

/** One connection as the lab sees it: what the page says, in order, and ways to answer. */
export class Connection {
  readonly #heard: (FromBrowser | Frame)[] = [];
  #woken = () => {};

  constructor(readonly socket: ServerSocket) {
    socket.on('message', (data: Buffer, binary) => {
      const frame = binary ? decodeFrame(data) : undefined;
      this.#heard.push(frame ?? fromBrowser.parse(JSON.parse(data.toString())));
      this.#woken();
    });
  }

  /** The next message of a type, past any others. */
  async hear<Type extends FromBrowser['type']>(
    type: Type,
  ): Promise<Extract<FromBrowser, { type: Type }>> {
    for (;;) {
      const message = await this.#next();
      if ('type' in message && message.type === type)
        return message as Extract<FromBrowser, { type: Type }>;
    }
  }

  async hearFrame(kind: Frame['kind']): Promise<Frame> {
    for (;;) {
      const message = await this.#next();
      if ('kind' in message && message.kind === kind) return message;
    }
  }

  say(message: ToBrowser): void {
    this.socket.send(JSON.stringify(message));
  }

  print(channel: number, offset: number, text: string): void {
    const payload = new TextEncoder().encode(text);
    this.socket.send(encodeFrame({ kind: 'output', channel, offset, payload }));
  }

  async #next(): Promise<FromBrowser | Frame> {
    const deadline = AbortSignal.timeout(5000);
    while (this.#heard.length === 0) {
      await new Promise<void>((resolve, reject) => {
        this.#woken = resolve;
        deadline.onabort = () => reject(new Error('the page never said it'));
      });
    }
    return this.#heard.shift() as FromBrowser | Frame;
  }
}

export async function page(context: TestContext) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const connected = async () => {
    const [socket] = (await once(server, 'connection')) as [ServerSocket];
    return new Connection(socket);
  };
  const judgements: Judged[] = [];
  const clock = { now: 1_000_000 };
  const session = createSession({
    store: createLabStore(),
    lesson: 'uts',
    secret: () => SECRET,
    now: () => clock.now,
    onJudged: (judgement) => judgements.push(judgement),
    openLink: (events) =>
      openLink(url, events, (address) => new Client(address) as unknown as WebSocket),
  });
  const first = connected();
  const stop = session.start();
  context.after(() => {
    stop();
    for (const client of server.clients) client.terminate();
    server.close();
  });
  return { session, connected, judgements, clock, lab: await first };
}

/** A page with a machine and its machine terminal open on channel 1. */
export async function openPage(context: TestContext) {
  const opened = await page(context);
  const { screen, view } = paper();
  opened.session.addScreen('machine', view);
  await opened.lab.hear('hello');
  opened.lab.say({ type: 'machine', state: machine('00000000000a'), terminals: [] });
  await opened.lab.hear('open-terminal');
  opened.lab.say(attached({}));
  await until(opened.session, () => isRunning(opened.session));
  return { ...opened, screen };
}

type Session = Awaited<ReturnType<typeof page>>['session'];

export const isRunning = ({ store }: Session) =>
  store.get().terminals.machine.shell.kind === 'running';

/** Waits for the store to say so. */
export function until({ store }: Session, condition: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => reject(new Error('the store never said so')), 5000);
    const look = () => {
      if (!condition()) return;
      clearTimeout(deadline);
      leave();
      resolve();
    };
    const leave = store.subscribe(look);
    look();
  });
}
