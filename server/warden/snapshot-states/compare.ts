import assert from 'node:assert/strict';
import * as z from 'zod';
import type { Snapshot } from '../snapshot.ts';
import { type Answers, answer, answersAbout, pathLines } from './ask.ts';

/** Host id of the machine's root. */
const FIRST_ID = 100_000;

type Namespace = Snapshot['namespaces'][number];
type Queue = NonNullable<Namespace['messages']>[number];

/** Holds a snapshot against what the machine's tools and files say at about the same moment. */
export function compareSnapshot(snapshot: Snapshot, answers: Answers): void {
  assert.deepEqual(snapshot.cut, []);
  compareProcesses(snapshot, answers);
  compareNamespaces(snapshot, answers);
  compareNetworks(snapshot, answers);
  compareMounts(snapshot, answers);
  compareQueues(snapshot, answers);
  compareGroups(snapshot, answers);
}

const sorted = <T>(items: Iterable<T>): readonly T[] => [...items].sort();
const pidOf = (path: string) => Number(path.split('/')[2]);

/** Pids in the machine of all processes but those that are asking. */
function pidsIn(answers: Answers): ReadonlySet<number> {
  const self = Number(answer(answers, 'self'));
  const sessions = answer(answers, 'sessions')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const own = sessions.find(([pid]) => pid === self)?.[1];
  return new Set(sessions.flatMap(([pid, session]) => (session === own || !pid ? [] : [pid])));
}

function compareProcesses(snapshot: Snapshot, answers: Answers): void {
  const pids = pidsIn(answers);
  assert.deepEqual(sorted(snapshot.processes.map(({ pids: [, pid] }) => pid)), sorted(pids));
  const facts = new Map<number, Map<string, string>>();
  const note = (pid: number, name: string, value: string) => {
    const known = facts.get(pid) ?? new Map<string, string>();
    facts.set(pid, known.set(name, `${known.get(name) ?? ''}${value}`));
  };
  for (const [path, line] of pathLines(answer(answers, 'status'))) {
    const [name, value] = line.split(/:\t/);
    note(pidOf(path), name ?? '', value ?? '');
  }
  for (const [path, line] of pathLines(answer(answers, 'files'))) {
    note(pidOf(path), path.split('/')[3] ?? '', `${line}\n`);
  }
  for (const [path, argument] of pathLines(answer(answers, 'arguments'), '\0')) {
    note(pidOf(path), 'arguments', `${argument}\0`);
  }
  for (const process of snapshot.processes) {
    const [, pid = 0] = process.pids;
    const fact = (name: string) => facts.get(pid)?.get(name) ?? '';
    const numbers = (name: string) => fact(name).trim().split(/\s+/).map(Number);
    assert.deepEqual(process.pids.slice(1), numbers('NSpid'));
    assert.deepEqual(
      process.uids.map((id) => id - FIRST_ID),
      numbers('Uid'),
    );
    assert.deepEqual(
      process.gids.map((id) => id - FIRST_ID),
      numbers('Gid'),
    );
    assert.deepEqual(
      [process.inheritable, process.permitted, process.effective, process.bounding],
      [fact('CapInh'), fact('CapPrm'), fact('CapEff'), fact('CapBnd')],
    );
    assert.equal(process.state, fact('State')[0]);
    assert.equal(process.noNewPrivileges, Number(fact('NoNewPrivs')));
    assert.equal(process.seccomp, Number(fact('Seccomp')));
    assert.equal(process.oomScoreAdjust, Number(fact('oom_score_adj')));
    assert.equal(process.arguments.map((argument) => `${argument}\0`).join(''), fact('arguments'));
    compareProcessGroups(process.groups, fact('cgroup'));
  }
}

function compareProcessGroups(groups: Readonly<Record<string, string>>, file: string): void {
  const said = file
    .trim()
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([, controllers = '']) => controllers in groups);
  assert.ok(said.length > 0);
  for (const [, controllers = '', path] of said) assert.equal(groups[controllers], path);
}

const lsns = z.object({
  namespaces: z.array(z.object({ ns: z.coerce.string(), type: z.string() })),
});

