import type { Code } from 'mdast';
import { z } from 'zod';
import { assertion, namespacePattern, processPattern } from '../server/protocol/check.ts';
import { NAMESPACES } from '../server/protocol/namespace.ts';
import { readYaml } from './front-matter.ts';
import type { Report } from './problem.ts';
import type { Check } from './schema.ts';

const CHECK_KEYS = ['task', 'done', 'conditions'];
const ASSERTION_KEYS = ['process', 'atLeast', 'namespace', 'all', 'any', 'not', 'sequence'];
const PROCESS_KEYS = Object.keys(processPattern.shape);
const NAMESPACE_KEYS = Object.keys(namespacePattern.shape);

const checkBlock = z.strictObject({
  task: z.string().min(1),
  done: z.string().min(1),
  conditions: z
    .array(z.looseObject({ label: z.string().min(1) }))
    .min(1)
    .max(8),
});

/** Reads a `check` fence: what to do, what was learned, and what the kernel must say. */
export function readCheck(node: Code, report: Report): Check | null {
  const before = report.problems.length;
  const fenceLine = node.position?.start.line ?? 1;
  const { value, lineOf, sound } = readYaml(node.value, fenceLine, report);
  if (!sound) return null;
  const outer = checkBlock.safeParse(value);
  if (!outer.success) {
    for (const issue of outer.error.issues) {
      if (issue.code === 'unrecognized_keys') {
        for (const key of issue.keys) {
          report.unknown(lineOf([...issue.path, key]), 'check key', key, CHECK_KEYS);
        }
      } else {
        const where = issue.path.length === 0 ? 'Check' : `Check \`${issue.path.join('.')}\``;
        report.add(lineOf(issue.path), `${where}: ${issue.message}.`);
      }
    }
    return null;
  }
  const conditions = outer.data.conditions.flatMap(({ label, ...rest }, index) => {
    const path = ['conditions', index];
    checkAssertionKeys(rest, path, lineOf, report);
    const parsed = assertion.safeParse(rest);
    if (parsed.success) return [{ label, assert: parsed.data }];
    // The keys are right, so a value is wrong: name the deepest place that zod found.
    if (report.problems.length === before) {
      const issue = deepest(parsed.error.issues, []);
      report.add(
        lineOf([...path, ...issue.path]),
        `Condition \`${issue.path.join('.')}\`: ${issue.message}.`,
      );
    }
    return [];
  });
  if (report.problems.length > before) return null;
  return { task: outer.data.task, done: outer.data.done, conditions };
}

type LineOf = (path: readonly PropertyKey[]) => number;

/** Names unknown keys with their line; zod's union error would only say that no branch fits. */
function checkAssertionKeys(
  value: unknown,
  path: readonly PropertyKey[],
  lineOf: LineOf,
  report: Report,
): void {
  const known = (object: unknown, at: readonly PropertyKey[], keys: readonly string[]): void => {
    for (const key of Object.keys(asRecord(object))) {
      if (!keys.includes(key)) report.unknown(lineOf([...at, key]), 'check key', key, keys);
    }
  };
  const record = asRecord(value);
  known(record, path, ASSERTION_KEYS);
  if (Object.keys(record).length === 0) {
    report.add(lineOf(path), `A condition without an assertion: ${ASSERTION_KEYS.join(', ')}.`);
  }
  known(record.process, [...path, 'process'], PROCESS_KEYS);
  known(asRecord(record.process).namespaces, [...path, 'process', 'namespaces'], NAMESPACES);
  known(record.namespace, [...path, 'namespace'], NAMESPACE_KEYS);
  for (const key of ['all', 'any', 'sequence']) {
    const list = record[key];
    if (!Array.isArray(list)) continue;
    for (const [index, item] of list.entries()) {
      checkAssertionKeys(item, [...path, key, index], lineOf, report);
    }
  }
  if (record.not !== undefined) checkAssertionKeys(record.not, [...path, 'not'], lineOf, report);
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

type Place = { readonly path: readonly PropertyKey[]; readonly message: string };

/** Of all that the branches of a union complain about, the complaint furthest in. */
function deepest(issues: readonly z.core.$ZodIssue[], at: readonly PropertyKey[]): Place {
  let best: Place = { path: at, message: 'it is not one of the known assertions' };
  for (const issue of issues) {
    const path = [...at, ...issue.path];
    const place =
      issue.code === 'invalid_union'
        ? issue.errors
            .map((branch) => deepest(branch, path))
            .reduce((a, b) => (b.path.length > a.path.length ? b : a), best)
        : { path, message: issue.message };
    if (place.path.length > best.path.length) best = place;
  }
  return best;
}
