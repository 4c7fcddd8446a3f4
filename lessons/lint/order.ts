import type { ReadFile } from './lint.ts';

/** Lessons that a lesson builds on exist, and none builds on itself, by whatever way around. */
export function checkOrder(files: readonly ReadFile[]): void {
  const ids = [...new Set(files.map(({ folder }) => folder.id))];
  const after = new Map(
    files.flatMap(({ folder, parsed }) =>
      parsed === null ? [] : [[folder.id, parsed.lesson.after] as const],
    ),
  );
  for (const { folder, parsed, report } of files) {
    if (parsed === null) continue;
    const line = parsed.afterLine;
    for (const id of parsed.lesson.after) {
      if (!ids.includes(id))
        report.missing(line, `\`after\`: there is no lesson \`${id}\`.`, id, ids);
      else if (id === folder.id) report.add(line, '`after`: a lesson does not build on itself.');
    }
    const way = wayBack(folder.id, after);
    if (way !== null && way.length > 2) {
      report.add(line, `\`after\`: ${way.join(' builds on ')}.`);
    }
  }
}

/** The shortest way from a lesson to itself, or `null`. */
function wayBack(id: string, after: ReadonlyMap<string, readonly string[]>): string[] | null {
  const ways: string[][] = [[id]];
  const seen = new Set<string>();
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    for (const next of after.get(way.at(-1) ?? '') ?? []) {
      if (next === id) return [...way, next];
      if (seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return null;
}
