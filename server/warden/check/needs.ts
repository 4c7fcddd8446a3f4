import type {
  Assertion,
  CheckQuestion,
  FilePattern,
  NamespacePattern,
  Probe,
} from '../../protocol/check.ts';
import type { Snapshot, SnapshotSection } from '../snapshot.ts';
import { askedAs, type Evidence } from './evidence.ts';

type Cut = Snapshot['cut'][number];

/** What has to be asked to hold assertions, and what else it costs. */
export type Needs = {
  readonly sections: ReadonlySet<SnapshotSection>;
  readonly files: readonly FilePattern[];
  readonly probes: readonly Probe[];
};

/** What is missing when a section was cut. */
const CUT_OF = {
  network: ['links'],
  ports: ['links'],
  queues: ['queues'],
  mounts: ['mounts'],
  held: ['mounts', 'namespaces'],
  groups: ['groups'],
  overlays: ['mounts', 'files'],
} as const satisfies Record<SnapshotSection, readonly Cut[]>;

/** Every snapshot is made of these. */
const CUT_ALWAYS = ['processes', 'namespaces', 'time', 'size'] as const satisfies readonly Cut[];

/** What holding these needs, each thing once. */
export function needsOf(assertions: readonly Assertion[]): Needs {
  const sections = new Set<SnapshotSection>();
  const files = new Map<string, FilePattern>();
  const probes = new Map<string, Probe>();
  const visit = (assertion: Assertion): void => {
    if ('namespace' in assertion) {
      for (const section of sectionsOf(assertion.namespace)) sections.add(section);
    } else if ('group' in assertion) sections.add('groups');
    else if ('overlay' in assertion) sections.add('overlays');
    else if ('file' in assertion) files.set(askedAs(assertion.file), assertion.file);
    else if ('probe' in assertion) probes.set(askedAs(assertion.probe), assertion.probe);
    else if ('all' in assertion) assertion.all.forEach(visit);
    else if ('any' in assertion) assertion.any.forEach(visit);
    else if ('not' in assertion) visit(assertion.not);
    else if ('sequence' in assertion) assertion.sequence.forEach(visit);
  };
  assertions.forEach(visit);
  return { sections, files: [...files.values()], probes: [...probes.values()] };
}

export const needsOfCheck = ({ conditions, hints }: CheckQuestion): Needs =>
  needsOf([...conditions, ...hints]);

/** All that several need, each thing once. */
export function unionOfNeeds(all: readonly Needs[]): Needs {
  return {
    sections: new Set(all.flatMap(({ sections }) => [...sections])),
    files: distinct(all.flatMap(({ files }) => files)),
    probes: distinct(all.flatMap(({ probes }) => probes)),
  };
}

/** Was something left out that belongs to what was asked? */
export function isCut({ sections }: Needs, { cut }: Snapshot): boolean {
  const missing = new Set<Cut>([...CUT_ALWAYS, ...[...sections].flatMap((name) => CUT_OF[name])]);
  return cut.some((one) => missing.has(one));
}

/** Has all of it been answered, so that "no" means no? */
export function isAnswered(needs: Needs, { answers, snapshot }: Evidence): boolean {
  const asked = [...needs.files, ...needs.probes];
  return asked.every((one) => answers.has(askedAs(one))) && !isCut(needs, snapshot);
}

function distinct<T extends FilePattern | Probe>(all: readonly T[]): T[] {
  return [...new Map(all.map((one) => [askedAs(one), one])).values()];
}

function sectionsOf(pattern: NamespacePattern): SnapshotSection[] {
  const contents = [pattern, pattern.lacks ?? {}];
  const asks = (...keys: (keyof NonNullable<NamespacePattern['lacks']>)[]) =>
    contents.some((content) => keys.some((key) => content[key] !== undefined));
  const links = contents.map(({ interface: link }) => link);
  const sections: SnapshotSection[] = [];
  if (asks('interface', 'route')) sections.push('network');
  if (asks('listens')) sections.push('ports');
  if (asks('mount')) sections.push('mounts');
  if (asks('queue')) sections.push('queues');
  // Any other namespace, or the one at the other end of a pair, may be one that nobody is in.
  const mayBeHeld = pattern.of === 'other' || links.some((link) => link?.peer !== undefined);
  if (mayBeHeld) sections.push('held');
  return sections;
}
