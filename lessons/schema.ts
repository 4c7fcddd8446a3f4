import type { RootContent } from 'mdast';
import type { Assertion } from '../server/protocol/check.ts';
import type { Language, LessonTerminal } from '../server/protocol/identifiers.ts';
import type { NamespaceName } from '../server/protocol/namespace.ts';
import type { SandboxNeed } from '../server/protocol/needs.ts';
import type { ComputedAnswer } from '../server/protocol/quiz.ts';

/** Part of a line that the machine's answer may vary in is written `<name>` in the lesson file. */
export type OutputPart = { readonly text: string; readonly varies: boolean };
export type OutputLine = readonly OutputPart[];

/** One piece of a step, in the order of the page. Plain data: it survives JSON. */
export type Block =
  /** Ordinary Markdown, and the text directives `ns`, `man` and `term` (see README.md). */
  | { readonly kind: 'prose'; readonly nodes: readonly RootContent[] }
  /** A command that a click types into the named terminal. */
  | {
      readonly kind: 'run';
      readonly terminal: LessonTerminal;
      readonly command: string;
      /** True for a command that keeps its terminal until it is ended: no prompt comes back. */
      readonly stays: boolean;
      /** Ctrl-C is pressed before it is typed. */
      readonly interrupt: boolean;
      /** What the learner should see, or nothing when there is nothing to see. */
      readonly output: readonly OutputLine[] | null;
    }
  /** A key to press in the named terminal: `Ctrl-C`, `Ctrl-D`, `q`. */
  | { readonly kind: 'key'; readonly terminal: LessonTerminal; readonly key: string }
  /** Text to read or copy, not to run. With `file`: the file of that name in the lesson's `files/`. */
  | {
      readonly kind: 'code';
      readonly language: string;
      readonly file: string | null;
      readonly text: string;
    }
  /** The same for each version of control groups: the host's is shown, the other one can be read. */
  | {
      readonly kind: 'variants';
      readonly v1: readonly Block[];
      readonly v2: readonly Block[];
    }
  /** A picture: the text of an SVG file, and what it shows in words. */
  | {
      readonly kind: 'figure';
      readonly svg: string;
      readonly alternative: string;
    }
  /** A question. Its answer is not here: the server has it. */
  | {
      readonly kind: 'quiz';
      readonly id: string;
      /** In it and in `choices`, `…` is code. */
      readonly question: string;
      /** `text` has no choices. */
      readonly form: 'single' | 'several' | 'text';
      readonly choices: readonly string[];
      /** True when the answer is read from the learner's own machine. */
      readonly computed: boolean;
    };

export type Condition = {
  /** What must be true, in the learner's words. */
  readonly label: string;
  readonly assert: Assertion;
};

/** A hint that comes by itself, while the check is not done and the kernel shows this state. */
export type StateHint = {
  readonly when: Assertion;
  readonly say: string;
};

export type Check = {
  /** What to do, as one sentence on the task card. In it, in `done`, labels and hints, `…` is code. */
  readonly task: string;
  /** What was learned by doing it, shown when it is done. */
  readonly done: string;
  readonly conditions: readonly Condition[];
  readonly hints: readonly StateHint[];
};

/** A check with what helps to pass it. */
export type Task = {
  readonly check: Check;
  /** Opened one at a time. */
  readonly hints: readonly (readonly Block[])[];
  readonly solution: readonly Block[];
};

export type Step = {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
  readonly tasks: readonly Task[];
};

export type Lesson = {
  readonly id: string;
  readonly number: number;
  readonly language: Language;
  readonly title: string;
  readonly summary: string;
  /** Colours the lesson; `null` when it is about no single namespace. */
  readonly namespace: NamespaceName | 'overlay' | null;
  /** Linux release that brought the thing, such as `2.6.19`. */
  readonly kernel: string;
  /** Manual pages, such as `uts_namespaces(7)`. */
  readonly man: readonly string[];
  readonly minutes: number;
  /** Ids of lessons that it builds on. */
  readonly after: readonly string[];
  /** Optional parts that a machine for this lesson has. */
  readonly needs: readonly SandboxNeed[];
  readonly steps: readonly Step[];
};

/** What is right, and why: kept from pages, which are anybody's to read. */
export type QuizAnswer = {
  readonly step: string;
  readonly quiz: string;
  readonly right: /** Numbers of the right choices, from 0. */
    | { readonly choices: readonly number[] }
    /** Any of these, whatever the case and the blanks. */
    | { readonly texts: readonly string[] }
    | { readonly computed: ComputedAnswer };
  /** Said when it was answered right, or answered wrong. In them `…` is code. */
  readonly because: string;
  readonly wrong: string;
};

/** A plausible mistake, played by the machine: the check must stay red. Only the original has them. */
export type WrongAttempt = {
  readonly step: string;
  /** Number of the task in the step, from 0. */
  readonly task: number;
  /** What is wrong about it: `The right command on the wrong side`. */
  readonly name: string;
  /** Number of the state hint that must show, from 0. */
  readonly hint: number | null;
  readonly blocks: readonly Block[];
};

/** A word and what it means. */
export type GlossaryEntry = {
  readonly id: string;
  readonly word: string;
  readonly blocks: readonly Block[];
};
