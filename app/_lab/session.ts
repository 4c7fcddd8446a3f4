import {
  type FromBrowser,
  PROTOCOL_VERSION,
  type ToBrowser,
} from '../../server/protocol/browser.ts';
import type { Frame } from '../../server/protocol/frame.ts';
import type { Language, TerminalName } from '../../server/protocol/identifiers.ts';
import type { QuizGiven, QuizVerdict } from '../../server/protocol/quiz.ts';
import type { ContainerPlace } from '../../server/protocol/terminals.ts';
import { type Machine, type QuizPlace, quizKey } from './lab-state.ts';
import type { LabLink, LinkEvents } from './link.ts';
import { SessionTerminals } from './session-terminals.ts';
import type { LabStore } from './store.ts';
import type { TerminalScreen } from './terminal-attachment.ts';

export type LabSession = {
  readonly store: LabStore;
  /** Connects; returns what disconnects. */
  readonly start: () => () => void;
  /** A terminal is on the page. It is opened as soon as there is a machine; returns what takes it off again. */
  readonly addScreen: (terminal: TerminalName, screen: TerminalScreen) => () => void;
  /** Sends what was typed. Keys that nothing can receive are dropped, and the terminal's header says so. */
  readonly type: (terminal: TerminalName, text: string) => void;
  readonly typeBinary: (terminal: TerminalName, text: string) => void;
  /** The page has room for another size. */
  readonly resized: (terminal: TerminalName) => void;
  /** Somebody turns to this terminal on this page. */
  readonly claim: (terminal: TerminalName) => void;
  /** With `interrupt`, Ctrl-C is pressed first, and the command typed when a shell reads again. */
  readonly runCommand: (terminal: TerminalName, command: string, interrupt?: boolean) => void;
  readonly pressKey: (terminal: TerminalName, key: string) => void;
  /** Opens a terminal again that could not be opened. */
  readonly openTerminal: (terminal: TerminalName) => void;
  readonly restartTerminal: (terminal: TerminalName) => void;
  /** Opens one more, in the machine or in a container, as large as another one is. */
  readonly newTerminal: (inside: ContainerPlace | null, like: TerminalName) => void;
  readonly closeTerminal: (terminal: TerminalName) => void;
  /** Asks for the containers that a terminal can be opened in; they come into the store. */
  readonly listContainers: () => void;
  /** These terminals are on the page now, and no others. */
  readonly showTerminals: (terminals: readonly TerminalName[]) => void;
  readonly openStep: (lesson: string, step: string, hasCheck: boolean) => void;
  readonly checkNow: () => void;
  /** Has an answer judged; the reply is in the store. */
  readonly answerQuiz: (place: QuizPlace, language: Language, given: QuizGiven) => void;
  /** Somebody reads this step. */
  readonly alive: (lesson: string, step: string) => void;
  /** The page is seen: the X-ray is read, the terminals have its size, and the connection is looked after. */
  readonly setVisible: (visible: boolean) => void;
  readonly resetMachine: () => void;
  readonly startMachine: () => void;
  /** Waits no longer for a machine. */
  readonly leaveLine: () => void;
  /** Asks for more time. */
  readonly extendLife: () => void;
  /** Somebody is there who types nothing. */
  readonly stillHere: () => void;
  /** Connects at once instead of when the wait is over. */
  readonly retryNow: () => void;
  /** Connects anew: the network is another one. */
  readonly reconnect: () => void;
};

export type SessionParts = {
  readonly store: LabStore;
  /** Id of the lesson that the page shows. */
  readonly lesson: string;
  readonly secret: () => string;
  readonly openLink: (events: LinkEvents) => LabLink;
  /** An answer to a quiz was judged: for who remembers it. */
  readonly onJudged: (judged: Judged) => void;
  /** The page's clock, by which typed keys grow old. */
  readonly now?: () => number;
};

export type Judged = QuizVerdict & {
  readonly place: QuizPlace;
  readonly language: Language;
  readonly given: QuizGiven;
};

/**
 * Whether a connection asks for a machine to be made. One that ended while the page was away is not made
 * anew behind the learner's back: he is told, and asks for the next one himself.
 */
const ASKS_ON_CONNECT = {
  making: true,
  waiting: true,
  failed: true,
  running: false,
  gone: false,
  'left-line': false,
} as const satisfies Record<Machine['kind'], boolean>;

/**
 * Ties the store, the link and the terminals' screens together: what the page wants to see (terminals,
 * a step, the X-ray) is kept here, and asked for again after each reconnect and on each new machine.
 */
