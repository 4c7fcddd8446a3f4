import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { type Configuration, labName } from '../configuration.ts';
import type { Command } from './command.ts';
import { Dispatch } from './dispatch.ts';
import { Guard } from './guard.ts';
import { removeLeftovers } from './janitor.ts';
import { Link } from './link.ts';
import type { Attachment, Native } from './native-interface.ts';
import { prepareProgressDirectory, progressDirectory } from './progress-directory.ts';
import { Reception } from './reception.ts';
import type { Sandbox } from './sandbox.ts';
import { SandboxRegistry } from './sandbox-registry.ts';
import { Session } from './session.ts';
import type { WardenEvent } from './warden-event.ts';
import { unprivileged, WebProcess } from './web-process.ts';

export type WardenOptions = {
  readonly configuration: Configuration;
  readonly native: Native;
  readonly lowerdirs: readonly string[];
  readonly attachments: readonly Attachment[];
  /** The program of the web process, before its privileges are taken. */
  readonly web: Command;
  readonly tell: (event: WardenEvent) => void;
};

/** Folder of the data directory that web may read, and all it may read. */
export const webDirectory = (dataDirectory: string) => join(dataDirectory, 'web');

/** The web process as `npm start` sets it up. */
export const webProgram = (dataDirectory: string): Command => ({
  file: process.execPath,
  arguments: ['--enable-source-maps', join(webDirectory(dataDirectory), 'web.mjs')],
});

/**
 * The privileged half of the lab. It makes and removes sandboxes, reads and writes terminals, and asks the
 * kernel; it never touches the network. All it hears comes from the web process that it starts, through
 * one socketpair, and is held against one table (`requests.ts`). It knows no secret of any learner.
 */
export class Warden {
  readonly #options: WardenOptions;
  readonly #registry: SandboxRegistry;
  readonly #reception: Reception;
  readonly #web: WebProcess;
  readonly #guard: Guard<Sandbox>;
  #session: Session | undefined;

  constructor(options: WardenOptions) {
    const { configuration, native, lowerdirs, attachments, tell } = options;
    this.#options = options;
    this.#registry = new SandboxRegistry({
      native,
      lowerdirs,
      attachments,
      sandboxesMax: configuration.sandboxesMax,
      warm: configuration.warm,
      life: configuration.life,
      othersWait: () => this.#reception.waiting > 0,
      events: {
        made: ({ id, owner }, tookMs) => tell({ type: 'made', id, owner, tookMs }),
        handedOver: ({ id, owner }) => tell({ type: 'handed-over', id, owner }),
        makeFailed: (owner, error) => tell({ type: 'make-failed', owner, error }),
        gone: (sandbox, reason) => {
          tell({ type: 'gone', id: sandbox.id, reason });
          this.#session?.gone(sandbox, reason);
        },
        removed: ({ id }, tookMs) => tell({ type: 'removed', id, tookMs }),
        removeFailed: ({ id }, error) => tell({ type: 'remove-failed', id, error }),
        terminalEnded: (sandbox, terminal, end) =>
          this.#session?.terminalEnded(sandbox, terminal, end),
        lifeChanged: (sandbox) => {
          this.#session?.lifeChanged(sandbox);
          this.#reception.refresh();
        },
        room: () => this.#reception.serve(),
        terminalsChanged: (sandbox) => this.#session?.terminalsChanged(sandbox),
        pressure: (sandbox, pressure) => this.#session?.pressure(sandbox, pressure),
        inspectFailed: ({ id }, error) => tell({ type: 'inspect-failed', id, error }),
      },
    });
    this.#reception = new Reception(this.#registry, configuration.life.lifeMs, {
      placed: (places) => this.#session?.placed(places),
      turn: (owner) => {
        tell({ type: 'turn', owner, waiting: this.#reception.waiting });
        this.#session?.turn(owner);
      },
      lineBegunOrEnded: () => {
        if (this.#reception.waiting > 0) tell({ type: 'line-begun' });
        this.#registry.tellLives();
      },
    });
    this.#guard = new Guard({
      lab: labName(configuration.dataDirectory),
      sandboxes: () => this.#registry.living,
      pids: async (id) => (await native.snapshot(id, [])).processes.map(({ pid }) => pid),
      evict: (sandbox, why) => {
        tell({ type: 'exhausted', id: sandbox.id, why });
        return this.#registry.evict(sandbox);
      },
    });
    this.#web = new WebProcess(
      unprivileged(configuration.webUid, options.web),
      webEnvironment(configuration),
      {
        started: (stream, pid, kill) => {
          tell({ type: 'web-started', pid });
          this.#openLink(stream, kill);
        },
        said: (line) => tell({ type: 'web-said', line }),
        died: (how) => tell({ type: 'web-died', how }),
        failed: (sentence) => tell({ type: 'web-failed', sentence }),
      },
    );
  }

  /** Removes what an earlier warden left, then starts web. `tell` says when the lab is ready. */
  async start(): Promise<void> {
    const ids = await removeLeftovers(this.#options.native);
    if (ids.length > 0) this.#options.tell({ type: 'leftovers-removed', ids });
    const { dataDirectory, webUid } = this.#options.configuration;
    prepareProgressDirectory(dataDirectory, webUid);
    this.#web.start();
    this.#registry.warmUp();
  }

  /** Removes every sandbox, ends web, and removes the lab's own groups. Resolves when nothing is left. */
  async close(): Promise<void> {
    // Sandboxes first: their pages are told that the lab is stopping before web says goodbye to them.
    this.#guard.stop();
    this.#reception.stop();
    await this.#registry.close();
    await this.#web.stop();
    await this.#options.native.close();
  }

  #openLink(stream: Duplex, killWeb: () => void): void {
    const { tell } = this.#options;
    const link = new Link(stream, {
      packet: (packet) => dispatch.take(packet),
      ended: (reason) => {
        tell({ type: 'link-ended', reason });
        session.end();
        if (this.#session === session) this.#session = undefined;
        killWeb();
      },
    });
    const session = new Session(
      { registry: this.#registry, reception: this.#reception },
      { send: (message) => link.send(message), sendFrame: (frame) => link.sendFrame(frame) },
      (port) => {
        this.#web.ready();
        tell({ type: 'web-ready', address: this.#options.configuration.address, port });
      },
    );
    const dispatch = new Dispatch(session, {
      violated: (violation) => {
        tell({ type: 'violation', violation });
        link.end(violation);
      },
      failed: (request, error) => {
        tell({ type: 'request-failed', request, error });
        link.end(`the request ${request} failed`);
      },
    });
    this.#session = session;
  }
}

/** All the environment web gets. */
function webEnvironment(configuration: Configuration): NodeJS.ProcessEnv {
  const directory = webDirectory(configuration.dataDirectory);
  return {
    GLASSBOX_ADDRESS: configuration.address,
    GLASSBOX_CONNECTIONS_PER_ADDRESS: String(configuration.connectionsPerAddress),
    GLASSBOX_LESSONS: join(directory, 'lessons.json'),
    GLASSBOX_MACHINES_PER_ADDRESS: String(configuration.machinesPerAddress),
    GLASSBOX_PORT: String(configuration.port),
    GLASSBOX_PROGRESS: join(progressDirectory(configuration.dataDirectory), 'progress.db'),
    GLASSBOX_SITE: join(directory, 'site'),
    GLASSBOX_TRUST_PROXY: configuration.trustProxy,
    GLASSBOX_SQLITE: join(directory, 'better_sqlite3.node'),
    LANG: 'C.UTF-8',
    NODE_ENV: 'production',
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  };
}
