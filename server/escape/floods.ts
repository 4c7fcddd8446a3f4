/** Too much of one thing. */
export type Flood = {
  readonly name: string;
  /** The attacking program's arguments, or a command of the sandbox's own. */
  readonly attack?: readonly string[];
  readonly command?: readonly string[];
  /** In a machine whose lesson needs packet filters. */
  readonly netfilter?: boolean;
  /** What the neighbour must still be able to do meanwhile. */
  readonly neighbour?: readonly string[];
  /** What no limit of the sandbox's own ends: the guard removes the machine. */
  readonly guarded?: boolean;
};

const SECONDS = '5';

const flood = (name: string, kind: string, shared = false): Flood => ({
  name,
  attack: ['flood', kind, SECONDS],
  ...(shared ? { neighbour: ['one', kind] } : {}),
});

/** Goes on until the guard comes. */
const guarded = (name: string, kind: string): Flood => ({
  name,
  attack: ['flood', kind, '20'],
  guarded: true,
});

const shell = (name: string, script: string): Flood => ({
  name,
  command: ['/bin/bash', '-c', `${script}; echo over; echo look; read -r`],
});

/** Every kind of exhaustion of the issue. `shared`: the neighbour tries to get one of the same, too. */
export const FLOODS: readonly Flood[] = [
  flood('memory', 'anonymous', true),
  flood('disk', 'disk', true),
  flood('a tmpfs of its own', 'tmpfs'),
  shell(
    'page cache',
    'for i in 1 2 3; do find / -xdev -type f -exec cat {} + >/dev/null 2>&1; done',
  ),
  flood('unix sockets', 'unix', true),
  guarded('UDP sockets', 'udp'),
  guarded('TCP sockets', 'tcp'),
  guarded('netlink sockets', 'netlink'),
  flood('packet rings', 'packet'),
  flood('pipes', 'pipes', true),
  flood('inotify', 'inotify', true),
  flood('inotify watches', 'watches', true),
  { ...flood('conntrack', 'conntrack', true), netfilter: true },
  flood('descriptors', 'descriptors', true),
  guarded('pseudo-terminals', 'ptys'),
  flood('UTS namespaces', 'uts', true),
  flood('IPC namespaces', 'ipc-namespaces', true),
  flood('network namespaces', 'net', true),
  flood('mount namespaces', 'mount-namespaces', true),
  flood('cgroup namespaces', 'cgroup-namespaces', true),
  flood('time namespaces', 'time', true),
  flood('PID namespaces', 'pid-namespaces', true),
  flood('user namespaces', 'user-namespaces', true),
  flood('mounts', 'mounts', true),
  guarded('control groups', 'groups'),
  flood('inodes', 'inodes', true),
  shell(
    'veth pairs',
    'for ((i = 0; SECONDS < 5; i++)); do ip link add a$i type veth peer name b$i || break; done; echo $i pairs',
  ),
  shell('processors', 'for i in {1..64}; do (while ((SECONDS < 5)); do :; done) & done; wait'),
  shell('fork bomb', '(bomb() { bomb | bomb & }; bomb) 2>/dev/null; sleep 5'),
  shell('terminal', 'timeout 5 yes "$(head -c 2000 /dev/zero | tr "\\0" x)"'),
  shell('crashes', 'while ((SECONDS < 5)); do (kill -SEGV $BASHPID) 2>/dev/null; done'),
];
