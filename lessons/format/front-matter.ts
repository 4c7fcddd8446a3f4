import type { Yaml } from 'mdast';
import * as z from 'zod';
import { slug } from '../../server/protocol/identifiers.ts';
import { NAMESPACES } from '../../server/protocol/namespace.ts';
import { sandboxNeeds } from '../../server/protocol/needs.ts';
import { examine } from './examine.ts';
import type { LineOf } from './read-yaml.ts';
import { readYaml } from './read-yaml.ts';
import type { Reading } from './reading.ts';

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
  after: z.array(slug).default([]),
  needs: sandboxNeeds.default([]),
});

/** The block of YAML that a lesson file begins with. */
export type FrontMatter = z.infer<typeof frontMatter>;

const KEYS = Object.keys(frontMatter.shape);

/** Reads the front matter, or reports what is wrong with it. */
export function readFrontMatter(
  node: Yaml | undefined,
  reading: Reading,
): { front: FrontMatter; lineOf: LineOf } | null {
  const { report } = reading;
  if (node === undefined) {
    report.add(1, `The file begins without front matter: \`---\`, ${KEYS.join(', ')}, \`---\`.`);
    return null;
  }
  const yaml = readYaml(node.value, node.position?.start.line ?? 1, report);
  if (yaml === null) return null;
  const { value, lineOf } = yaml;
  const parsed = frontMatter.safeParse(value ?? {});
  if (!parsed.success) {
    examine(frontMatter, value ?? {}, { report, lineOf, what: 'front matter' });
    return null;
  }
  const front = parsed.data;
  reading.words(lineOf(['title']), front.title);
  reading.words(lineOf(['summary']), front.summary);
  front.man.forEach((page, index) => {
    reading.mention({ kind: 'man', line: lineOf(['man', index]), page });
  });
  return { front, lineOf };
}
