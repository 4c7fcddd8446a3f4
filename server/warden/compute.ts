import type { Side } from '../protocol/check.ts';
import type { LessonTerminal } from '../protocol/identifiers.ts';
import type { NamespaceName } from '../protocol/namespace.ts';
import type { ComputedAnswer } from '../protocol/quiz.ts';
import { type Evidence, type Namespace, type Process, sideOf } from './check/evidence.ts';
import type { Needs } from './check/needs.ts';
import { matchingProcesses, uidsOf } from './check/process.ts';
import type { SnapshotSection } from './snapshot.ts';
import { foregroundProcess, type TerminalDevices } from './xray.ts';

/** Right answers that are told of one question. */
const TEXTS_MAX = 64;

/** What has to be asked to answer a question. */
export function needsOfComputed(question: ComputedAnswer): Needs {
  const sections: SnapshotSection[] = [];
  if ('namespaces' in question) sections.push('held');
  if ('queue' in question) sections.push('queues', 'held');
  if ('interface' in question) sections.push('network', 'held');
  return { sections: new Set(sections), files: [], probes: [] };
}

/** Every right answer, as one types it; none, while there is nothing that the question is about. */
export function computedTexts(
  question: ComputedAnswer,
  evidence: Evidence,
  devices: TerminalDevices,
): string[] {
  const answers = computed(question, evidence, devices);
  const texts = answers.flatMap((one) => (one === undefined || one === null ? [] : [`${one}`]));
  return [...new Set(texts)].slice(0, TEXTS_MAX);
}

function computed(
  question: ComputedAnswer,
  evidence: Evidence,
  devices: TerminalDevices,
): (string | number | null | undefined)[] {
  const ask = (whom: LessonTerminal | Parameters<typeof matchingProcesses>[0]): Process[] => {
    if (typeof whom !== 'string') return matchingProcesses(whom, evidence);
    const process = foregroundProcess(evidence.processes, devices[whom] ?? 0);
    return process === undefined ? [] : [process];
  };
  if ('inode' in question) {
    return ask(question.of).map(({ namespaces }) => namespaces[question.inode]);
  }
  if ('pid' in question) {
    const level = question.seenFrom === 'inside' ? -1 : 1;
    return ask(question.pid).map(({ pids }) => pids.at(level));
  }
  if ('uid' in question) {
    const side = question.seenFrom === 'inside' ? 'own' : 'machine';
    return ask(question.uid).map((process) => uidsOf(process, evidence)[side]);
  }
  if ('namespaces' in question) {
    const all = evidence.snapshot.namespaces.filter(({ type }) => type === question.namespaces);
    return [all.length];
  }
  if ('processes' in question) {
    const { processes: type, of } = question;
    const inside = evidence.processes.filter(
      ({ namespaces }) => sideOf(type, namespaces[type], evidence) === of,
    );
    return [inside.length];
  }
  if ('queue' in question) {
    const { queue, of } = question;
    return namespacesOf('ipc', of, evidence).flatMap((one) => one[queue]?.map(({ id }) => id));
  }
  const { interface: name, of } = question;
  return namespacesOf('net', of, evidence).flatMap(({ links = [] }) =>
    links.filter((link) => link.name === name).map(({ index }) => index),
  );
}

function namespacesOf(type: NamespaceName, of: Side, evidence: Evidence): Namespace[] {
  return evidence.snapshot.namespaces.filter(
    (namespace) => namespace.type === type && sideOf(type, namespace.inode, evidence) === of,
  );
}
