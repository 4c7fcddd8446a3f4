import * as z from 'zod';
import type { ArchiveLimits } from './archive-limits.ts';
import { quoted, Refusal } from './refusal.ts';

/** One past the last id that a sandbox has. */
const IDS = 65_536;

/** Latest time that every file system here can keep. */
const LATEST_SECONDS = 2 ** 33;

/** `.wh.x` in a layer says that x of the layers below is deleted; this one says it of all in the directory. */
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** An entry of a tar archive as `tar-stream` tells it. */
export const tarHeader = z.object({
  name: z.string(),
  type: z.string().nullable(),
  size: z.number().int().nonnegative(),
  mode: z.number().int(),
  uid: z.number().int(),
  gid: z.number().int(),
  mtime: z.date(),
  linkname: z.string().nullable(),
  pax: z.record(z.string(), z.string()).nullable(),
});
export type TarHeader = z.infer<typeof tarHeader>;

type Kind = 'directory' | 'file' | 'symlink' | 'whiteout';

/** Ownership, mode and time of what is made; `capability` is the raw attribute security.capability. */
export type Attributes = {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly seconds: number;
  readonly capability: Buffer | undefined;
};

/** What one entry of a layer asks for, once it is known to be harmless. Paths are relative to the layer. */
export type LayerStep = {
  /** Directories that the archive has not named so far, outermost first. */
  readonly parents: readonly string[];
  readonly path: string;
} & (
  | { readonly kind: 'directory'; readonly fresh: boolean; readonly attributes: Attributes }
  | { readonly kind: 'file'; readonly attributes: Attributes }
  | { readonly kind: 'symlink'; readonly target: string; readonly attributes: Attributes }
  | { readonly kind: 'hard link'; readonly existing: string }
  | { readonly kind: 'whiteout' }
  | { readonly kind: 'opaque' }
);

/**
 * What a layer has been found to contain. Every entry is held against it before anything is made: its
 * parent must be a directory of this very layer, so that no symbolic link can lead out of it, and nothing
 * is made twice.
 */
export class LayerTree {
  readonly #limits: ArchiveLimits;
  readonly #kinds = new Map<string, Kind>([['', 'directory']]);

  constructor(limits: ArchiveLimits) {
    this.#limits = limits;
  }

