import { createHash } from 'node:crypto';
import {
  CLOSE_CODES,
  type FromBrowser,
  PROTOCOL_VERSION,
  type ToBrowser,
} from '../protocol/browser.ts';
import type { StepState } from '../protocol/check.ts';
import type { ErrorReport } from '../protocol/errors.ts';
import { type Frame, isFromPage } from '../protocol/frame.ts';
import type { Lifetime, LinePlace } from '../protocol/lifetime.ts';
import type { GoneReason } from '../protocol/sandbox-state.ts';
import type {
  FromWarden,
  WardenReply,
  WardenRequest,
  WardenRequestName,
} from '../protocol/warden.ts';
import type { XraySnapshot } from '../protocol/xray.ts';
import type { Admission } from './admission.ts';
import type { Lessons } from './lessons.ts';
import { PageMachine } from './page-machine.ts';
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
  readonly admission: Admission;
};

/** Questions of one page that may wait for the warden at once; more are read when some are answered. */
const WAITING_MAX = 32;

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
  readonly #address: string;
  readonly #machine: PageMachine;
  #closed = false;
  #waiting = 0;
  readonly #terminals: PageTerminals;
  #xrayOn = false;
  readonly #step: PageStep;
  readonly #quiz: PageQuiz;
  readonly #xrayWatch: PageWatch;

  /** `address`: where it comes from, as it is counted. */
  constructor(socket: PageSocket, link: WardenLink, world: PageWorld, address: string) {
    const { lessons, pages, progress, admission } = world;
    this.#socket = socket;
    this.#address = address;
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
    this.#machine = new PageMachine(
      {
        ask: watching.ask,
        ownWait: (wait) => pages.ownWait(wait, this),
        disownWait: (wait) => pages.disownWait(wait),
        send: (message) => socket.send(message),
        failed: watching.failed,
        met: (sandbox) => this.#terminals.follow(sandbox),
        told: () => {
          this.#step.follow(this.#machine.sandbox);
          this.#followXray();
        },
        left: () => this.#forget(),
      },
      admission,
    );
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
        this.#machine.reset();
        break;
      case 'start':
        this.#machine.start();
        break;
      case 'leave-line':
        this.#machine.leaveLine();
        break;
      case 'extend':
        this.#machine.extend();
        break;
      case 'still-here':
        this.#machine.use();
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
        this.#step.follow(this.#machine.sandbox);
        break;
      case 'answer-quiz':
        this.#machine.use();
        this.#answerQuiz(message);
        break;
      case 'alive':
        this.#machine.use();
        this.#alive(message.lesson, message.step);
        break;
      case 'check-now':
        this.#step.look();
        break;
      case 'ping':
        this.#socket.send({ type: 'pong' });
        break;
      case 'watch-xray':
        if (message.on === this.#xrayOn) break;
        this.#xrayOn = message.on;
        this.#followXray();
        break;
    }
    return true;
  }

  /** Input or an acknowledgement. Returns false when it breaks the protocol. */
  takeFrame(frame: Frame): boolean {
    if (!this.greeted || !isFromPage(frame.kind)) return false;
    this.#terminals.takeFrame(frame);
    if (this.#link.congested) this.#socket.pause();
    return true;
  }

  drained(): void {
    if (this.#waiting < WAITING_MAX) this.#socket.resume();
  }

  /** A terminal prints, or says what it has taken. */
  output(bytes: Uint8Array): void {
    this.#terminals.output(bytes);
  }

  /** News of one of its terminals, by its channel. */
  terminalNews(news: Extract<FromWarden, { type: 'terminal-size' | 'terminal-skipped' }>): void {
    this.#socket.send(news);
  }

  terminalStarted(news: Extract<FromWarden, { type: 'terminal-started' }>): void {
    this.#terminals.started(news);
  }

  gone(sandbox: string, reason: GoneReason): void {
    this.#machine.gone(sandbox, reason);
  }

  life(sandbox: string, life: Lifetime): void {
    this.#machine.life(sandbox, life);
  }

  placed(wait: number, place: LinePlace): void {
    this.#machine.placed(wait, place);
  }

  turn(wait: number): void {
    this.#machine.turn(wait);
  }

  terminalEnded(news: Extract<FromWarden, { type: 'terminal-ended' }>): void {
    this.#terminals.ended(news);
  }

  terminalsChanged(news: Extract<FromWarden, { type: 'terminals' }>): void {
    this.#terminals.changed(news.sandbox, news.terminals);
  }

  pressure(news: Extract<FromWarden, { type: 'pressure' }>): void {
    if (this.#machine.sandbox !== news.sandbox) return;
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

  /** The browser has gone. */
  close(): void {
    this.#closed = true;
    this.#pages.remove(this);
    this.#terminals.close();
    this.#step.follow(undefined);
    this.#xrayWatch.follow(undefined, undefined);
    this.#forget();
    this.#machine.close();
  }

  #hello({ version, secret, lesson, start = true }: Extract<FromBrowser, { type: 'hello' }>): void {
    if (version !== PROTOCOL_VERSION) {
      this.#socket.close(CLOSE_CODES.version, `This lab speaks version ${PROTOCOL_VERSION}.`);
      return;
    }
    this.#owner = createHash('sha256').update(secret).digest('hex');
    if (this.#progress.trouble !== undefined) this.progressTrouble(this.#progress.trouble);
    this.#machine.begin(
      { id: this.#owner, address: this.#address, needs: this.#lessons.needsOf(lesson) },
      start,
    );
  }

  #watchStep(lesson: string, step: string): void {
    const problem = this.#step.open(lesson, step);
    if (problem !== undefined) this.#error(problem);
    this.#step.follow(this.#machine.sandbox);
  }

  #answerQuiz(message: Extract<FromBrowser, { type: 'answer-quiz' }>): void {
    this.#quiz.answer(message, this.#machine.sandbox, (verdict) => {
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
      this.#machine.sandbox,
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
}
