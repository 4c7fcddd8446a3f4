import type { Yaml } from 'mdast';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { NAMESPACES } from '../server/protocol/namespace.ts';
import { sandboxNeeds } from '../server/protocol/needs.ts';
import type { Report } from './problem.ts';

const COLOURS = [...NAMESPACES, 'overlay'] as const;

const frontMatter = z.strictObject({
  title: z.string().min(1).max(60),
  summary: z.string().min(1).max(200),
  namespace: z.enum(COLOURS).nullable(),
  kernel: z
    .string()
    .regex(/^\d+\.\d+(\.\d+)?$/, 'must be a Linux release such as "2.6.19", quoted'),
  man: z
    .array(
      z.string().regex(/^[\w.-]+\([1-8]\)$/, 'must be a manual page such as uts_namespaces(7)'),
    )
    .min(1),
  minutes: z.int().min(1).max(120),
  needs: sandboxNeeds.default([]),
});

/** The block of YAML that a lesson file begins with. */
export type FrontMatter = z.infer<typeof frontMatter>;

const KEYS = Object.keys(frontMatter.shape);

/** Reads the front matter, or reports what is wrong with it. */
export function readFrontMatter(node: Yaml | undefined, report: Report): FrontMatter | null {
  if (node === undefined) {
    report.add(1, `The file begins without front matter: \`---\`, ${KEYS.join(', ')}, \`---\`.`);
    return null;
  }
  const { value, lineOf, sound } = readYaml(node.value, node.position?.start.line ?? 1, report);
  if (!sound) return null;
  const parsed = frontMatter.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        report.unknown(lineOf([...issue.path, key]), 'front matter key', key, KEYS);
      }
    } else {
      report.add(lineOf(issue.path), `Front matter \`${issue.path.join('.')}\`: ${issue.message}.`);
    }
  }
  return null;
}

/**
 * Parses YAML that begins on the line after `fenceLine` of a file. `lineOf` gives the line of the value
 * at a path, or of the nearest thing around it that is there.
 */
export function readYaml(
  text: string,
  fenceLine: number,
  report: Report,
): { value: unknown; lineOf: (path: readonly PropertyKey[]) => number; sound: boolean } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (offset: number): number => fenceLine + lines.linePos(offset).line;
  for (const error of document.errors) {
    const first = error.message.split('\n')[0] ?? error.message;
    report.add(at(error.pos[0]), `YAML: ${first.replace(/ at line \d+, column \d+:?$/, '')}.`);
  }
  const lineOf = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length > 0; length -= 1) {
      const parent =
        length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
      const key = path[length - 1];
      if (isMap(parent)) {
        const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === key);
        if (pair !== undefined && isScalar(pair.key) && pair.key.range)
          return at(pair.key.range[0]);
      }
      const node = document.getIn(path.slice(0, length), true);
      if (isScalar(node) && node.range) return at(node.range[0]);
      if (isMap(node) && node.range) return at(node.range[0]);
    }
    return fenceLine;
  };
  return { value: document.toJS(), lineOf, sound: document.errors.length === 0 };
}
