import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { formatProblem } from '../format/problem.ts';
import { lintLessons } from './lint.ts';

/** A small lesson that has one of everything, for the tests of what is wrong with lessons. */
export const ENGLISH = `---
title: A name
summary: What a name is.
namespace: uts
kernel: "2.6.19"
man: [uts_namespaces(7)]
minutes: 5
---

## Ask {#ask}

Names live in a :ns[UTS namespace]{uts}. See :man[unshare(1)] and the [next step](#rename).

\`\`\`run machine
hostname
\`\`\`

\`\`\`output
<machine>
\`\`\`

\`\`\`c name.c
int main(void) { return 0; }
\`\`\`

::figure[Two processes, each with a name]{file=names.svg}

:::variant{cgroup=1}

\`\`\`run machine
cat /proc/self/cgroup
\`\`\`

\`\`\`output
<…>
\`\`\`

:::

:::variant{cgroup=2}

\`\`\`run machine
cat /sys/fs/cgroup/cgroup.controllers
\`\`\`

\`\`\`output
<…>
\`\`\`

:::

\`\`\`quiz where
question: Where does a name live?
choices:
  - text: In a file
  - text: In the kernel
    right: true
because: The kernel has it.
wrong: No file has it.
\`\`\`

\`\`\`quiz inode
question: Which inode does it have?
computed: { inode: uts, of: container }
because: That is its number.
wrong: Ask for it.
\`\`\`

## Rename {#rename}

Now change it. A name is for a :term[process]{process}.

\`\`\`key container
Ctrl-C
\`\`\`

### What you know now

- One.
- Two.
- Three.

\`\`\`check
task: Rename it.
done: It has a new name.
conditions:
  - label: There is a second name
    namespace: { type: uts, of: other }
hints:
  - when: { namespace: { type: uts, of: machine, hostname: new } }
    say: That was the machine.
\`\`\`

:::hint
Think.
:::

:::solution
\`\`\`run container
unshare --uts hostname new
\`\`\`
:::

:::wrong[The name of the machine]{hint=1}
\`\`\`run container
hostname new
\`\`\`
:::

\`\`\`check
task: Now give it back.
done: It has its old name.
conditions:
  - label: The second name is gone
    sequence:
      - namespace: { type: uts, of: other }
      - not: { namespace: { type: uts, of: other } }
\`\`\`

:::hint
Wait.
:::

:::solution
\`\`\`run container
true
\`\`\`
:::

:::wrong[An echo of it]
\`\`\`run container
echo machine
\`\`\`
:::
`;

const WRONG = /^:::wrong[\s\S]*?^:::\n/gm;

export const CHINESE = ENGLISH.replace('A name', '名字')
  .replace('Now change it.', '现在改名。')
  .replace('What you know now', '你现在知道')
  .replace('There is a second name', '出现了第二个名字')
  .replace('Think.', '想一想。')
  .replaceAll(WRONG, '');

export const SVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50">
  <defs><marker id="tip" orient="auto"><path d="M0 0L4 2L0 4" fill="var(--color-ns-uts)"/></marker></defs>
  <line x1="0" y1="25" x2="100" y2="25" stroke="currentColor" marker-end="url(#tip)"/>
  <text x="4" y="12" fill="var(--color-ink-2)">a &amp; b</text>
</svg>
`;

const GLOSSARY = `## Process {#process}

A program that runs.
`;

export type Files = {
  /** `null` leaves the file out. */
  en?: string | null;
  zh?: string | null;
  folder?: string;
  c?: string;
  svg?: string;
  glossary?: string;
  glossaryZh?: string;
  /** Other files, by their path below the lessons. */
  more?: Readonly<Record<string, string>>;
};

/** Writes a directory of lessons with these files, and takes it away again. */
export function inLessons<T>(files: Files, act: (directory: string, folder: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'glassbox-lint-'));
  const folder = files.folder ?? '050-uts';
  const all = {
    [`${folder}/lesson.en.md`]: files.en === undefined ? ENGLISH : files.en,
    [`${folder}/lesson.zh.md`]: files.zh === undefined ? CHINESE : files.zh,
    [`${folder}/files/name.c`]: files.c ?? 'int main(void) { return 0; }\n',
    [`${folder}/figures/names.svg`]: files.svg ?? SVG,
    'glossary.en.md': files.glossary ?? GLOSSARY,
    'glossary.zh.md': files.glossaryZh ?? files.glossary ?? GLOSSARY,
    ...files.more,
  };
  try {
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      if (text !== null) writeFileSync(join(directory, path), text);
    }
    return act(directory, join(directory, folder));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** What the linter prints for lessons with these files, with paths from the lesson's own folder. */
export function lint(files: Files): string[] {
  return inLessons(files, (directory, folder) =>
    lintLessons(directory).map((problem) =>
      formatProblem(problem).replaceAll(`${folder}/`, '').replaceAll(`${directory}/`, ''),
    ),
  );
}

/** The same change in both languages, and what the linter then says of the English file. */
export function change(from: string, to: string, also: Files = {}): string[] {
  assert.ok(ENGLISH.includes(from), `the fixture has no ${from}`);
  const zh = CHINESE.replace(from, () => to);
  const problems = lint({ ...also, en: ENGLISH.replace(from, () => to), zh });
  return problems.filter((problem) => !problem.startsWith('lesson.zh.md'));
}

/** The line of the English file that a piece of it begins on. */
export function lineOf(piece: string, text: string = ENGLISH): number {
  const at = text.indexOf(piece);
  assert.ok(at >= 0, `the fixture has no ${piece}`);
  return text.slice(0, at).split('\n').length;
}

/** Asserts that the only problem is this one, on the line of `piece`. */
export function says(problems: readonly string[], piece: string, sentence: string): void {
  assert.deepEqual(problems, [`lesson.en.md:${lineOf(piece)}: ${sentence}`]);
}
