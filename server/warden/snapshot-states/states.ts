/** A state that a learner brings a machine into, one after the other. What runs on is put in the background. */
export type State = { readonly title: string; readonly script: string };

/** Starts a program that stays and does not mind that its terminal goes. */
const stay = (command: string) => `setsid ${command} >/dev/null 2>&1 </dev/null & sleep 0.3`;

/** Each is compared in full with what the machine's own tools and files say. */
export const STATES: readonly State[] = [
  { title: 'a new machine', script: 'true' },
  { title: 'a process that sleeps', script: stay('sleep 1000') },
  { title: 'another hostname', script: 'hostname glass' },
  {
    title: 'a UTS namespace',
    script: stay('unshare --uts sh -c "hostname inner; exec sleep 1001"'),
  },
  { title: 'a PID namespace', script: stay('unshare --pid --fork --mount-proc sleep 1002') },
  {
    title: 'a PID namespace in a PID namespace',
    script: stay('unshare --pid --fork unshare --pid --fork sleep 1003'),
  },
  { title: 'an IPC namespace', script: stay('unshare --ipc sh -c "ipcmk -Q; exec sleep 1004"') },
  { title: 'a message queue of the machine', script: 'ipcmk --queue' },
  { title: 'shared memory', script: 'ipcmk --shmem 8192' },
  { title: 'semaphores', script: 'ipcmk --semaphore 3' },
  { title: 'a POSIX message queue', script: 'mkdir -p /dev/mqueue; touch /dev/mqueue/glass' },
  { title: 'a named network namespace', script: 'ip netns add red' },
  { title: 'a second one', script: 'ip netns add blue' },
  {
    title: 'a veth pair between machine and namespace',
    script: 'ip link add v0 type veth peer name v1 && ip link set v1 netns red',
  },
  {
    title: 'addresses on both ends',
    script: `ip addr add 10.1.0.1/24 dev v0 && ip link set v0 up &&
      ip -n red addr add 10.1.0.2/24 dev v1 && ip -n red link set v1 up && ip -n red link set lo up`,
  },
  { title: 'packets', script: 'ping -c 2 -i 0.2 -q 10.1.0.2' },
  { title: 'a default route', script: 'ip -n red route add default via 10.1.0.1' },
  {
    title: 'a bridge with a port',
    script: `ip link add br0 type bridge && ip addr add 10.2.0.1/24 dev br0 && ip link set br0 up &&
      ip link add v2 type veth peer name eth0 netns blue && ip link set v2 master br0 up`,
  },
  { title: 'an IPv6 address', script: 'ip addr add fd00::1/64 dev br0 nodad' },
  {
    title: 'a namespace that is deleted again, and the veth pair with it',
    script: 'ip netns delete blue; while ip link show v2 2>/dev/null; do sleep 0.1; done',
  },
  { title: 'a tmpfs', script: 'mkdir -p /mnt/a && mount -t tmpfs -o size=64k glass /mnt/a' },
  {
    title: 'a name with a blank in it',
    script: 'mkdir "/mnt/a b" && mount -t tmpfs "x y" "/mnt/a b"',
  },
  { title: 'a shared mount', script: 'mount --make-shared /mnt/a' },
  {
    title: 'a mount namespace with a slave of it',
    script: stay(
      'unshare --mount --propagation slave sh -c "mount -t tmpfs in /mnt; exec sleep 1005"',
    ),
  },
  { title: 'an unbindable mount', script: 'mount --make-unbindable "/mnt/a b"' },
  { title: 'a bind mount', script: 'mkdir /mnt/etc && mount --bind /etc /mnt/etc' },
  {
    title: 'a user namespace of one id',
    script: stay('unshare --user --map-root-user sleep 1006'),
  },
  {
    title: 'a user namespace with a range of ids, and no right to set groups',
    script: stay('unshare --user --map-users 0,1000,500 --map-groups 0,1000,500 sleep 1007'),
  },
  {
    title: 'a process with few capabilities',
    script: stay('capsh --drop=all -- -c "exec sleep 1008"'),
  },
  {
    title: 'a process of another user that gains no privileges',
    script: stay('setpriv --reuid 33 --regid 33 --clear-groups --no-new-privs sleep 1009'),
  },
  {
    title: 'clocks of its own',
    script: stay('unshare --time --boottime 86400 --monotonic 3600 --fork sleep 1010'),
  },
  {
    title: 'a group with a process and a limit',
    script: `
      if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        echo +memory +pids +cpu > /sys/fs/cgroup/cgroup.subtree_control
        mkdir /sys/fs/cgroup/mine && cd /sys/fs/cgroup/mine
        echo 33554432 > memory.max; echo 20 > pids.max; echo '50000 100000' > cpu.max
      else
        mkdir /sys/fs/cgroup/{memory,pids,cpu}/mine
        echo 33554432 > /sys/fs/cgroup/memory/mine/memory.limit_in_bytes
        echo 20 > /sys/fs/cgroup/pids/mine/pids.max
        echo 50000 > /sys/fs/cgroup/cpu/mine/cpu.cfs_quota_us
        cd /sys/fs/cgroup/pids/mine
      fi
      ${stay('sh -c "echo 0 > cgroup.procs; exec sleep 1011"')}`,
  },
  {
    title: 'a cgroup namespace',
    script: `cd /sys/fs/cgroup/mine 2>/dev/null || cd /sys/fs/cgroup/pids/mine
      ${stay('sh -c "echo 0 > cgroup.procs; exec unshare --cgroup sleep 1012"')}`,
  },
  {
    title: 'a group with a strange name',
    script: 'cd /sys/fs/cgroup/pids 2>/dev/null || cd /sys/fs/cgroup; mkdir "a b"',
  },
  {
    title: 'a process with a strange name and strange arguments',
    script: stay(`bash -c $'exec -a "one \\n) R 7" sleep 1013'`),
  },
  { title: 'a zombie', script: stay('sh -c "sleep 0.1 & exec sleep 1014"') },
  {
    title: 'a process that is less likely to be killed',
    script: stay('choom -n 500 -- sleep 1015'),
  },
];
