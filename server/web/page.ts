import { createHash } from 'node:crypto';
import {
  CLOSE_CODES,
  type FromBrowser,
  PROTOCOL_VERSION,
  type ToBrowser,
} from '../protocol/browser.ts';
import type { StepState } from '../protocol/check.ts';
import type { ErrorReport } from '../protocol/errors.ts';
import type { Frame } from '../protocol/frame.ts';
import type { SandboxNeed } from '../protocol/needs.ts';
import type { GoneReason } from '../protocol/sandbox-state.ts';
import type {
  FromWarden,
  WardenReply,
  WardenRequest,
  WardenRequestName,
} from '../protocol/warden.ts';
import type { XraySnapshot } from '../protocol/xray.ts';
import type { Lessons } from './lessons.ts';
import { PageQuiz } from './page-quiz.ts';
import { isDone, PageStep } from './page-step.ts';
import { PageTerminals } from './page-terminals.ts';
import { PageWatch, type WatchingPage } from './page-watch.ts';
import type { Pages } from './pages.ts';
import { PageTime } from './progress/page-time.ts';
import type { Progress } from './progress/progress.ts';
import type { WardenAnswer, WardenLink } from './warden-link.ts';

/** The browser's end of a page. */
export type PageSocket = {
  readonly send: (message: ToBrowser) => void;
  readonly sendFrame: (bytes: Uint8Array) => void;
  readonly close: (code: number, reason: string) => void;
  /** Reads no more from the browser until `resume`. */
  readonly pause: () => void;
  readonly resume: () => void;
};

/** What all pages of a web have in common. */
export type PageWorld = {
  readonly lessons: Lessons;
  readonly pages: Pages;
  readonly progress: Progress;
};

/** Questions of one page that may wait for the warden at once; more are read when some are answered. */
const WAITING_MAX = 32;

type Hold = { readonly hold: number; readonly sandbox: string };

/**
 * One page's life: who it is, its machine, its terminals, what it watches. All it has is held in the
 * warden too, and can be asked for again after a restart of web.
 */
export class Page {
  readonly #socket: PageSocket;
  readonly #link: WardenLink;
  readonly #lessons: Lessons;
  readonly #pages: Pages;
  readonly #progress: Progress;
  readonly #time = new PageTime();
  #owner: string | undefined;
  #needs: readonly SandboxNeed[] = [];
  #hold: Hold | undefined;
  /** A machine has been asked for and is not here yet. */
  #starting = false;
  #closed = false;
  #waiting = 0;
  readonly #terminals: PageTerminals;
  #xrayOn = false;
  readonly #step: PageStep;
  readonly #quiz: PageQuiz;
  readonly #xrayWatch: PageWatch;

