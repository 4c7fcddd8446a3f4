import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Report } from './problem.ts';

/** Line of the value at a path, or of the nearest thing around it that is there. */
export type LineOf = (path: readonly PropertyKey[]) => number;

export type ReadYaml = { readonly value: unknown; readonly lineOf: LineOf };

/** Parses YAML that begins on the line after `fenceLine` of a file; `null` when it is none. */
export function readYaml(text: string, fenceLine: number, report: Report): ReadYaml | null {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (offset: number): number => fenceLine + lines.linePos(offset).line;
  for (const error of document.errors) {
    const first = (error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
    // The commonest mistake, and what YAML says of it helps nobody.
    const reserved = /^Plain value cannot start with reserved character (.)/.exec(first)?.[1];
    const message = reserved
      ? `A text that begins with ${reserved} stands in quotation marks.`
      : `YAML: ${first.replace(/\.$/, '')}.`;
    report.add(at(error.pos[0]), message);
  }
  if (document.errors.length > 0) return null;
  const lineOf: LineOf = (path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const parent =
        length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
      const key = path[length - 1];
      if (isMap(parent)) {
        const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === key);
        if (pair !== undefined && isScalar(pair.key) && pair.key.range) {
          return at(pair.key.range[0]);
        }
      }
      const node = document.getIn(path.slice(0, length), true);
      if ((isScalar(node) || isMap(node) || isSeq(node)) && node.range) return at(node.range[0]);
    }
    return fenceLine;
  };
  try {
    return { value: document.toJS(), lineOf };
  } catch (reason) {
    report.add(fenceLine, `YAML: ${reason instanceof Error ? reason.message : reason}.`);
    return null;
  }
}
