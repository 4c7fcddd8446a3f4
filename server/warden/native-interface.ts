import type { NamespaceName } from '../protocol/namespace.ts';
import type { MissingNeed, SandboxNeed } from '../protocol/needs.ts';
import type { TraceCall } from '../protocol/trace.ts';
import type { GistOf } from './output-gist.ts';
import type { Snapshot, SnapshotSection } from './snapshot.ts';

/** A directory of the host, read-only in a sandbox, where its files belong to the sandbox's root. */
export type Attachment = {
  readonly directory: string;
  /** Absolute path in the sandbox. */
  readonly target: string;
};

/** What a sandbox is made of. Limits are those of the whole sandbox, tmpfs pages included. */
export type SandboxSpec = {
  /** Twelve hexadecimal digits; names its cgroups. */
  readonly id: string;
  readonly hostname: string;
  /** Directories of the read-only layers of its root, topmost first. Shared through idmapped mounts. */
  readonly lowerdirs: readonly string[];
  /** First host id of its range of 65,536 user and group ids. */
  readonly idBase: number;
  readonly memoryBytes: number;
  readonly pidsMax: number;
  /** CPU time as a share of one CPU: 1 is one whole CPU. */
  readonly cpus: number;
  /** Size and inodes of the tmpfs that holds its upperdir and workdir. */
  readonly diskBytes: number;
  readonly diskInodes: number;
  /** Number of `/dev/ttyN` nodes prepared for terminals. */
  readonly terminals: number;
  /** What it may read from and write to its disk in a second, if it has one. */
  readonly diskBytesPerSecond: number;
  /** Optional parts; a sandbox has no others. */
  readonly needs: readonly SandboxNeed[];
  readonly attachments: readonly Attachment[];
};

/** A living sandbox. The pidfd is close-on-exec and stays open until `destroy`. */
export type CreatedSandbox = {
  readonly pid: number;
  readonly pidfd: number;
  /** Inodes of the namespaces that PID 1 is in. */
  readonly namespaces: Readonly<Record<NamespaceName, string>>;
  /** The version of control groups that it has. */
  readonly cgroupVersion: 1 | 2;
  readonly trace: readonly TraceCall[];
  /** Those it was made with; terminals get the same. */
  readonly needs: readonly SandboxNeed[];
  /** Needs that this host could not fulfil. */
  readonly missing: readonly MissingNeed[];
};

/** A step that failed; what it had done was undone. */
export type NativeFailure = {
  readonly step: string;
  /** Path, group or id that the step was about. */
  readonly object: string;
  /** errno name, such as `ENOSPC`. */
  readonly error: string;
  /** What to do, in one sentence. */
  readonly hint: string;
};

export class NativeError extends Error {
  override readonly name = 'NativeError';
  constructor(
    readonly failure: NativeFailure,
    readonly trace: readonly TraceCall[],
  ) {
    super(`${failure.step}: ${failure.object}: ${failure.error}. ${failure.hint}`);
  }
}

/** A file as a process of a sandbox sees it. */
export type SeenFile = {
  /** What the path itself names; nothing, if there is no such file or the process is no more. */
  readonly kind:
    | 'file'
    | 'directory'
    | 'link'
    | 'character device'
    | 'block device'
    | 'fifo'
    | 'socket'
    | undefined;
  /** The beginning of the regular file that the path leads to. Hostile input: any bytes. */
  readonly content: Uint8Array | undefined;
};

/**
 * The native library as the warden uses it. Everything that may take long runs on a worker thread;
 * nothing here blocks the event loop.
 */
export interface Native {
  /** Makes a sandbox. Rejects with `NativeError`. */
  create(spec: SandboxSpec): Promise<CreatedSandbox>;
  /**
   * Ends every process of a sandbox and removes its cgroups and all else it had; also what a warden
   * that was killed has left of it. Resolves when all is gone. Closes the pidfd if one is given.
   */
  destroy(id: string, pidfd: number | undefined): Promise<void>;
  /** Calls back once, when the process behind the pidfd has ended. Returns what cancels it. */
  onExit(pidfd: number, ended: () => void): () => void;
  /** What the kernel says of a sandbox now, with these sections: bounded in time, size and depth. */
  snapshot(id: string, sections: readonly SnapshotSection[]): Promise<Snapshot>;
  /**
   * A file as a process sees it, if the process is still the one that began then. At most so many bytes of
   * it; with 0 its kind only.
   */
  file(
    id: string,
    process: { readonly pid: number; readonly startedTicks: number },
    path: string,
    bytesMax: number,
  ): Promise<SeenFile>;
  /** Arguments for the `enter` program that node-pty spawns to put a shell on terminal `index` (from 1). */
  enterArguments(
    id: string,
    sandbox: CreatedSandbox,
    index: number,
    command: readonly string[],
  ): {
    readonly file: string;
    readonly arguments: readonly string[];
  };
  /** Arguments for the `probe` program, which runs a command for a moment; see `native/probe.c`. */
  probeArguments(
    id: string,
    sandbox: CreatedSandbox,
    command: readonly string[],
  ): {
    readonly file: string;
    readonly arguments: readonly string[];
  };
  /** Arguments for the `outside` program, which becomes slirp4netns; fd 3 ends it, fd 4 says it is ready. */
  outsideArguments(
    id: string,
    sandbox: CreatedSandbox,
    slirp: string,
  ): {
    readonly file: string;
    readonly arguments: readonly string[];
  };
  /** What of a terminal's output can still matter when it is forgotten. */
  readonly outputGist: GistOf;
  /** Ids of sandboxes that have cgroups under the lab's group: after a kill of the warden, what was left over. */
  leftovers(): Promise<string[]>;
  /** Removes the lab's own (empty) groups. */
  close(): Promise<void>;
}