export function createSession({
  store,
  lesson,
  secret,
  openLink,
  onJudged,
  now,
}: SessionParts): LabSession {
  let link: LabLink | undefined;
  let machineId: string | undefined;
  let step: { readonly lesson: string; readonly step: string } | undefined;
  let xray = false;
  const languages = new Map<string, Language>();

  const send = (message: FromBrowser) => link?.send(message) ?? false;
  const sendFrame = (frame: Frame) => link?.sendFrame(frame) ?? false;
  const terminals = new SessionTerminals({ store, send, sendFrame, now });

  const onState: LinkEvents['onState'] = (state) => {
    if (state.kind !== 'open') terminals.detach();
    store.dispatch({ type: 'link', link: state });
    if (state.kind !== 'open') return;
    const start = ASKS_ON_CONNECT[store.get().machine.kind];
    if (start && store.get().machine.kind !== 'waiting') store.dispatch({ type: 'machine-asked' });
    send({ type: 'hello', version: PROTOCOL_VERSION, secret: secret(), lesson, start });
  };

  const onMessage = (message: ToBrowser) => {
    store.dispatch({ type: 'received', message, at: Date.now() });
    switch (message.type) {
      case 'machine':
        return meet(message);
      case 'gone':
        return leave();
      case 'terminal':
        return terminals.opened(message);
      case 'terminal-started':
        return terminals.started(message);
      case 'terminal-ended':
        return terminals.ended(message.terminal);
      case 'terminal-failed':
        return terminals.failed(message.terminal);
      case 'terminals':
        return terminals.listed(message.terminals);
      case 'terminal-size':
        return terminals.sizeChanged(message);
      case 'terminal-skipped':
        return terminals.skipped(message);
      case 'error':
        if (message.error.code === 'warden-unreachable') link?.giveUp();
        return;
      case 'quiz':
        return judged(message);
      case 'terminal-made':
      case 'terminal-refused':
      case 'containers':
      case 'check':
      case 'life':
      case 'place':
      case 'pressure':
      case 'xray':
      case 'progress-unsaved':
      case 'progress-saved':
      case 'pong':
        return;
    }
  };

  const judged = ({ place, verdict, because }: Extract<ToBrowser, { type: 'quiz' }>) => {
    const reply = store.get().quizzes[quizKey(place)];
    const language = languages.get(quizKey(place));
    if (reply && language) onJudged({ place, language, given: reply.given, verdict, because });
  };

  const meet = ({ state, terminals: open }: Extract<ToBrowser, { type: 'machine' }>) => {
    terminals.listed(open);
    terminals.meet(state.id !== machineId);
    machineId = state.id;
    if (step) send({ type: 'watch-step', ...step });
    send({ type: 'watch-xray', on: xray });
  };

  const leave = () => {
    machineId = undefined;
    terminals.leave();
  };

  const askForMachine = (message: FromBrowser) => {
    if (send(message)) store.dispatch({ type: 'machine-asked' });
  };

  return {
    store,
    start() {
      link = openLink({ onState, onMessage, onFrame: (frame) => terminals.frame(frame) });
      return () => {
        link?.close();
        link = undefined;
        machineId = undefined;
        terminals.stop();
      };
    },
    addScreen: (name, screen) => terminals.addScreen(name, screen),
    type: (name, text) => terminals.type(name, text),
    typeBinary: (name, text) => terminals.typeBinary(name, text),
    resized: (name) => terminals.resized(name),
    claim: (name) => terminals.claim(name),
    runCommand: (name, command, interrupt = false) =>
      terminals.runCommand(name, command, interrupt),
    pressKey: (name, key) => terminals.pressKey(name, key),
    openTerminal: (name) => terminals.open(name),
    restartTerminal: (name) => terminals.restart(name),
    newTerminal: (inside, like) => terminals.openNew(inside?.pid ?? null, like),
    closeTerminal: (name) => terminals.close(name),
    listContainers() {
      store.dispatch({ type: 'containers-asked' });
      send({ type: 'list-containers' });
    },
    showTerminals: (names) => terminals.show(names),
    openStep(lessonId, stepId, hasCheck) {
      if (!hasCheck) {
        if (step) send({ type: 'unwatch-step' });
        step = undefined;
        return store.dispatch({ type: 'step-closed' });
      }
      step = { lesson: lessonId, step: stepId };
      store.dispatch({ type: 'step-opened', ...step });
      if (machineId) send({ type: 'watch-step', ...step });
    },
    checkNow: () => {
      send({ type: 'check-now' });
    },
    answerQuiz(place, language, given) {
      if (!send({ type: 'answer-quiz', place, language, given })) return;
      languages.set(quizKey(place), language);
      store.dispatch({ type: 'quiz-asked', place, given });
    },
    alive(lessonId, stepId) {
      if (machineId) send({ type: 'alive', lesson: lessonId, step: stepId });
    },
    setVisible(visible) {
      link?.watch(visible);
      terminals.setVisible(visible);
      if (visible === xray) return;
      xray = visible;
      if (machineId) send({ type: 'watch-xray', on: visible });
    },
    resetMachine: () => askForMachine({ type: 'reset' }),
    startMachine: () => askForMachine({ type: 'start' }),
    leaveLine: () => {
      if (send({ type: 'leave-line' })) store.dispatch({ type: 'line-left' });
    },
    extendLife: () => {
      send({ type: 'extend' });
    },
    stillHere: () => {
      send({ type: 'still-here' });
    },
    retryNow: () => link?.retryNow(),
    reconnect: () => link?.reconnect(),
  };
}
