import type { IncomingMessage, Server } from 'node:http';
import { Socket } from 'node:net';
import { parseNetworks } from '../networks.ts';
import { PROTOCOL_VERSION } from '../protocol/browser.ts';
import { WARDEN_LINK_FD, WEB_EXIT_HOPELESS } from '../protocol/warden.ts';
import { Admission } from './admission.ts';
import { clientAddress } from './client-address.ts';
import { parseWebConfiguration, type WebConfiguration } from './configuration.ts';
import { ConnectionCount } from './connection-count.ts';
import { createHttpServer } from './http.ts';
import { Lessons } from './lessons.ts';
import { Pages } from './pages.ts';
import { progressApi } from './progress/api.ts';
import { Progress } from './progress/progress.ts';
import { serveSockets } from './socket.ts';
import { WardenLink } from './warden-link.ts';

/**
 * The half of the lab that faces the network. It runs as a user without an account, without capabilities,
 * with one way to the rest of the system: the socketpair it inherits. It knows pages and lessons; it does
 * not know what a sandbox is made of, and what a restart must not lose it keeps in a file of its own.
 */
async function main(): Promise<void> {
  const configuration = parseWebConfiguration(process.env);
  const trusted = parseNetworks(configuration.trustProxy);
  const addressOf = (request: IncomingMessage) => clientAddress(request, trusted);
  const admission = new Admission(configuration.machinesPerAddress, (sentence) =>
    console.error(sentence),
  );
  const pages = new Pages(admission);
  const progress = new Progress({
    file: configuration.progressFile,
    nativeBinding: configuration.sqliteFile,
    warn: (sentence) => console.error(sentence),
    trouble: (sentence) => pages.progressTrouble(sentence),
  });
  const leave = () => {
    progress.close();
    process.exit(0);
  };
  const link = new WardenLink(new Socket({ fd: WARDEN_LINK_FD, readable: true, writable: true }), {
    news: (news) => pages.news(news),
    frame: (frame, bytes) => pages.output(frame, bytes),
    drain: () => pages.drained(),
    // Without the warden there is nothing to do; a new one starts a new web.
    ended: leave,
  });
  const server = orHopeless('The pages or lessons are not set up', () =>
    createHttpServer(configuration.siteDirectory, progressApi(progress, addressOf)),
  );
  const lessons = orHopeless(
    'The pages or lessons are not set up',
    () => new Lessons(configuration.lessonsFile),
  );
  // `lesson preview` writes the file anew while its author works.
  process.on('SIGHUP', () => readAgain(lessons));
  const sockets = serveSockets(
    server,
    link,
    { lessons, pages, progress, admission },
    { connections: new ConnectionCount(configuration.connectionsPerAddress), addressOf },
  );
  const port = await listen(server, configuration);
  link.ask('hello', { version: PROTOCOL_VERSION, port }, (answer) => {
    if (!answer.ok) giveUp(answer.error.message);
  });
  process.once('SIGTERM', () => {
    setTimeout(leave, GOODBYE_MS);
    void sockets.close().then(leave);
  });
}

/** A file that is not what it should be changes nothing. */
function readAgain(lessons: Lessons): void {
  try {
    lessons.read();
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    console.error(`The lessons could not be read again (${problem.replaceAll('\n', ' ')}).`);
  }
}

/** How long pages may take to hear that the lab is stopping. */
const GOODBYE_MS = 1_000;

/** What the operator can put right, by the errno of listen(2). */
const LISTEN_PROBLEMS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there: stop it, or choose another port with --port',
  EACCES:
    'ports below 1024 need a privilege that the web process does not have: choose a higher one with --port',
  EADDRNOTAVAIL: 'this machine has no such address: choose another with --address',
  ENOTFOUND: 'there is no such address: choose another with --address',
};

function listen(server: Server, { address, port }: WebConfiguration): Promise<number> {
  return new Promise((resolve) => {
    server.once('error', (error) => {
      const code = 'code' in error ? String(error.code) : '';
      giveUp(
        `Glassbox can't listen on ${address} port ${port} (${code}): ${LISTEN_PROBLEMS[code] ?? error.message}.`,
      );
    });
    server.listen(port, address, () => {
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
}

function orHopeless<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return giveUp(`${what} (${problem}): start the lab with npm start, which builds them.`);
  }
}

function giveUp(sentence: string): never {
  // One line, written before the exit: the warden passes it on to the operator.
  console.error(sentence.replaceAll('\n', ' '));
  process.exit(WEB_EXIT_HOPELESS);
}

await main();
