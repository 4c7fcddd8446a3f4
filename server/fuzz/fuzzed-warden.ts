import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePacket, PacketReader } from '../protocol/packet.ts';
import { type FromWarden, fromWarden, type WardenRequestName } from '../protocol/warden.ts';
import { lowerdirs } from '../testing/native.ts';
import { Dispatch } from '../warden/dispatch.ts';
import { Link } from '../warden/link.ts';
import type { Native } from '../warden/native-interface.ts';
import { Reception } from '../warden/reception.ts';
import { SandboxRegistry } from '../warden/sandbox-registry.ts';
import { Session } from '../warden/session.ts';

const SANDBOXES_MAX = 6;
const LONG_MS = 3_600_000;
const LIFE = {
  lifeMs: LONG_MS,
  lifeMaxMs: 2 * LONG_MS,
  extendMs: LONG_MS,
  idleMs: LONG_MS,
  awayMs: LONG_MS,
} as const;

/** The warden's side of the line, with real sandboxes, for webs that live in this process. */
export type FuzzedWarden = {
  readonly registry: SandboxRegistry;
  /** A new web, with a link of its own. */
  readonly connect: () => Promise<FuzzedLink>;
  /** What went wrong where nothing may. */
  readonly failures: readonly string[];
  readonly close: () => Promise<void>;
};

/** One end is the warden's, wired as in `warden.ts`; the other is ours. */
export type FuzzedLink = {
  readonly socket: Socket;
  readonly session: Session;
  /** Why the warden has ended it, if it has. */
  readonly end: () => string | undefined;
  readonly ended: Promise<void>;
  /** Bytes that the warden has read. */
  readonly read: () => number;
  readonly ask: (name: WardenRequestName, body: unknown) => Promise<FromWarden>;
};

export async function openFuzzedWarden(native: Native): Promise<FuzzedWarden> {
  const failures: string[] = [];
  const fail = (what: string) => (_sandbox: unknown, error: unknown) =>
    void failures.push(`${what}: ${error}`);
  const registry = new SandboxRegistry({
    native,
    lowerdirs: lowerdirs(),
    attachments: [],
    sandboxesMax: SANDBOXES_MAX,
    warm: 0,
    life: LIFE,
    othersWait: () => reception.waiting > 0,
    events: {
      made: () => {},
      handedOver: () => {},
      makeFailed: fail('no sandbox could be made'),
      gone: (sandbox, reason) => {
        for (const session of sessions) session.gone(sandbox, reason);
      },
      removed: () => {},
      removeFailed: fail('a sandbox could not be removed'),
      terminalEnded: (sandbox, terminal, end) => {
        for (const session of sessions) session.terminalEnded(sandbox, terminal, end);
      },
      lifeChanged: (sandbox) => {
        for (const session of sessions) session.lifeChanged(sandbox);
        reception.refresh();
      },
      room: () => reception.serve(),
      inspectFailed: fail('a sandbox could not be looked at'),
    },
  });
  const reception = new Reception(registry, LIFE.lifeMs, {
    placed: (places) => {
      for (const session of sessions) session.placed(places);
    },
    turn: (owner) => {
      for (const session of sessions) session.turn(owner);
    },
    lineBegunOrEnded: () => registry.tellLives(),
  });
  const sessions = new Set<Session>();
  const directory = mkdtempSync(join(tmpdir(), 'glassbox-fuzz-'));
  const path = join(directory, 'link');
  // Connected Unix stream sockets are what socketpair(2) makes; Node has no other way to a pair of them.
  const server = createServer().listen(path);
  await once(server, 'listening');

  return {
    registry,
    failures,
    async connect() {
      const socket = connect(path);
      const [stream] = await Promise.all([once(server, 'connection'), once(socket, 'connect')]);
      return wire(stream[0], socket, { registry, reception }, sessions, (request, error) =>
        failures.push(`the request ${request} failed: ${error}`),
      );
    },
    async close() {
      server.close();
      await registry.close();
      rmSync(directory, { recursive: true });
    },
  };
}

function wire(
  stream: Socket,
  socket: Socket,
  lab: { readonly registry: SandboxRegistry; readonly reception: Reception },
  sessions: Set<Session>,
  failed: (request: string, error: unknown) => void,
): FuzzedLink {
  let reason: string | undefined;
  let tellEnded: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    tellEnded = resolve;
  });
  const link = new Link(stream, {
    packet: (packet) => dispatch.take(packet),
    ended: (why) => {
      reason = why;
      session.end();
      sessions.delete(session);
      tellEnded();
    },
  });
  const session = new Session(
    lab,
    { send: (message) => link.send(message), sendFrame: (frame) => link.sendFrame(frame) },
    () => {},
  );
  const dispatch = new Dispatch(session, {
    violated: (violation) => link.end(violation),
    failed: (request, error) => {
      failed(request, error);
      link.end(`the request ${request} failed`);
    },
  });
  sessions.add(session);
  return {
    socket,
    session,
    end: () => reason,
    ended,
    read: () => stream.bytesRead,
    ask: asker(socket, ended, () => reason),
  };
}

/** Numbers that no case takes. */
const FIRST_ID = 2 ** 40;

function asker(socket: Socket, ended: Promise<void>, reason: () => string | undefined) {
  const waiting = new Map<number, (message: FromWarden) => void>();
  const reader = new PacketReader();
  let lastId = FIRST_ID;
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => {
    for (const { kind, body } of reader.read(chunk)) {
      if (kind !== 'json') continue;
      const text = Buffer.from(body).toString('utf8');
      // Of thousands of answers only those to our own questions are worth the parsing.
      const id = Number(/^\{"type":"(?:reply|refused)","id":(\d+)/.exec(text)?.[1]);
      const answer = waiting.get(id);
      waiting.delete(id);
      answer?.(fromWarden.parse(JSON.parse(text)));
    }
  });
  return async (name: WardenRequestName, body: unknown) => {
    lastId += 1;
    const id = lastId;
    const answered = new Promise<FromWarden>((resolve) => waiting.set(id, resolve));
    const text = JSON.stringify({ id, name, body });
    socket.write(encodePacket('json', Buffer.from(text)));
    const never = ended.then(() => {
      throw new LinkEnded(reason() ?? '');
    });
    never.catch(() => {});
    return Promise.race([answered, never]);
  };
}

/** The warden has ended the link before it answered. */
export class LinkEnded extends Error {
  override readonly name = 'LinkEnded';
}
