import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Headers of every answer. */
export const SECURITY_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
} as const;

/**
 * The policy of each page: scripts of our own files, and those inline scripts that the export itself
 * wrote, named by their hashes. Styles may be inline: xterm.js and React write them.
 */
export class ContentPolicies {
  readonly #byFile: ReadonlyMap<string, string>;

  /** Reads every page of the site once. */
  constructor(siteDirectory: string) {
    this.#byFile = new Map(
      readdirSync(siteDirectory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith('.html'))
        .map((entry) => join(entry.parentPath, entry.name))
        .map((file) => [
          `/${relative(siteDirectory, file)}`,
          contentPolicy(inlineScripts(readFileSync(file, 'utf8'))),
        ]),
    );
  }

  /** The policy for a path as the browser asks for it: `/`, `/lessons/uts/`, `/404.html`. */
  of(path: string): string {
    const page = path.replace(/\/$/, '');
    for (const file of [page, `${page}/index.html`, `${page}.html`]) {
      const policy = this.#byFile.get(file);
      if (policy !== undefined) return policy;
    }
    return contentPolicy([]);
  }
}

/** The texts of the script elements that have no file of their own. */
export function inlineScripts(html: string): string[] {
  const scripts = html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/gi);
  return [...scripts]
    .filter(([, attributes]) => !/\bsrc\s*=/i.test(attributes ?? ''))
    .map(([, , text]) => text ?? '');
}

function contentPolicy(scripts: readonly string[]): string {
  const hashes = new Set(scripts.map((text) => createHash('sha256').update(text).digest('base64')));
  const policy = {
    'default-src': ["'self'"],
    'script-src': ["'self'", ...[...hashes].map((hash) => `'sha256-${hash}'`)],
    'style-src': ["'self'", "'unsafe-inline'"],
    'img-src': ["'self'", 'data:'],
    'font-src': ["'self'", 'data:'],
    'connect-src': ["'self'"],
    'object-src': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'self'"],
    'frame-ancestors': ["'self'"],
  };
  return Object.entries(policy)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ');
}
