/**
 * What a person types and what a real Debian machine prints, as plain text:
 *
 *     ## a hostname of its own
 *     $ unshare --uts sh -c 'hostname box; hostname'
 *     box
 *
 * `$ ` is a command in the first terminal and `2$ ` in the second; `> ` goes on with it, as a shell shows
 * it; `^C`, `^D` or `^Z` alone is that key. All other lines are what is printed: `<pid>` may vary, `<…>` is
 * anything. A heading may end in `[cgroup v1]`, `[cgroup v2]`, `[needs disk]` or both. Lines before the first
 * heading are remarks.
 */
import { readFileSync } from 'node:fs';
import { type SandboxNeed, sandboxNeeds } from '../protocol/needs.ts';

export type Act = {
  readonly terminal: 1 | 2;
  readonly input: { readonly command: string } | { readonly key: '^C' | '^D' | '^Z' };
  readonly printed: readonly string[];
};

export type Transcript = {
  readonly title: string;
  readonly version: 'v1' | 'v2' | undefined;
  readonly needs: readonly SandboxNeed[];
  readonly acts: readonly Act[];
};

const HEADING = /^## (.*?)(?: \[(?:cgroup (v1|v2))?(?:, )?(?:needs ([\w ]+))?\])?$/;
const COMMAND = /^(2?)\$ (.*)$/;

export function readTranscripts(file: URL): readonly Transcript[] {
  const sections = readFileSync(file, 'utf8').split(/^(?=## )/m);
  return sections.filter((section) => section.startsWith('## ')).map(readSection);
}

function readSection(section: string): Transcript {
  const [heading = '', ...lines] = section.trimEnd().split('\n');
  const [, title = '', version, needs] = HEADING.exec(heading) ?? [];
  const acts: Act[] = [];
  for (const line of lines) {
    const last = acts.at(-1);
    const [isCommand, second, command = ''] = COMMAND.exec(line) ?? [];
    if (isCommand !== undefined) {
      acts.push({ terminal: second === '2' ? 2 : 1, input: { command }, printed: [] });
    } else if (last === undefined) {
      if (line !== '') throw new Error(`"${title}" begins with what is no command: ${line}`);
    } else if (line === '^C' || line === '^D' || line === '^Z') {
      acts.push({ terminal: last.terminal, input: { key: line }, printed: [] });
    } else if (line.startsWith('> ') && 'command' in last.input && last.printed.length === 0) {
      const longer = { command: `${last.input.command}\n${line.slice(2)}` };
      acts[acts.length - 1] = { ...last, input: longer };
    } else {
      acts[acts.length - 1] = { ...last, printed: [...last.printed, line] };
    }
  }
  return {
    title,
    version: version === 'v1' || version === 'v2' ? version : undefined,
    needs: sandboxNeeds.parse(needs?.split(' ') ?? []),
    acts,
  };
}
