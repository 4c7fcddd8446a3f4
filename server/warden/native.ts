import { closeSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import koffi, { type TypeObject } from 'koffi';
import { TERMINALS } from '../protocol/identifiers.ts';
import { NAMESPACES, type NamespaceName } from '../protocol/namespace.ts';
import { type MissingNeed, SANDBOX_NEEDS, type SandboxNeed } from '../protocol/needs.ts';
import type { TraceCall } from '../protocol/trace.ts';
import {
  type Native,
  NativeError,
  type NativeFailure,
  type SandboxSpec,
} from './native-interface.ts';
import { decodeTrace, traceMemory } from './native-trace.ts';
import { bindOutputGist } from './output-gist.ts';
import { parseSnapshot, SNAPSHOT_SECTIONS } from './snapshot.ts';
import { Turns } from './turns.ts';

/** The limits and layouts below are those of `native/glassbox.h`, one for one. */
const ID_BYTES = 13;
const LEFTOVERS_MAX = 65_536;

/** Room for a snapshot: a busy sandbox of 200 processes needs half of it. */
const SNAPSHOT_BYTES = 512 * 1024;

/** `enum glassbox_file_kind` has the same order. */
const FILE_KINDS = [
  undefined,
  'file',
  'directory',
  'link',
  'character device',
  'fifo',
  'socket',
  'block device',
] as const;

const failureType = koffi.struct({
  step: koffi.array('char', 24, 'String'),
  object: koffi.array('char', 256, 'String'),
  error: koffi.array('char', 24, 'String'),
  hint: koffi.array('char', 256, 'String'),
});

const attachmentType = koffi.struct({ directory: 'const char *', target: 'const char *' });

const specType = koffi.struct({
  id: 'const char *',
  hostname: 'const char *',
  stage: 'const char *',
  lab: 'const char *',
  lowerdirs: 'const char **',
  lowerdirCount: 'uint32',
  idBase: 'uint32',
  memoryBytes: 'uint64',
  diskBytes: 'uint64',
  diskInodes: 'uint64',
  cpus: 'double',
  pidsMax: 'uint32',
  terminals: 'uint32',
  needs: 'uint32',
  attachments: koffi.pointer(attachmentType),
  attachmentCount: 'uint32',
  diskImage: 'const char *',
  diskBytesPerSecond: 'uint64',
});

const missingType = koffi.struct({ need: 'uint32', why: koffi.array('char', 252, 'String') });

const sandboxType = koffi.struct({
  pid: 'int32',
  pidfd: 'int32',
  namespaces: koffi.array('uint64', NAMESPACES.length, 'Array'),
  cgroupVersion: 'uint32',
  missingCount: 'uint32',
  missing: koffi.array(missingType, SANDBOX_NEEDS.length, 'Array'),
});

type NativeSandbox = {
  pid: number;
  pidfd: number;
  namespaces: (number | bigint)[];
  cgroupVersion: number;
  missingCount: number;
  missing: { need: number; why: string }[];
};

type PollHandle = ReturnType<typeof koffi.node.poll>;

export type NativeOptions = {
  /** Where `make -C native` has put `libglassbox.so` and `enter`. */
  readonly libraryDirectory: string;
  /** Name of the lab's control group. */
  readonly cgroupParent: string;
  /** A directory to mount on, in the sandboxes' own mount namespaces only. Made if it is not there. */
  readonly stage: string;
  /** What the disks of machines are copies of; without it there are none. */
  readonly diskImage?: string | undefined;
};

/**
 * Loads the native library and makes the lab's control groups. Throws `NativeError` when this host
 * can't hold sandboxes.
 */
export function openNative(options: NativeOptions): Native {
  const directory = resolve(options.libraryDirectory);
  const file = join(directory, 'libglassbox.so');
  const library = bind(file);
  const lab = options.cgroupParent;
  mkdirSync(options.stage, { recursive: true, mode: 0o755 });
  const failure = memory(failureType, 1);
  if (library.open(lab, failure) < 0) throw nativeError(failure);

  /** pidfds handed out and not closed yet, each with what watches it. A number alone proves nothing. */
  const watches = new Map<number, Set<PollHandle>>();
  /** Destructions under way: a second one of the same sandbox waits for the first. */
  const destructions = new Map<string, Promise<void>>();

  async function destroy(id: string, pidfd: number | undefined): Promise<void> {
    const known = pidfd !== undefined && watches.has(pidfd) ? pidfd : -1;
    const failure = memory(failureType, 1);
    if ((await library.destroy(lab, id, known, failure)) < 0) throw nativeError(failure);
    if (known < 0) return;
    for (const watch of watches.get(known) ?? []) watch.close();
    watches.delete(known);
    closeSync(known);
  }

  return {
    async create(spec) {
      const failure = memory(failureType, 1);
      const trace = traceMemory();
      const sandbox = memory(sandboxType, 1);
      const request = nativeSpec(spec, lab, options);
      const result = await library.create(request, sandbox, trace, failure);
      const calls = decodeTrace(trace);
      if (result < 0) throw nativeError(failure, calls);
      const made: NativeSandbox = koffi.decode(sandbox, sandboxType);
      const missing = made.missing.slice(0, made.missingCount).map(missingNeed);
      watches.set(made.pidfd, new Set());
      return {
        pid: made.pid,
        pidfd: made.pidfd,
        namespaces: byNamespace(made.namespaces),
        cgroupVersion: made.cgroupVersion === 2 ? 2 : 1,
        trace: calls,
        needs: spec.needs.filter((need) => missing.every((lost) => lost.need !== need)),
        missing,
      };
    },

    destroy(id, pidfd) {
      const running = destructions.get(id);
      if (running !== undefined) return running;
      const destruction = destroy(id, pidfd).finally(() => destructions.delete(id));
      destructions.set(id, destruction);
      return destruction;
    },

    onExit(pidfd, ended) {
      const open = watches.get(pidfd);
      if (open === undefined) throw new Error(`${pidfd} is not the pidfd of a living sandbox`);
      const cancel = () => {
        if (open.delete(watch)) watch.close();
      };
      const watch = koffi.node.poll(pidfd, { readable: true }, () => {
        cancel();
        ended();
      });
      /* Held in the set, or the collector would close it. */
      open.add(watch);
      return cancel;
    },

    async snapshot(id, sections) {
      const failure = memory(failureType, 1);
      const json = Buffer.allocUnsafeSlow(SNAPSHOT_BYTES);
      const length = Buffer.alloc(8);
      const bits = sections.reduce((sum, section) => sum | SNAPSHOT_SECTIONS[section], 0);
      const result = await library.snapshot(lab, id, bits, SNAPSHOT_BYTES, json, length, failure);
      if (result < 0) throw nativeError(failure);
      const text = json.toString('utf8', 0, Number(length.readBigUInt64LE()));
      return parseSnapshot(text);
    },

    async file(id, { pid, startedTicks }, path, bytesMax) {
      const failure = memory(failureType, 1);
      const bytes = Buffer.allocUnsafeSlow(Math.max(bytesMax, 1));
      const file = Buffer.alloc(12);
      const result = await library.file(
        lab,
        id,
        pid,
        startedTicks,
        path,
        bytesMax,
        bytes,
        file,
        failure,
      );
      if (result < 0) throw nativeError(failure);
      const kind = FILE_KINDS[file.readUInt32LE(0)];
      const content = bytes.subarray(0, file.readUInt32LE(8));
      return {
        kind,
        content: file.readUInt32LE(4) === 0 ? undefined : content,
      };
    },

    enterArguments(id, sandbox, index, command) {
      const name = TERMINALS[index - 1] ?? `tty${index}`;
      const numbers = [sandbox.pid, sandbox.namespaces.pid].map(String);
      const needs = String(needMask(sandbox.needs));
      return {
        file: join(directory, 'enter'),
        arguments: [...numbers, lab, id, String(index), name, needs, ...command],
      };
    },

    probeArguments(id, sandbox, command) {
      const numbers = [sandbox.pid, sandbox.namespaces.pid].map(String);
      const needs = String(needMask(sandbox.needs));
      return {
        file: join(directory, 'probe'),
        arguments: [...numbers, lab, id, needs, ...command],
      };
    },

    outsideArguments(id, sandbox, slirp) {
      const numbers = [sandbox.pid, sandbox.namespaces.pid].map(String);
      return { file: join(directory, 'outside'), arguments: [...numbers, lab, id, slirp] };
    },

    outputGist: bindOutputGist(file),

    async leftovers() {
      const failure = memory(failureType, 1);
      const ids = Buffer.alloc(LEFTOVERS_MAX * ID_BYTES);
      const count = Buffer.alloc(4);
      if ((await library.leftovers(lab, LEFTOVERS_MAX, ids, count, failure)) < 0) {
        throw nativeError(failure);
      }
      return Array.from({ length: count.readUInt32LE() }, (_, index) =>
        ids.toString('latin1', index * ID_BYTES, (index + 1) * ID_BYTES - 1),
      );
    },

    async close() {
      const failure = memory(failureType, 1);
      if ((await library.close(lab, failure)) < 0) throw nativeError(failure);
    },
  };
}

/** The library's functions. All but `open` may take long, so they run on worker threads. */
function bind(path: string) {
  const library = koffi.load(path);
  const text = 'const char *';
  const out = 'void *';
  const number = 'uint32';
  const open = library.func('glassbox_open', 'int', [text, out]);
  const create = library.func('glassbox_create', 'int', [koffi.pointer(specType), out, out, out]);
  const destroy = library.func('glassbox_destroy', 'int', [text, text, 'int32', out]);
  const snapshotOf = library.func('glassbox_snapshot', 'int', [
    text,
    text,
    number,
    'uint64',
    out,
    out,
    out,
  ]);
  const file = library.func('glassbox_file', 'int', [
    text,
    text,
    'int32',
    'uint64',
    text,
    number,
    out,
    out,
    out,
  ]);
  const leftovers = library.func('glassbox_leftovers', 'int', [text, number, out, out, out]);
  const close = library.func('glassbox_close', 'int', [text, out]);
  return {
    open: (lab: string, failure: Buffer): number => open(lab, failure),
    create: (spec: object, sandbox: Buffer, trace: Buffer, failure: Buffer) =>
      onWorker(create, spec, sandbox, trace, failure),
    destroy: (lab: string, id: string, pidfd: number, failure: Buffer) =>
      onWorker(destroy, lab, id, pidfd, failure),
    snapshot: (lab: string, id: string, sections: number, capacity: number, ...buffers: Buffer[]) =>
      onWorker(snapshotOf, lab, id, sections, capacity, ...buffers),
    file: (
      lab: string,
      id: string,
      pid: number,
      startedTicks: number,
      path: string,
      capacity: number,
      ...buffers: Buffer[]
    ) => onWorker(file, lab, id, pid, startedTicks, path, capacity, ...buffers),
    leftovers: (lab: string, limit: number, ids: Buffer, count: Buffer, failure: Buffer) =>
      onWorker(leftovers, lab, limit, ids, count, failure),
    close: (lab: string, failure: Buffer) => onWorker(close, lab, failure),
  };
}

/** koffi refuses more than 64 calls at once, and libuv has four threads for them: the others wait here. */
const turns = new Turns(32);

/** Calls a function of the library on one of libuv's worker threads. The buffers live until it is done. */
function onWorker(
  native: { async: (...values: unknown[]) => void },
  ...values: unknown[]
): Promise<number> {
  return turns.take(
    () =>
      new Promise((fulfil, reject) => {
        native.async(...values, (error: Error | null, result: number) => {
          if (error === null) fulfil(result);
          else reject(error);
        });
      }),
  );
}

function memory(type: TypeObject, count: number): Buffer {
  return Buffer.allocUnsafeSlow(type.size * count);
}

/** Inodes in the order of the library, by name. */
function byNamespace(inodes: readonly (number | bigint)[]): Record<NamespaceName, string> {
  const entries = NAMESPACES.map((name, index) => [name, String(inodes[index] ?? 0)]);
  return Object.fromEntries(entries);
}

function nativeSpec(spec: SandboxSpec, lab: string, options: NativeOptions): object {
  const { lowerdirs, needs, attachments, ...rest } = spec;
  return {
    ...rest,
    lab,
    stage: options.stage,
    diskImage: options.diskImage ?? null,
    lowerdirs: [...lowerdirs],
    lowerdirCount: lowerdirs.length,
    needs: needMask(needs),
    attachments: attachments.map(({ directory, target }) => ({ directory, target })),
    attachmentCount: attachments.length,
  };
}

function needMask(needs: readonly SandboxNeed[]): number {
  return needs.reduce((mask, need) => mask | needBit(need), 0);
}

/** `enum glassbox_need` has the same order. */
function needBit(need: SandboxNeed): number {
  return 1 << SANDBOX_NEEDS.indexOf(need);
}

function missingNeed({ need: bit, why }: { need: number; why: string }): MissingNeed {
  const need = SANDBOX_NEEDS.find((name) => needBit(name) === bit);
  if (need === undefined) throw new Error(`the library speaks of an unknown need ${bit}`);
  return { need, why };
}

function nativeError(failure: Buffer, trace: readonly TraceCall[] = []): NativeError {
  const decoded: NativeFailure = koffi.decode(failure, failureType);
  return new NativeError(decoded, trace);
}
