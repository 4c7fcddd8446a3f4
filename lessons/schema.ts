import type { RootContent } from 'mdast';
import type { Assertion } from '../server/protocol/check.ts';
import type { TerminalName } from '../server/protocol/identifiers.ts';
import type { NamespaceName } from '../server/protocol/namespace.ts';
import type { SandboxNeed } from '../server/protocol/needs.ts';

export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

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
      readonly terminal: TerminalName;
      readonly command: string;
      /** True for a command that keeps its terminal until it is ended: no prompt comes back. */
      readonly stays: boolean;
      /** What the learner should see, or nothing when there is nothing to see. */
      readonly output: readonly OutputLine[] | null;
    }
  /** A key to press in the named terminal: `Ctrl-C`, `Ctrl-D`, `q`. */
  | { readonly kind: 'key'; readonly terminal: TerminalName; readonly key: string }
  /** Text to read or copy, not to run. With `file`: the file of that name in the lesson's `files/`. */
  | {
      readonly kind: 'code';
      readonly language: string;
      readonly file: string | null;
      readonly text: string;
    };

export type Condition = {
  /** What must be true, in the learner's words. */
  readonly label: string;
  readonly assert: Assertion;
};

export type Check = {
  /** What to do, as one sentence on the task card. In it, in `done` and in labels, `…` is code. */
  readonly task: string;
  /** What was learned by doing it, shown when it is done. */
  readonly done: string;
  readonly conditions: readonly Condition[];
};

export type Step = {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
  readonly check: Check | null;
  /** Opened one at a time. */
  readonly hints: readonly (readonly Block[])[];
  readonly solution: readonly Block[] | null;
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
  /** Optional parts that a machine for this lesson has. */
  readonly needs: readonly SandboxNeed[];
  readonly steps: readonly Step[];
};
