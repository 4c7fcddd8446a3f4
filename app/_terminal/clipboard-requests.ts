import type { Terminal } from '@xterm/xterm';
import { copyText } from '../_ui/copy.ts';
import type { Observable } from '../_ui/observable.ts';
import { requestedClipboard } from './osc-clipboard.ts';
import type { ScreenState } from './screen-state.ts';

export type ClipboardAnswer = 'once' | 'always' | 'refused';

export type ClipboardRequests = {
  /** The learner has decided about the text that they were shown, which may not be the newest. */
  readonly answer: (answer: ClipboardAnswer, text: string) => void;
  readonly dispose: () => void;
};

const CLIPBOARD = 52;

/** Requests in between are left out, but for the newest. */
const ASK_EVERY_MS = 250;

/** Who was refused is not heard for a while. */
const QUIET_AFTER_REFUSAL_MS = 5_000;

/**
 * A program in the terminal may put a text on the clipboard (OSC 52) when the learner agrees. It never
 * learns what is on it: the question for that is not answered.
 */
export function attachClipboardRequests(
  terminal: Terminal,
  state: Observable<ScreenState>,
  isReplay: () => boolean,
): ClipboardRequests {
  let allowed = false;
  let refusedAt = Number.NEGATIVE_INFINITY;
  let newest: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const copy = async (text: string) => {
    if (await copyText(text)) return;
    // A browser may want a click for it, or the learner's own keys.
    if (allowed) state.set({ wantsClipboard: text });
    else state.set({ question: { kind: 'copy-by-key', text } });
  };
  const consider = () => {
    timer = undefined;
    const text = requestedClipboard(newest ?? '');
    newest = undefined;
    if (text === undefined) return;
    if (allowed) void copy(text);
    else state.set({ wantsClipboard: text });
  };
  const handler = terminal.parser.registerOscHandler(CLIPBOARD, (data) => {
    // What was printed before this page was loaded asked then.
    if (isReplay() || performance.now() - refusedAt < QUIET_AFTER_REFUSAL_MS) return true;
    newest = data;
    timer ??= setTimeout(consider, ASK_EVERY_MS);
    return true;
  });
  return {
    answer(answer, text) {
      state.set({ wantsClipboard: null });
      terminal.focus();
      if (answer === 'refused') {
        refusedAt = performance.now();
        clearTimeout(timer);
        timer = undefined;
        return;
      }
      if (answer === 'always') allowed = true;
      void copy(text);
    },
    dispose() {
      handler.dispose();
      clearTimeout(timer);
    },
  };
}
