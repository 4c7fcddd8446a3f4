import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUILD, ROOT } from '../../server/setup/paths.mjs';
import { eventually } from '../../server/testing/eventually.ts';
import type { LessonFacts } from '../../server/web/lessons.ts';
import { Child, childrenOf, commandLine } from './child.ts';
import { PreviewPages } from './pages.ts';

const READY = /^Glassbox is ready: http:\/\/.*:(\d+)\/$/;
/** Where a machine has the files of a lesson. */
const FILES = 'usr/local/share/glassbox';

/**
 * A lab of a preview's own and a Next that makes its pages while they change. All it writes is in two
 * directories that are gone after it.
 */
export class PreviewLab {
  readonly #data = mkdtempSync(join(tmpdir(), 'glassbox-preview-'));
  readonly #pages = new PreviewPages();
  readonly #children: Child[] = [];
  #warden: Child | undefined;

  /** Starts the lab; resolves with its port. Its machines have the files that lessons have now. */
  async startLab(images: string, facts: Facts): Promise<number> {
    chmodSync(this.#data, 0o755);
    const web = join(this.#data, 'web');
    mkdirSync(join(web, 'site'), { recursive: true });
    for (const name of ['web.mjs', 'better_sqlite3.node']) {
      cpSync(join(BUILD, 'web', name), join(web, name));
    }
    // Pages are Next's here: the lab has none of its own.
    writeFileSync(join(web, 'site/404.html'), '');
    this.writeFacts(facts);
    const warden = [process.execPath, join(BUILD, 'server/warden.mjs')];
    const options = ['--data', this.#data, '--images', images, '--port', '0', '--warm', '1'];
    const child = this.#start('lab', [...warden, ...options], {});
    this.#warden = child;
    return Number(await child.says(READY));
  }

  /** Starts Next; resolves with its port when it has made a page, which takes it long the first time. */
  async startPages(path: string): Promise<number> {
    const port = await freePort();
    const next = [process.execPath, join(ROOT, 'node_modules/next/dist/bin/next'), 'dev'];
    const options = ['--hostname', '127.0.0.1', '--port', String(port)];
    const child = this.#start('pages', [...next, ...options], this.#pages.environment());
    await Promise.race([child.failed, eventually('Next listens', () => answers(port))]);
    const page = fetch(`http://127.0.0.1:${port}${path}`).then((answer) => answer.text());
    await Promise.race([child.failed, page]);
    return port;
  }

  /** Writes what web needs to know of the lessons; `tellWeb` makes it read that. */
  writeFacts(facts: Facts): void {
    const file = join(this.#data, 'web', 'lessons.json');
    writeFileSync(file, JSON.stringify(facts));
    chmodSync(file, 0o644);
  }

  tellWeb(): void {
    const { pid } = this.#warden?.process ?? {};
    if (pid === undefined) return;
    for (const child of childrenOf(pid)) {
      if (commandLine(child).some((word) => word.endsWith('/web.mjs')))
        process.kill(child, 'SIGHUP');
    }
  }

  /** Puts the files of a lesson where machines see them, over those that the image has. */
  writeFiles(lesson: string, folder: string): void {
    const target = join(this.#data, 'layer', FILES, lesson);
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target, { recursive: true });
    cpSync(folder, target, { recursive: true });
  }

  /** Resolves with a sentence when one of the two has ended by itself. */
  get failed(): Promise<never> {
    return Promise.race(this.#children.map((child) => child.failed));
  }

  /** Ends all of it, and takes away what it has written. */
  async close(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.end()));
    rmSync(this.#data, { recursive: true, force: true });
    this.#pages.remove();
  }

  #start(
    name: string,
    command: readonly string[],
    environment: Readonly<Record<string, string>>,
  ): Child {
    const child = new Child(name, command, environment);
    this.#children.push(child);
    return child;
  }
}

type Facts = Readonly<Record<string, LessonFacts>>;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('No port was given.');
  return address.port;
}

/** True when something listens on a port of this machine. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const say = (does: boolean): void => {
      socket.destroy();
      resolve(does);
    };
    socket.once('connect', () => say(true)).once('error', () => say(false));
  });
}