  constructor(socket: PageSocket, link: WardenLink, { lessons, pages, progress }: PageWorld) {
    this.#socket = socket;
    this.#link = link;
    this.#lessons = lessons;
    this.#pages = pages;
    this.#progress = progress;
    const watching: WatchingPage = {
      ask: (name, body, answered) => this.#ask(name, body, answered),
      own: (watch) => pages.ownWatch(watch, this),
      disown: (watch) => pages.disownWatch(watch),
      failed: (error) => this.#error(error),
    };
    this.#terminals = new PageTerminals({
      ask: watching.ask,
      passOn: (frame) => link.sendFrame(frame),
      own: (channel) => pages.ownChannel(channel, this),
      disown: (channel) => pages.disownChannel(channel),
      send: (message) => socket.send(message),
      sendFrame: (bytes) => socket.sendFrame(bytes),
      failed: watching.failed,
    });
    this.#step = new PageStep(lessons, watching);
    this.#quiz = new PageQuiz(lessons, watching);
    this.#xrayWatch = new PageWatch(watching);
    pages.add(this);
  }

  /** True once the page has said who it is. */
  get greeted(): boolean {
    return this.#owner !== undefined;
  }

  /** A message of the page's. Returns false when it breaks the protocol. */
  take(message: FromBrowser): boolean {
    if ((message.type === 'hello') === this.greeted) return false;
    switch (message.type) {
      case 'hello':
        this.#hello(message);
        break;
      case 'reset':
        this.#reset();
        break;
      case 'start':
        this.#start();
        break;
      case 'open-terminal':
        this.#terminals.open(message);
        break;
      case 'resize-terminal':
        this.#terminals.resize(message);
        break;
      case 'restart-terminal':
        this.#terminals.restart(message);
        break;
      case 'new-terminal':
        this.#terminals.make(message);
        break;
      case 'close-terminal':
        this.#terminals.end(message);
        break;
      case 'list-containers':
        this.#terminals.listContainers();
        break;
      case 'watch-step':
        this.#watchStep(message.lesson, message.step);
        break;
      case 'unwatch-step':
        this.#step.close();
        this.#step.follow(this.#hold?.sandbox);
        break;
      case 'answer-quiz':
        this.#answerQuiz(message);
        break;
      case 'alive':
        this.#alive(message.lesson, message.step);
        break;
      case 'check-now':
        this.#step.look();
        break;
      case 'watch-xray':
        if (message.on === this.#xrayOn) break;
        this.#xrayOn = message.on;
        this.#followXray();
        break;
    }
    return true;
  }

  /** Keys or an acknowledgement. Returns false when it breaks the protocol. */
  takeFrame(frame: Frame): boolean {
    if (!this.greeted || frame.kind === 'output') return false;
    this.#terminals.takeFrame(frame);
    if (this.#link.congested) this.#socket.pause();
    return true;
  }

  drained(): void {
    if (this.#waiting < WAITING_MAX) this.#socket.resume();
  }

  output(frame: Frame, bytes: Uint8Array): void {
    this.#terminals.output(frame, bytes);
  }

  gone(sandbox: string, reason: GoneReason): void {
    if (this.#hold?.sandbox !== sandbox) return;
    this.#hold = undefined;
    this.#forget();
    this.#socket.send({ type: 'gone', reason });
  }

  terminalEnded(news: Extract<FromWarden, { type: 'terminal-ended' }>): void {
    this.#terminals.ended(news);
  }

  terminalsChanged(news: Extract<FromWarden, { type: 'terminals' }>): void {
    this.#terminals.changed(news.sandbox, news.terminals);
  }

  pressure(news: Extract<FromWarden, { type: 'pressure' }>): void {
    if (this.#hold?.sandbox !== news.sandbox) return;
    this.#socket.send({ type: 'pressure', pressure: news.pressure });
  }

  check(watch: number, state: StepState): void {
    const open = this.#step.stepOf(watch);
    if (open === undefined) return;
    const { lesson, step } = open;
    this.#socket.send({ type: 'check', lesson, step, state });
    if (isDone(state) && this.#owner !== undefined) {
      this.#progress.note(this.#owner, { kind: 'step', lesson, step, at: Date.now() });
    }
  }

  xray(watch: number, snapshot: XraySnapshot): void {
    if (this.#xrayWatch.is(watch)) this.#socket.send({ type: 'xray', snapshot });
  }

  progressTrouble(sentence: string | undefined): void {
    if (!this.greeted) return;
    this.#socket.send(
      sentence === undefined
        ? { type: 'progress-saved' }
        : { type: 'progress-unsaved', message: sentence },
    );
  }

  /** The browser has gone. The machine stays; its idle clock runs when no other page holds it. */
  close(): void {
    this.#closed = true;
    this.#pages.remove(this);
    this.#terminals.close();
    this.#step.follow(undefined);
    this.#xrayWatch.follow(undefined, undefined);
    this.#forget();
    if (this.#hold !== undefined) this.#tell('release', { hold: this.#hold.hold });
    this.#hold = undefined;
  }

  #hello({ version, secret, lesson }: Extract<FromBrowser, { type: 'hello' }>): void {
    if (version !== PROTOCOL_VERSION) {
      this.#socket.close(CLOSE_CODES.version, `This lab speaks version ${PROTOCOL_VERSION}.`);
      return;
    }
    this.#owner = createHash('sha256').update(secret).digest('hex');
    this.#needs = this.#lessons.needsOf(lesson);
    if (this.#progress.trouble !== undefined) this.progressTrouble(this.#progress.trouble);
    this.#start();
  }

  #reset(): void {
    const owner = this.#owner;
    if (this.#starting || owner === undefined) return;
    this.#starting = true;
    this.#ask('reset', { owner }, (answer) => {
      this.#starting = false;
      if (answer.ok) this.#start();
      else this.#error(answer.error);
    });
  }

  #start(): void {
    const owner = this.#owner;
    if (this.#starting || owner === undefined || this.#closed) return;
    this.#starting = true;
    this.#ask('hold', { owner, needs: [...this.#needs] }, (answer) => {
      this.#starting = false;
      if (!answer.ok) {
        this.#error(answer.error);
        return;
      }
      const { hold, state, terminals } = answer.reply;
      const before = this.#closed ? { hold } : this.#hold;
      if (before !== undefined) this.#tell('release', { hold: before.hold });
      if (this.#closed) return;
      this.#hold = { hold, sandbox: state.id };
      this.#terminals.follow(state.id);
      this.#socket.send({ type: 'machine', state, terminals });
      this.#step.follow(this.#hold.sandbox);
      this.#followXray();
    });
  }

  #watchStep(lesson: string, step: string): void {
    const problem = this.#step.open(lesson, step);
    if (problem !== undefined) this.#error(problem);
    this.#step.follow(this.#hold?.sandbox);
  }

  #answerQuiz(message: Extract<FromBrowser, { type: 'answer-quiz' }>): void {
    this.#quiz.answer(message, this.#hold?.sandbox, (verdict) => {
      if (this.#closed) return;
      const { place } = message;
      this.#socket.send({ type: 'quiz', place, ...verdict });
      if (verdict.verdict === 'unanswerable' || this.#owner === undefined) return;
      const right = verdict.verdict === 'right';
      const deed = { kind: 'quiz' as const, ...place, at: Date.now(), attempts: 1, right };
      this.#progress.note(this.#owner, deed);
    });
  }

  /** Somebody reads this step. The clock is the server's, and only lessons that there are have time. */
  #alive(lesson: string, step: string): void {
    if (this.#owner === undefined || !this.#lessons.hasStep(lesson, step)) return;
    const seconds = this.#time.alive(`${lesson}/${step}`);
    if (seconds > 0) this.#progress.note(this.#owner, { kind: 'time', lesson, step, seconds });
  }

  #followXray(): void {
    this.#xrayWatch.follow(
      this.#hold?.sandbox,
      this.#xrayOn ? { key: 'xray', xray: true } : undefined,
    );
  }

  /** What was the machine's is no more. What the page wants to watch stays, for its next machine. */
  #forget(): void {
    this.#terminals.forget();
    this.#step.forget();
    this.#xrayWatch.forget();
  }

  #error(error: ErrorReport): void {
    if (!this.#closed) this.#socket.send({ type: 'error', error });
  }

  #ask<N extends WardenRequestName>(
    name: N,
    body: WardenRequest<N>,
    answered: (answer: WardenAnswer<WardenReply<N>>) => void,
  ): void {
    this.#waiting += 1;
    if (this.#waiting >= WAITING_MAX) this.#socket.pause();
    this.#link.ask(name, body, (answer) => {
      this.#waiting -= 1;
      answered(answer);
      if (this.#waiting < WAITING_MAX && !this.#link.congested) this.#socket.resume();
    });
  }

  /** Asks for what can't be refused. */
  #tell<N extends WardenRequestName>(name: N, body: WardenRequest<N>): void {
    this.#ask(name, body, () => {});
  }
}
