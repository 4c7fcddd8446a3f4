import type { FilePattern } from '../../protocol/check.ts';
import type { SeenFile } from '../native-interface.ts';
import { askedAs, type Evidence, type Process } from './evidence.ts';
import { matchingProcesses } from './process.ts';

/** More of a file is never read. */
const FILE_BYTES_MAX = 64 * 1024;

/** Of so many processes with roots of their own a file is looked at, and so often in one look. */
const VIEWS_MAX = 8;
const READS_MAX = 32;

/** Reads a file as a process sees it. */
export type FileReader = (process: Process, path: string, bytesMax: number) => Promise<SeenFile>;

/** Which of the files are as they should be, by `askedAs`. What could not be asked has no answer. */
export async function answerFiles(
  patterns: readonly FilePattern[],
  evidence: Evidence,
  read: FileReader,
): Promise<Map<string, boolean>> {
  const answers = new Map<string, boolean>();
  let reads = 0;
  for (const pattern of patterns) {
    let found = false;
    const views = viewsOf(pattern, evidence);
    for (const process of views.slice(0, VIEWS_MAX)) {
      if (found || reads === READS_MAX) break;
      reads += 1;
      found = matchesFile(pattern, await read(process, pattern.path, bytesOf(pattern)));
    }
    if (found || (reads < READS_MAX && views.length <= VIEWS_MAX)) {
      answers.set(askedAs(pattern), found);
    }
  }
  return answers;
}

/** One process for each view of the files that is meant. */
function viewsOf({ of }: FilePattern, evidence: Evidence): Process[] {
  if (of === 'machine') {
    const { pid } = evidence.machine;
    const init = evidence.processes.find(
      ({ pids, namespaces }) => pids.at(-1) === 1 && namespaces.pid === pid,
    );
    return init === undefined ? [] : [init];
  }
  const views = new Map<string, Process>();
  for (const process of matchingProcesses(of.process, evidence)) {
    const { root, namespaces } = process;
    if (root !== null) views.set(`${namespaces.mnt} ${root}`, process);
  }
  return [...views.values()];
}

const bytesOf = ({ is, contains }: FilePattern) =>
  is === undefined && contains === undefined ? 0 : FILE_BYTES_MAX;

function matchesFile({ is, contains, kind }: FilePattern, file: SeenFile): boolean {
  if (file.kind === undefined || (kind !== undefined && kind !== file.kind)) return false;
  if (is === undefined && contains === undefined) return true;
  if (file.content === undefined) return false;
  const text = new TextDecoder().decode(file.content);
  return (
    (is === undefined || text.trim() === is.trim()) &&
    (contains === undefined || text.includes(contains))
  );
}