function compareNamespaces(snapshot: Snapshot, answers: Answers): void {
  const pids = pidsIn(answers);
  const inodes = new Map<string, Set<string>>();
  for (const line of answer(answers, 'links').trim().split('\n')) {
    const [path = '', target = ''] = line.split(' ');
    const [, type = '', inode = ''] = /^(\w+):\[(\d+)\]$/.exec(target) ?? [];
    if (!pids.has(pidOf(path))) continue;
    inodes.set(type, (inodes.get(type) ?? new Set()).add(inode));
  }
  const held = (answers.get('held') ?? []).map((text) => /\d+/.exec(text)?.[0] ?? '');
  for (const [type, known] of inodes) {
    const seen = snapshot.namespaces.filter((namespace) => namespace.type === type);
    const expected = new Set([...known, ...(type === 'net' ? held : [])]);
    assert.deepEqual(sorted(seen.map(({ inode }) => inode)), sorted(expected), type);
  }
  // lsns knows the same, and perhaps those of the asking processes, which are the machine's.
  const listed = lsns.parse(JSON.parse(answer(answers, 'lsns'))).namespaces;
  for (const { ns, type } of listed) {
    assert.ok(
      snapshot.namespaces.some((namespace) => namespace.inode === ns && namespace.type === type),
      `lsns has ${type} ${ns}`,
    );
  }
  for (const [inode, hostname] of answersAbout(answers, 'hostname')) {
    assert.equal(find(snapshot, inode).hostname, hostname.trim());
  }
  compareMembers(snapshot, answers);
}

/** Maps and offsets, which are files of a process. */
function compareMembers(snapshot: Snapshot, answers: Answers): void {
  const lines = pathLines(answer(answers, 'files'));
  const file = (pid: number, name: string) =>
    lines
      .filter(([path]) => path === `/proc/${pid}/${name}`)
      .map(([, line]) => `${line.replace(/\s+/g, ' ').trim()}\n`)
      .join('');
  const plain = (text = '') => text.replace(/[ \t]+/g, ' ').replace(/^ /gm, '');
  for (const { pids, namespaces } of snapshot.processes) {
    const [, pid = 0] = pids;
    const user = snapshot.namespaces.find(({ inode }) => inode === namespaces.user);
    // The machine tells its own map in ids of the host, and the others in its own.
    const first = user?.inode === machineUser(snapshot) ? 0 : FIRST_ID;
    const inMachine = plain(user?.uidMap).replace(
      /^(\d+) (\d+)/gm,
      (_, inside, outside) => `${inside} ${outside - first}`,
    );
    assert.equal(inMachine, file(pid, 'uid_map'));
    assert.equal(plain(user?.setgroups), file(pid, 'setgroups'));
    const time = snapshot.namespaces.find(({ inode }) => inode === namespaces.timeForChildren);
    assert.equal(plain(time?.offsets), file(pid, 'timens_offsets'));
  }
}

const machineUser = (snapshot: Snapshot) =>
  snapshot.processes.find(({ pids }) => pids.length === 2 && pids[1] === 1)?.namespaces.user;

function find(snapshot: Snapshot, inode: string): Namespace {
  const found = snapshot.namespaces.find((namespace) => namespace.inode === inode);
  assert.ok(found, `the snapshot has the namespace ${inode}`);
  return found;
}

const ipLinks = z.array(
  z.object({
    ifindex: z.int(),
    ifname: z.string(),
    mtu: z.int(),
    flags: z.array(z.string()),
    link_index: z.int().optional(),
    master: z.string().optional(),
    address: z.string(),
    linkinfo: z.object({ info_kind: z.string().optional() }).optional(),
  }),
);

const ipAddresses = z.array(
  z.object({
    ifindex: z.int(),
    addr_info: z.array(z.object({ local: z.string(), prefixlen: z.int() })),
  }),
);

const ipRoutes = z.array(
  z.object({ dst: z.string(), gateway: z.string().optional(), dev: z.string() }),
);

function compareNetworks(snapshot: Snapshot, answers: Answers): void {
  for (const [inode, text] of answersAbout(answers, 'links')) {
    const { links = [] } = find(snapshot, inode);
    const name = (index: number | undefined) => links.find((link) => link.index === index)?.name;
    assert.deepEqual(
      links.map((link) => [
        link.index,
        link.name,
        link.mtu,
        link.up,
        link.hardwareAddress,
        link.kind,
        name(link.master),
      ]),
      ipLinks
        .parse(JSON.parse(text))
        .map((link) => [
          link.ifindex,
          link.ifname,
          link.mtu,
          link.flags.includes('UP'),
          link.address,
          link.linkinfo?.info_kind,
          link.master,
        ]),
    );
    comparePeers(snapshot, inode);
  }
  for (const [inode, text] of answersAbout(answers, 'addresses')) {
    const said = ipAddresses
      .parse(JSON.parse(text))
      .flatMap(({ ifindex, addr_info }) =>
        addr_info.map(({ local, prefixlen }) => `${ifindex} ${local}/${prefixlen}`),
      );
    const { addresses = [] } = find(snapshot, inode);
    assert.deepEqual(
      sorted(addresses.map((at) => `${at.index} ${at.address}/${at.prefixLength}`)),
      sorted(said),
    );
  }
  for (const [inode, text] of answersAbout(answers, 'routes')) {
    const { routes = [], links = [] } = find(snapshot, inode);
    const shown = routes
      .filter(({ family }) => family === 'inet')
      .map(({ to, prefixLength, via, index }) => [
        to === undefined ? 'default' : prefixLength === 32 ? to : `${to}/${prefixLength}`,
        via,
        links.find((link) => link.index === index)?.name,
      ]);
    const said = ipRoutes
      .parse(JSON.parse(text))
      .map(({ dst, gateway, dev }) => [dst, gateway, dev]);
    assert.deepEqual(shown, said);
  }
}

