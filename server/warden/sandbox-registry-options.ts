import type { ErrorReport } from '../protocol/errors.ts';
import type { GoneReason } from '../protocol/sandbox-state.ts';
import type { LifePolicy } from './life.ts';
import type { Attachment, Native } from './native-interface.ts';
import type { Sandbox, SandboxEvents } from './sandbox.ts';

/** What the registry tells: `gone` comes when a removal begins, `removed` when nothing is left. */
export type RegistryEvents = SandboxEvents & {
  /** Made for its owner, or ahead: then it has none yet, and `handedOver` follows one day. */
  readonly made: (sandbox: Sandbox, tookMs: number) => void;
  readonly handedOver: (sandbox: Sandbox) => void;
  readonly makeFailed: (owner: string | undefined, error: unknown) => void;
  readonly gone: (sandbox: Sandbox, reason: GoneReason) => void;
  readonly removed: (sandbox: Sandbox, tookMs: number) => void;
  readonly removeFailed: (sandbox: Sandbox, error: unknown) => void;
  /** Its end, or what can be done about it, is another one. */
  readonly lifeChanged?: (sandbox: Sandbox) => void;
  /** There may be room for one more. */
  readonly room?: () => void;
};

export type RegistryOptions = {
  readonly native: Native;
  /** Read-only layers of every sandbox's root, topmost first. */
  readonly lowerdirs: readonly string[];
  /** Directories of the host that every sandbox sees: the images. */
  readonly attachments: readonly Attachment[];
  readonly sandboxesMax: number;
  /** How many to keep made ahead, with a shell waiting at its prompt. */
  readonly warm: number;
  readonly life: LifePolicy;
  /** True while people wait for a sandbox. */
  readonly othersWait?: () => boolean;
  readonly events: RegistryEvents;
};

/** A sandbox with a page on it, or why there is none. */
export type Held =
  | { readonly ok: true; readonly sandbox: Sandbox; readonly fresh: boolean }
  | { readonly ok: false; readonly error: ErrorReport };
