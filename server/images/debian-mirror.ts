import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { osRelease } from '../setup/packages.mjs';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * The Debian mirrors this host uses itself, as lines of a sources.list for the image: near, and known to
 * be reachable. None on a host that is not Debian; mmdebstrap then takes its default.
 */
export function hostMirrorLines(
  suite: string,
  etc = '/etc',
  { ID, VERSION_CODENAME: own }: Record<string, string> = osRelease(),
): readonly string[] {
  if (ID !== 'debian' || !own) return [];
  const entries = readEntries(join(etc, 'apt'));
  return ['', '-updates', '-security'].flatMap((pocket) => {
    const entry = entries.find(
      (each) => each.suites.includes(own + pocket) && /^https?:/.test(each.uri),
    );
    return entry ? [`deb [signed-by=${KEYRING}] ${entry.uri} ${suite}${pocket} main`] : [];
  });
}

type SourceEntry = { readonly uri: string; readonly suites: readonly string[] };

/** Both ways of writing sources: one line each, and paragraphs (deb822). */
function readEntries(folder: string): SourceEntry[] {
  const parts = join(folder, 'sources.list.d');
  const files = [
    join(folder, 'sources.list'),
    ...(existsSync(parts) ? readdirSync(parts).map((name) => join(parts, name)) : []),
  ].filter((file) => existsSync(file));
  return files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    return file.endsWith('.sources') ? readParagraphs(text) : readLines(text);
  });
}

function readLines(text: string): SourceEntry[] {
  return [...text.matchAll(/^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s/gm)].map(
    ([, uri = '', suite = '']) => ({ uri, suites: [suite] }),
  );
}

function readParagraphs(text: string): SourceEntry[] {
  return text.split(/\n\s*\n/).flatMap((paragraph) => {
    const field = (name: string) =>
      paragraph
        .match(new RegExp(`^${name}:\\s*(.*)$`, 'mi'))?.[1]
        ?.trim()
        .split(/\s+/) ?? [];
    if (!field('Types').includes('deb') || field('Enabled')[0] === 'no') return [];
    return field('URIs').map((uri) => ({ uri, suites: field('Suites') }));
  });
}
