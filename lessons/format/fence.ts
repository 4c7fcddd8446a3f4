import type { Code } from 'mdast';
import {
  LESSON_TERMINALS,
  type LessonTerminal,
  lessonTerminal,
} from '../../server/protocol/identifiers.ts';
import type { PlacedBlock } from './blocks.ts';
import { parseOutput } from './output.ts';
import type { Report } from './problem.ts';
import { readQuiz } from './quiz-block.ts';
import type { Reading } from './reading.ts';

/** Languages of a fence that is there to be read, not run. */
const CODE_LANGUAGES = ['text', 'sh', 'c', 'yaml', 'json', 'dockerfile'];
const FENCES = ['run', 'output', 'key', 'check', 'quiz', ...CODE_LANGUAGES];
const KEYS = ['Ctrl-C', 'Ctrl-D', 'Ctrl-Z', 'Enter', 'q'];
const RUN_WORDS = ['stays', 'interrupt'];

/** Reads a fence that is a block of its own. `null` when what is reported leaves nothing to show. */
export function readFence(node: Code, reading: Reading): PlacedBlock | null {
  const { report } = reading;
  const line = node.position?.start.line ?? 1;
  const [name = '', ...words] = [node.lang ?? '', ...(node.meta ?? '').split(/\s+/)].filter(
    (word) => word !== '',
  );
  if (name === '') {
    report.add(line, `A fence without a kind. Known: ${FENCES.join(', ')}.`, '`text`');
    return null;
  }
  if (name === 'run') return readRun(node, words, line, report);
  if (name === 'key') return readKey(node, words, line, report);
  if (name === 'quiz') return placeQuiz(node, words, line, reading);
  if (name === 'check') {
    report.add(line, 'A check stands in a step, and not in a hint or a solution.');
    return null;
  }
  if (!CODE_LANGUAGES.includes(name)) {
    report.unknown(line, 'fence', name, FENCES);
    return null;
  }
  return readCode(node, name, words, line, reading);
}

function readCode(
  node: Code,
  language: string,
  words: readonly string[],
  line: number,
  reading: Reading,
): PlacedBlock {
  const [file = null, ...more] = words;
  if (more.length > 0) {
    reading.report.add(line, `Too many words after \`${language}\`: \`${more.join(' ')}\`.`);
  }
  if (file !== null) reading.mention({ kind: 'file', line, name: file, text: node.value });
  return {
    block: { kind: 'code', language, file, text: node.value },
    line,
    // Comments in code may be translated, so only its being there is shared.
    parts: [{ kind: 'code', line, shared: `${language}${file === null ? '' : ` ${file}`}` }],
  };
}

function readRun(
  node: Code,
  [first, ...flags]: readonly string[],
  line: number,
  report: Report,
): PlacedBlock | null {
  const terminal = readTerminal(first, line, 'run', report);
  flags.forEach((flag, index) => {
    if (!RUN_WORDS.includes(flag)) report.unknown(line, 'word', flag, RUN_WORDS);
    else if (flags.indexOf(flag) < index) report.add(line, `\`${flag}\` stands twice.`);
  });
  if (node.value.trim() === '') report.add(line, 'A run fence without a command.');
  if (terminal === null) return null;
  const command = node.value;
  const stays = flags.includes('stays');
  const interrupt = flags.includes('interrupt');
  const words = [terminal, ...RUN_WORDS.filter((word) => flags.includes(word))].join(' ');
  return {
    block: { kind: 'run', terminal, command, stays, interrupt, output: null },
    line,
    parts: [{ kind: 'command', line, shared: `${words}\n${command}` }],
  };
}

function readKey(
  node: Code,
  [first, ...more]: readonly string[],
  line: number,
  report: Report,
): PlacedBlock | null {
  const terminal = readTerminal(first, line, 'key', report);
  if (more.length > 0) report.add(line, `Too many words after \`key\`: \`${more.join(' ')}\`.`);
  const key = node.value.trim();
  if (!KEYS.includes(key)) {
    report.unknown(line + 1, 'key', key, KEYS);
    return null;
  }
  if (terminal === null) return null;
  return {
    block: { kind: 'key', terminal, key },
    line,
    parts: [{ kind: 'key', line, shared: `${terminal} ${key}` }],
  };
}

function placeQuiz(
  node: Code,
  words: readonly string[],
  line: number,
  reading: Reading,
): PlacedBlock | null {
  const quiz = readQuiz(node, words, reading);
  if (quiz === null) return null;
  const { id, form, choices } = quiz.block;
  const { right } = quiz.answer;
  // What is accepted may be another word in another language; that something is stays the same.
  const shown = 'texts' in right ? 'accept' : JSON.stringify(right);
  const shared = `${id}\n${form}, ${choices.length} choices\n${shown}`;
  return {
    block: quiz.block,
    line,
    parts: [{ kind: 'quiz', line, shared }],
    answer: quiz.answer,
  };
}

function readTerminal(
  word: string | undefined,
  line: number,
  fence: string,
  report: Report,
): LessonTerminal | null {
  const parsed = lessonTerminal.safeParse(word);
  if (parsed.success) return parsed.data;
  if (word === undefined) {
    report.add(line, `A \`${fence}\` fence names its terminal.`, `\`${fence} machine\``);
  } else {
    report.unknown(line, 'terminal', word, LESSON_TERMINALS);
  }
  return null;
}

/** An `output` fence belongs to the `run` fence right before it. */
export function attachOutput(placed: PlacedBlock[], node: Code, report: Report): void {
  const line = node.position?.start.line ?? 1;
  const before = placed.pop();
  if (before?.block.kind !== 'run' || before.block.output !== null) {
    if (before !== undefined) placed.push(before);
    report.add(line, 'An `output` fence stands right after the `run` fence it belongs to.');
    return;
  }
  if (node.meta) report.add(line, 'An `output` fence takes no words after its name.');
  placed.push({
    ...before,
    block: { ...before.block, output: parseOutput(node.value) },
    parts: before.parts.map((part) => ({
      ...part,
      shared: `${part.shared}\noutput\n${node.value}`,
    })),
  });
}
