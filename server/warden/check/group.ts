import type { GroupPattern } from '../../protocol/check.ts';
import type { Snapshot } from '../snapshot.ts';
import { isAmount } from './amount.ts';
import type { Evidence } from './evidence.ts';
import { matchesProcess } from './process.ts';

type Group = NonNullable<Snapshot['groups']>[number];
type GroupFile = NonNullable<GroupPattern['files']>[number];

export function groupExists(pattern: GroupPattern, evidence: Evidence): boolean {
  return (evidence.snapshot.groups ?? []).some((group) => matchesGroup(pattern, group, evidence));
}

function matchesGroup(pattern: GroupPattern, group: Group, evidence: Evidence): boolean {
  const { controller, path, files = [], process } = pattern;
  if (isMachines(group, evidence)) return false;
  const hierarchy = group.controllers.split(',');
  return (
    (controller === undefined || evidence.cgroupVersion === 2 || hierarchy.includes(controller)) &&
    (path === undefined || group.path === path) &&
    files.every((file) => matchesFile(file, textOf(group, file.name))) &&
    (process === undefined ||
      evidence.processes.some(
        (one) =>
          one.groups[group.controllers] === group.path && matchesProcess(process, one, evidence),
      ))
  );
}

/** What the sandbox was made with: on version 2 its own processes are in a leaf. */
function isMachines({ path }: Group, { cgroupVersion }: Evidence): boolean {
  return path === '/' || (cgroupVersion === 2 && path === '/init');
}

/** A name of the lesson's is no name of JavaScript's. */
function textOf({ files }: Group, name: string): string | undefined {
  return Object.hasOwn(files, name) ? files[name] : undefined;
}

function matchesFile({ is, key, number }: GroupFile, text: string | undefined): boolean {
  if (text === undefined) return false;
  if (is !== undefined && text.trim() !== is.trim()) return false;
  if (number === undefined) return key === undefined || numberIn(text, key) !== undefined;
  return isAmount(number, numberIn(text, key));
}

/** The first number of the text; with a key the one after it, as in `oom_kill 3` or `rbytes=4096`. */
export function numberIn(text: string, key: string | undefined): number | undefined {
  const words = text.split(/\s+/);
  if (key === undefined) return numberOf(words.find((word) => word !== ''));
  const at = words.indexOf(key);
  if (at >= 0) return numberOf(words[at + 1]);
  const assignment = words.find((word) => word.startsWith(`${key}=`));
  return numberOf(assignment?.slice(key.length + 1));
}

function numberOf(word: string | undefined): number | undefined {
  return word !== undefined && /^-?\d+$/.test(word) ? Number(word) : undefined;
}
