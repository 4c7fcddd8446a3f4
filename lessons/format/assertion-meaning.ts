import { CAPABILITIES } from '../../server/protocol/capability.ts';
import type { Assertion, NamespacePattern, ProcessPattern } from '../../server/protocol/check.ts';
import type { NamespaceName } from '../../server/protocol/namespace.ts';
import type { Report } from './problem.ts';
import type { LineOf } from './read-yaml.ts';

type Path = readonly PropertyKey[];
type Place = { readonly report: Report; readonly lineOf: LineOf };

/** What only namespaces of one type have: of any other one it would never be true. */
const TYPE_OF = {
  hostname: 'uts',
  uidMap: 'user',
  gidMap: 'user',
  setgroups: 'user',
  offsets: 'time',
  groupRoot: 'cgroup',
  interface: 'net',
  route: 'net',
  listens: 'net',
  mount: 'mnt',
  queue: 'ipc',
} as const satisfies Partial<Record<keyof NamespacePattern, NamespaceName>>;

/**
 * Finds what has the right form and can't be meant: a hostname of a mount namespace, a capability that
 * no kernel has. True when there is nothing of that kind.
 */
export function examineMeaning(value: Assertion, path: Path, place: Place): boolean {
  const before = place.report.problems.length;
  walk(value, path, place);
  return place.report.problems.length === before;
}

function walk(value: Assertion, path: Path, place: Place): void {
  if ('process' in value) {
    examineProcess(value.process, [...path, 'process'], place);
    if (value.beside) examineProcess(value.beside.process, [...path, 'beside', 'process'], place);
  } else if ('namespace' in value) {
    examineNamespace(value.namespace, [...path, 'namespace'], place);
  } else if ('container' in value) {
    examineProcess(value.container.first, [...path, 'container', 'first'], place);
    examineProcess(value.container.process, [...path, 'container', 'process'], place);
  } else if ('group' in value) {
    examineProcess(value.group.process, [...path, 'group', 'process'], place);
  } else if ('file' in value && value.file.of !== 'machine') {
    examineProcess(value.file.of.process, [...path, 'file', 'of', 'process'], place);
  } else if ('not' in value) {
    walk(value.not, [...path, 'not'], place);
  } else {
    for (const [key, list] of Object.entries(value)) {
      if (key !== 'all' && key !== 'any' && key !== 'sequence') continue;
      list.forEach((item: Assertion, index: number) => {
        walk(item, [...path, key, index], place);
      });
    }
  }
}

function examineNamespace(pattern: NamespacePattern, path: Path, place: Place): void {
  const complain = (key: string, at: Path): void => {
    const type = Object.entries(TYPE_OF).find(([name]) => name === key)?.[1];
    if (type === undefined || type === pattern.type) return;
    place.report.add(
      place.lineOf(at),
      `A namespace of type \`${pattern.type}\` has no \`${key}\`.`,
      `\`type: ${type}\``,
    );
  };
  for (const key of Object.keys(pattern)) complain(key, [...path, key]);
  for (const key of Object.keys(pattern.lacks ?? {})) complain(key, [...path, 'lacks', key]);
}

function examineProcess(pattern: ProcessPattern | undefined, path: Path, place: Place): void {
  for (const [set, wanted] of Object.entries(pattern?.capabilities ?? {})) {
    for (const list of ['has', 'lacks'] as const) {
      (wanted?.[list] ?? []).forEach((name, index) => {
        if (CAPABILITIES.includes(name)) return;
        const at = place.lineOf([...path, 'capabilities', set, list, index]);
        place.report.unknown(at, 'capability', name, CAPABILITIES);
      });
    }
  }
}