  /** Throws `Refusal` for an entry that is not taken. */
  take(header: TarHeader): LayerStep {
    const shown = quoted(header.name);
    const path = this.#path(header.name, 'the entry');
    refuseAttributes(header, shown);
    const parent = parentOf(path);
    const parents = path === '' ? [] : this.#parents(path, shown);
    const name = path.slice(parent === '' ? 0 : parent.length + 1);
    if (name.startsWith(WHITEOUT)) return this.#whiteout(header, parents, parent, name);
    const place = { parents, path };
    switch (header.type) {
      case 'directory': {
        const fresh = this.#kinds.get(path) !== 'directory';
        if (fresh) this.#add(path, 'directory', shown);
        return { ...place, kind: 'directory', fresh, attributes: attributesOf(header, shown) };
      }
      case 'file':
      case 'contiguous-file':
        if (header.size > this.#limits.fileBytes) {
          throw new Refusal(
            `the file ${shown} has ${header.size} bytes; ${this.#limits.fileBytes} are the limit`,
          );
        }
        this.#add(path, 'file', shown);
        return { ...place, kind: 'file', attributes: attributesOf(header, shown) };
      case 'symlink': {
        const target = header.linkname ?? '';
        if (target === '' || target.includes('\0') || Buffer.byteLength(target) > 4_095) {
          throw new Refusal(`the symbolic link ${shown} has no target that a link can have`);
        }
        this.#add(path, 'symlink', shown);
        return { ...place, kind: 'symlink', target, attributes: attributesOf(header, shown) };
      }
      case 'link': {
        const existing = this.#path(
          header.linkname ?? '',
          `${shown} is a hard link to something that`,
        );
        if (this.#kinds.get(existing) !== 'file') {
          throw new Refusal(
            `${shown} is a hard link to ${quoted(existing)}, which is no file of the same layer`,
          );
        }
        this.#add(path, 'file', shown);
        return { ...place, kind: 'hard link', existing };
      }
      default:
        throw new Refusal(
          `${shown} is a ${header.type ?? 'thing of an unknown kind, such as a sparse file'}; a layer has files, directories and links only`,
        );
    }
  }

  #whiteout(
    header: TarHeader,
    parents: readonly string[],
    parent: string,
    name: string,
  ): LayerStep {
    const shown = quoted(header.name);
    if (header.type !== 'file' || header.size > 0) {
      throw new Refusal(`the whiteout ${shown} is no empty file`);
    }
    if (name === OPAQUE) return { parents, path: parent, kind: 'opaque' };
    const deleted = name.slice(WHITEOUT.length);
    if (deleted === '' || deleted === '.' || deleted === '..' || deleted.startsWith(WHITEOUT)) {
      throw new Refusal(`the whiteout ${shown} names nothing that can be deleted`);
    }
    const path = parent === '' ? deleted : `${parent}/${deleted}`;
    this.#add(path, 'whiteout', shown);
    return { parents, path, kind: 'whiteout' };
  }

  #add(path: string, kind: Kind, shown: string): void {
    if (path === '') throw new Refusal(`${shown} would replace the root of the layer`);
    if (this.#kinds.has(path)) throw new Refusal(`${shown} is in the layer twice`);
    this.#kinds.set(path, kind);
  }

  /** Adds directories that are implied by a path, as some builders leave them out. */
  #parents(path: string, shown: string): readonly string[] {
    const names = path.split('/').slice(0, -1);
    const missing: string[] = [];
    for (let depth = 1; depth <= names.length; depth++) {
      const parent = names.slice(0, depth).join('/');
      const kind = this.#kinds.get(parent);
      if (kind !== undefined && kind !== 'directory') {
        throw new Refusal(`${shown} lies below ${quoted(parent)}, which is a ${kind}`);
      }
      if (kind === undefined) {
        this.#kinds.set(parent, 'directory');
        missing.push(parent);
      }
    }
    return missing;
  }

  /** The path without `./` before it and `/` after it; the root is the empty path. */
  #path(name: string, what: string): string {
    const shown = quoted(name);
    const refuse = (why: string): never => {
      throw new Refusal(`${what} ${shown} ${why}`);
    };
    if (name === '') refuse('has no name');
    if (name.startsWith('/')) refuse('has an absolute path');
    if (hasControlCharacter(name)) refuse('has a control character in its name');
    if (name.includes('\ufffd')) refuse('has a name that is not UTF-8');
    if (Buffer.byteLength(name) > this.#limits.pathBytes) refuse('has a path that is too long');
    const names = name.split('/').filter((part) => part !== '' && part !== '.');
    if (names.includes('..')) refuse('leads out of the archive with ".."');
    if (names.length > this.#limits.depth) refuse('lies too deep');
    if (names.some((part) => Buffer.byteLength(part) > 255)) refuse('has a name that is too long');
    return names.join('/');
  }
}

export const parentOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));

function hasControlCharacter(name: string): boolean {
  return [...name].some((character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x20 || (code >= 0x7f && code < 0xa0);
  });
}

/** Attributes that mean something to overlayfs, and forms of files that the tar library does not know. */
function refuseAttributes(header: TarHeader, shown: string): void {
  for (const key of Object.keys(header.pax ?? {})) {
    if (key.startsWith('GNU.sparse.')) throw new Refusal(`${shown} is a sparse file`);
    if (/^SCHILY\.xattr\.(trusted\.|user\.overlay\.)/.test(key)) {
      throw new Refusal(
        `${shown} carries the attribute ${quoted(key.slice(13))}, which is the kernel's`,
      );
    }
  }
}

function attributesOf(header: TarHeader, shown: string): Attributes {
  const number = (key: 'uid' | 'gid' | 'mtime', plain: number) =>
    Number(header.pax?.[key] ?? plain);
  const [uid, gid] = [number('uid', header.uid), number('gid', header.gid)];
  for (const id of [uid, gid]) {
    if (!Number.isInteger(id) || id < 0 || id >= IDS) {
      throw new Refusal(`${shown} belongs to the id ${id}; machines have the ids 0 to ${IDS - 1}`);
    }
  }
  const time = number('mtime', header.mtime.getTime() / 1000);
  const seconds = Number.isFinite(time)
    ? Math.min(Math.max(Math.floor(time), 0), LATEST_SECONDS)
    : 0;
  return { uid, gid, mode: header.mode & 0o7777, seconds, capability: capabilityOf(header) };
}

/** Capabilities of a file, as `setcap` gives them. Every other attribute is left out. */
function capabilityOf({ pax }: TarHeader): Buffer | undefined {
  const text = pax?.['SCHILY.xattr.security.capability'];
  // The tar library reads it as UTF-8: with a byte above 127 in it the value is lost.
  if (text === undefined || text.includes('\ufffd')) return undefined;
  const value = Buffer.from(text, 'utf8');
  // Version 2 (vfs_cap_data): the one without the root of a user namespace in it.
  return value.length === 20 && value[3] === 2 ? value : undefined;
}
