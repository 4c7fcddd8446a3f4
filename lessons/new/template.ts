import type { Language } from '../../server/protocol/identifiers.ts';

/** What a new lesson begins as: one small step that has one of nearly everything. `NAME` is its id. */
export const TEMPLATE: Readonly<Record<Language, string>> = {
  en: `---
title: "The lesson NAME"
summary: One sentence that says what a learner will see.
namespace: null
kernel: "2.6.19"
man: [namespaces(7)]
minutes: 10
---

## One thing to see {#first}

Say first why anybody should care, then show it. This command lists what is in \`/tmp\`, and prints nothing:

\`\`\`run machine
ls /tmp
\`\`\`

Now make something. Whatever prints text gets it marked where it may be another one:

\`\`\`run machine
touch /tmp/NAME && stat --format '%n %i' /tmp/NAME
\`\`\`

\`\`\`output
/tmp/NAME <42>
\`\`\`

\`\`\`quiz where
question: Where is the new file?
choices:
  - text: On your machine
    right: true
  - text: On the computer that runs your machine
because: Your machine has a \`/tmp\` of its own.
wrong: Everything you type runs on your machine, and so does what it makes.
\`\`\`

### What you know now

1. The first thing to remember.
2. The second one.
3. Where it shows up in Docker and Kubernetes.

\`\`\`check
task: Make the file \`/tmp/NAME\`.
done: The kernel was asked, and it has the file.
conditions:
  - label: "\`/tmp/NAME\` is a file"
    file: { of: machine, path: /tmp/NAME, kind: file }
hints:
  - when: { file: { of: machine, path: /tmp/NAME, kind: directory } }
    say: "\`/tmp/NAME\` is a directory. \`rmdir /tmp/NAME\` removes it."
\`\`\`

:::hint
\`touch\` makes an empty file.
:::

:::solution

\`\`\`run machine
touch /tmp/NAME
\`\`\`

:::

:::wrong[An echo of the name]

\`\`\`run machine
echo /tmp/NAME
\`\`\`

:::

:::wrong[A directory]{hint=1}

\`\`\`run machine
mkdir /tmp/NAME
\`\`\`

:::
`,
  zh: `---
title: "课程 NAME"
summary: 用一句话说明学习者会看到什么。
namespace: null
kernel: "2.6.19"
man: [namespaces(7)]
minutes: 10
---

## 先看一样东西 {#first}

先说为什么值得关心，再动手演示。下面的命令列出 \`/tmp\` 里的内容，现在什么也不会打印：

\`\`\`run machine
ls /tmp
\`\`\`

现在来创建一样东西。输出中每次可能不同的部分要标出来：

\`\`\`run machine
touch /tmp/NAME && stat --format '%n %i' /tmp/NAME
\`\`\`

\`\`\`output
/tmp/NAME <42>
\`\`\`

\`\`\`quiz where
question: 新文件在哪里？
choices:
  - text: 在你的机器上
    right: true
  - text: 在运行这台机器的计算机上
because: 你的机器有自己的 \`/tmp\`。
wrong: 你输入的命令都在你的机器上运行，产生的东西也在那里。
\`\`\`

### 你现在知道

1. 要记住的第一点。
2. 第二点。
3. 它在 Docker 和 Kubernetes 里出现在哪里。

\`\`\`check
task: 创建文件 \`/tmp/NAME\`。
done: 我们问了内核，文件确实在。
conditions:
  - label: "\`/tmp/NAME\` 是一个文件"
    file: { of: machine, path: /tmp/NAME, kind: file }
hints:
  - when: { file: { of: machine, path: /tmp/NAME, kind: directory } }
    say: "\`/tmp/NAME\` 是一个目录。用 \`rmdir /tmp/NAME\` 可以删掉它。"
\`\`\`

:::hint
\`touch\` 会创建一个空文件。
:::

:::solution

\`\`\`run machine
touch /tmp/NAME
\`\`\`

:::
`,
};