/** The other end of every veth pair is where it is said to be, and leads back. */
function comparePeers(snapshot: Snapshot, inode: string): void {
  const here = find(snapshot, inode);
  for (const link of here.links ?? []) {
    if (link.kind !== 'veth') continue;
    const there =
      link.peerNamespaceId === undefined
        ? inode
        : here.namespaceIds?.find(({ id }) => id === link.peerNamespaceId)?.namespace;
    const peer = find(snapshot, there ?? '').links?.find(({ index }) => index === link.peerIndex);
    assert.equal(peer?.peerIndex, link.index);
  }
}

const findmnt = z.object({
  filesystems: z.array(
    z.object({
      target: z.string(),
      fstype: z.string(),
      source: z.string(),
      propagation: z.string(),
    }),
  ),
});

function compareMounts(snapshot: Snapshot, answers: Answers): void {
  for (const [inode, text] of answersAbout(answers, 'mounts')) {
    const { mounts = [] } = find(snapshot, inode);
    const said = findmnt.parse(JSON.parse(text)).filesystems;
    assert.deepEqual(
      sorted(
        mounts.map(({ target, type, propagation }) => [target, type, wordFor(propagation)].join()),
      ),
      sorted(said.map(({ target, fstype, propagation }) => [target, fstype, propagation].join())),
    );
  }
}

/** As findmnt says it. */
function wordFor(tags: readonly string[]): string {
  const words = [
    tags.some((tag) => tag.startsWith('shared:')) ? 'shared' : 'private',
    ...(tags.some((tag) => tag.startsWith('master:')) ? ['slave'] : []),
    ...(tags.includes('unbindable') ? ['unbindable'] : []),
  ];
  return words.join(',');
}

function compareQueues(snapshot: Snapshot, answers: Answers): void {
  for (const kind of ['messages', 'semaphores', 'memory'] as const) {
    for (const [inode, text] of answersAbout(answers, kind)) {
      const said = text
        .split('\n')
        .filter((line) => line.startsWith('0x'))
        .map((line) => line.trim().split(/\s+/));
      const shown = (find(snapshot, inode)[kind] ?? []).map((queue) => rowOf(kind, queue));
      assert.deepEqual(
        shown,
        said.map((cells) => rowSaid(kind, cells)),
        `${kind} of ${inode}`,
      );
    }
  }
  const machine = snapshot.processes.find(({ pids }) => pids.length === 2 && pids[1] === 1);
  const { posix = [] } = find(snapshot, machine?.namespaces.ipc ?? '');
  const names = answer(answers, 'posix').split('\n').filter(Boolean);
  assert.deepEqual(sorted(posix.map(({ name }) => name)), sorted(names));
}

const hexadecimal = (key: number) => `0x${(key >>> 0).toString(16).padStart(8, '0')}`;

/** key, id, permissions and what the last columns count. */
function rowOf(kind: 'messages' | 'semaphores' | 'memory', queue: Queue): readonly unknown[] {
  const counts = { messages: [queue.bytes, queue.count], semaphores: [queue.count] };
  return [
    hexadecimal(queue.key),
    queue.id,
    queue.permissions.padStart(3, '0'),
    ...(kind === 'memory' ? [queue.bytes, queue.count] : counts[kind]),
  ];
}

function rowSaid(kind: string, cells: readonly string[]): readonly unknown[] {
  const [key, id, , permissions, ...counts] = cells;
  const wanted = kind === 'semaphores' ? 1 : 2;
  return [key, Number(id), permissions, ...counts.slice(0, wanted).map(Number)];
}

function compareGroups(snapshot: Snapshot, answers: Answers): void {
  const said = new Map<string, string>();
  for (const [path, line] of pathLines(answer(answers, 'groups'))) {
    said.set(path, `${said.get(path) ?? ''}${line}\n`);
  }
  assert.ok(said.size > 0);
  for (const [path, text] of said) {
    const parts = path.replace('/sys/fs/cgroup/', '').split('/');
    const file = parts.at(-1) ?? '';
    const groups = snapshot.groups?.filter((group) => file in group.files) ?? [];
    const found = groups.find(
      (group) => group.path === `/${parts.slice(group.controllers === '' ? 0 : 1, -1).join('/')}`,
    );
    assert.equal(found?.files[file], text, path);
  }
}
