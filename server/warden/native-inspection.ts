import koffi from 'koffi';
import { NAMESPACES, type NamespaceName } from '../protocol/namespace.ts';
import type { InspectedProcess, Inspection } from './native-interface.ts';

/** The structs below are those of `native/glassbox.h`, one for one. */
const PID_LEVELS = 33;

export const processType = koffi.struct({
  namespaces: koffi.array('uint64', NAMESPACES.length, 'Array'),
  pid: 'int32',
  parent: 'int32',
  processGroup: 'int32',
  session: 'int32',
  terminalDevice: 'int32',
  foregroundGroup: 'int32',
  uid: 'uint32',
  pidCount: 'uint32',
  pids: koffi.array('int32', PID_LEVELS, 'Array'),
  state: koffi.array('uint8', 1, 'Array'),
  command: koffi.array('uint8', 67, 'Typed'),
});

export const hostnameType = koffi.struct({
  namespace: 'uint64',
  name: koffi.array('uint8', 65, 'Typed'),
  reserved: koffi.array('uint8', 7, 'Typed'),
});

type NativeProcess = {
  namespaces: (number | bigint)[];
  pid: number;
  parent: number;
  processGroup: number;
  session: number;
  terminalDevice: number;
  foregroundGroup: number;
  uid: number;
  pidCount: number;
  pids: number[];
  state: number[];
  command: Uint8Array;
};

type NativeHostname = { namespace: number | bigint; name: Uint8Array };

/** Bytes of a learner's choice up to the first NUL, as text: what is not UTF-8 is replaced. */
function hostileText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** What the library has found: counts of processes and hostnames, and whether there were more. */
export function decodeInspection(processes: Buffer, hostnames: Buffer, counts: Buffer): Inspection {
  const processCount = counts.readUInt32LE(0);
  const hostnameCount = counts.readUInt32LE(4);
  const seen: NativeProcess[] =
    processCount === 0 ? [] : koffi.decode(processes, koffi.array(processType, processCount));
  const names: NativeHostname[] =
    hostnameCount === 0 ? [] : koffi.decode(hostnames, koffi.array(hostnameType, hostnameCount));
  return {
    processes: seen.map(inspectedProcess),
    hostnames: new Map(names.map((found) => [String(found.namespace), hostileText(found.name)])),
    truncated: counts.readUInt32LE(8) !== 0,
  };
}

function inspectedProcess(seen: NativeProcess): InspectedProcess {
  return {
    pid: seen.pid,
    parent: seen.parent,
    processGroup: seen.processGroup,
    session: seen.session,
    terminalDevice: seen.terminalDevice,
    foregroundGroup: seen.foregroundGroup,
    pids: seen.pids.slice(0, seen.pidCount),
    uid: seen.uid,
    state: String.fromCharCode(seen.state[0] ?? 63),
    command: hostileText(seen.command),
    namespaces: byNamespace(seen.namespaces, (inode) =>
      Number(inode) === 0 ? null : String(inode),
    ),
  };
}

/** Inodes in the order of the library, by name. */
export function byNamespace<T>(
  inodes: readonly (number | bigint)[],
  convert: (inode: number | bigint) => T,
): Record<NamespaceName, T> {
  const entries = NAMESPACES.map((name, index) => [name, convert(inodes[index] ?? 0)]);
  return Object.fromEntries(entries);
}
