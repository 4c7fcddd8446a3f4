import type { Code } from 'mdast';
import * as z from 'zod';
import { type Assertion, assertion } from '../../server/protocol/check.ts';
import type { Check } from '../schema.ts';
import { examineMeaning } from './assertion-meaning.ts';
import { examine } from './examine.ts';
import { readYaml } from './read-yaml.ts';
import type { Reading } from './reading.ts';

const line = z.string().trim().min(1).max(300);

/** What surrounds the assertions; those are examined by the schema of the protocol. */
const checkBlock = z.strictObject({
  task: line,
  done: line,
  conditions: z
    .array(z.looseObject({ label: line }))
    .min(1)
    .max(8),
  hints: z
    .array(z.strictObject({ when: assertion, say: line }))
    .max(8)
    .default([]),
});

/** Reads a `check` fence: what to do, what was learned, and what the kernel must say. */
export function readCheck(node: Code, reading: Reading): Check | null {
  const { report } = reading;
  const fenceLine = node.position?.start.line ?? 1;
  if (node.meta) report.add(fenceLine, 'A `check` fence takes no words after its name.');
  const yaml = readYaml(node.value, fenceLine, report);
  if (yaml === null) return null;
  const { lineOf } = yaml;
  const value = yaml.value ?? {};
  const place = { report, lineOf, what: 'check' } as const;
  if (!examine(checkBlock, value, place)) return null;
  const outer = checkBlock.parse(value);

  const asserted: { assert: Assertion; path: readonly PropertyKey[] }[] = [];
  const conditions = outer.conditions.flatMap(({ label, ...rest }, index) => {
    const path = ['conditions', index];
    if (!examine(assertion, rest, place, path)) return [];
    const assert = assertion.parse(rest);
    asserted.push({ assert, path });
    return [{ label, assert }];
  });
  outer.hints.forEach(({ when }, index) => {
    asserted.push({ assert: when, path: ['hints', index, 'when'] });
  });
  const sound = asserted.map(({ assert, path }) => examineMeaning(assert, path, place));
  if (sound.includes(false) || conditions.length < outer.conditions.length) return null;

  reading.words(lineOf(['task']), outer.task);
  reading.words(lineOf(['done']), outer.done);
  conditions.forEach(({ label }, index) => {
    reading.words(lineOf(['conditions', index, 'label']), label);
  });
  outer.hints.forEach(({ say }, index) => {
    reading.words(lineOf(['hints', index, 'say']), say);
  });
  return { task: outer.task, done: outer.done, conditions, hints: outer.hints };
}
