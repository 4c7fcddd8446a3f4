/**
 * What a machine's own tools and files say of it. One script asks for all; each answer comes as a line
 * of base64, so that no name in it can be taken for ours.
 */
const SCRIPT = String.raw`
emit() { printf '%s %s\n' "$1" "$(base64 -w0)"; }
ps -e -o pid=,sid= | emit sessions
echo $$ | emit self
lsns -J -o NS,TYPE | emit lsns
find /proc/[0-9]*/ns -maxdepth 1 -type l -printf '%p %l\n' 2>/dev/null > /tmp/.links; emit links < /tmp/.links
grep -aH '' /proc/[0-9]*/status 2>/dev/null | emit status
grep -aH '' /proc/[0-9]*/{oom_score_adj,uid_map,gid_map,setgroups,timens_offsets,cgroup} 2>/dev/null | emit files
grep -aHz '' /proc/[0-9]*/cmdline 2>/dev/null | emit arguments
first() { awk -v type="/$1 " 'index($0, type) && !seen[$2]++ { split($1, part, "/"); print part[3], $2 }' /tmp/.links; }
first net | while read pid inode; do
  nsenter -t $pid -n ip -j -d link | emit "links:$inode"
  nsenter -t $pid -n ip -j addr | emit "addresses:$inode"
  nsenter -t $pid -n ip -j route | emit "routes:$inode"
done
ip netns list | while read name rest; do
  inode="net:[$(stat -L -c %i /run/netns/$name)]"
  echo "$inode" | emit held
  ip -n $name -j -d link | emit "links:$inode"
  ip -n $name -j addr | emit "addresses:$inode"
  ip -n $name -j route | emit "routes:$inode"
done
first mnt | while read pid inode; do
  cat /proc/$pid/mountinfo > /tmp/.mounts
  findmnt -F /tmp/.mounts -l -J -o TARGET,FSTYPE,SOURCE,PROPAGATION | emit "mounts:$inode"
done
first ipc | while read pid inode; do
  nsenter -t $pid -i ipcs -q | emit "messages:$inode"
  nsenter -t $pid -i ipcs -s | emit "semaphores:$inode"
  nsenter -t $pid -i ipcs -m | emit "memory:$inode"
done
ls /dev/mqueue | emit posix
first uts | while read pid inode; do nsenter -t $pid -u hostname | emit "hostname:$inode"; done
find /sys/fs/cgroup -type f \( -name memory.max -o -name memory.limit_in_bytes -o -name pids.max -o -name cpu.max \
  -o -name cpu.cfs_quota_us -o -name cpuset.cpus -o -name cgroup.subtree_control -o -name freezer.state \) \
  -exec grep -aH '' {} + 2>/dev/null | emit groups
echo | emit end
`;

export type Answers = ReadonlyMap<string, readonly string[]>;

/** Asks all of a machine, by a script that it runs. Several answers may have the same name. */
export async function askMachine(run: (script: string) => Promise<string>): Promise<Answers> {
  const answers = new Map<string, string[]>();
  for (const line of (await run(SCRIPT)).split('\n')) {
    const [name, text] = line.trim().split(' ');
    if (name === undefined || name === '') continue;
    const known = answers.get(name) ?? [];
    answers.set(name, [...known, Buffer.from(text ?? '', 'base64').toString('utf8')]);
  }
  if (!answers.has('end')) throw new Error(`The machine did not answer: ${[...answers.keys()]}`);
  return answers;
}

/** The one answer of that name. */
export function answer(answers: Answers, name: string): string {
  const [text] = answers.get(name) ?? [];
  if (text === undefined) throw new Error(`There is no answer ${name}.`);
  return text;
}

/** Answers about each namespace of a type, by inode: `mounts:mnt:[4026…]`. */
export function answersAbout(answers: Answers, what: string): ReadonlyMap<string, string> {
  return new Map(
    [...answers].flatMap(([name, [text]]) => {
      const inode = new RegExp(`^${what}:\\w+:\\[(\\d+)\\]$`).exec(name)?.[1];
      return inode === undefined || text === undefined ? [] : [[inode, text] as const];
    }),
  );
}

/** Lines of `grep -H` as path and text; the path has no colon in it. */
export function pathLines(text: string, separator = '\n'): readonly (readonly [string, string])[] {
  return text
    .split(separator)
    .filter((line) => line !== '')
    .map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1)] as const;
    });
}
