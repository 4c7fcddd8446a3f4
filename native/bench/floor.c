/*
 * The floor of `npm run bench:create`: the system calls that make and end a sandbox in one straight
 * line, and nothing else: no trace, no undoing, no reading of what the host has, no Node. What the
 * library takes longer than this is its own doing; what this takes is the kernel's.
 *
 *   floor LAB STAGE STORE LAYER...   for each line read, one sandbox: prints the nanoseconds until
 * PID 1 was executed and those until nothing was left of it
 *
 * At the end of the input it prints how often it made each system call that the step trace shows
 * too: the bench compares the two, so that one cannot fall behind the other unnoticed.
 */
#include <errno.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../cgroup.h"
#include "../confine.h"
#include "../syscalls.h"

#define ID "f10012f10012"
#define SETS_OF_CALLS 64
#define DETACH 2
#define STORE "/var/lib/box/shared"
#define PRIVATE_MOUNT (MS_NOSUID | MS_NODEV | MS_NOEXEC)
#define NEW_NAMESPACES                                                                             \
  (CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC)

static const char *lab;
static const char *stage;
static char **layers;
static int layer_count;
static struct cgroup_layout cgroups;

/* Shared with the child, which is another process: how often each call was made, and a file. */
static struct {
  struct {
    const char *name;
    unsigned count;
  } calls[SETS_OF_CALLS];
  int sealed;
} * shared;

static long must(long result, const char *what) {
  if (result < 0) {
    dprintf(STDERR_FILENO, "floor: %s: %s\n", what, strerror((int)-result));
    _exit(1);
  }
  return result;
}

static void count(const char *name) {
  for (size_t i = 0; i < SETS_OF_CALLS; i++) {
    if (shared->calls[i].name == NULL || strcmp(shared->calls[i].name, name) == 0) {
      shared->calls[i].name = name;
      shared->calls[i].count++;
      return;
    }
  }
}

#define AT(_1, _2, _3, _4, _5, _6, ...)                                                            \
  (long)(_1), (long)(_2), (long)(_3), (long)(_4), (long)(_5), (long)(_6)
#define CALL(name, ...)                                                                            \
  (count(#name), must(system_call(SYS_##name, AT(__VA_ARGS__, 0, 0, 0, 0, 0, 0)), #name))
#define MOUNT(source, target, type, flags, options)                                                \
  CALL(mount, source, target, type, flags, options)
#define MKDIR(path) CALL(mkdirat, AT_FDCWD, path, 0755)

/* As the trace, which shows the writing alone. */
static void put(const char *path, const char *text) {
  int fd = (int)must(sys_openat(AT_FDCWD, path, O_WRONLY), path);
  CALL(write, fd, text, strlen(text));
  sys_close(fd);
}

static const char *in_group(const struct hierarchy *hierarchy, const char *below) {
  static char path[CGROUP_PATH_BYTES];
  cgroup_path(path, hierarchy, lab, ID, below);
  return path;
}

static void limit(const struct hierarchy *hierarchy, const char *controller, const char *file,
                  const char *value) {
  if (hierarchy->unified || cgroup_has(hierarchy->controllers, controller)) {
    put(in_group(hierarchy, file), value);
  }
}

static void delegate(const struct hierarchy *hierarchy, const char *below) {
  static const char *const v1[] = {"", "/cgroup.procs", "/tasks", NULL};
  static const char *const v2[] = {"", "/cgroup.procs", "/cgroup.threads",
                                   "/cgroup.subtree_control", NULL};
  MKDIR(in_group(hierarchy, below));
  for (const char *const *file = hierarchy->unified ? v2 : v1; *file != NULL; file++) {
    char path[64];
    snprintf(path, sizeof(path), "%s%s", below, *file);
    CALL(fchownat, AT_FDCWD, in_group(hierarchy, path), 100000, 100000, 0);
  }
}

static void make_groups(const struct hierarchy *hierarchy) {
  static const char *const enabled[] = {"+memory", "+pids", "+cpu", "+io", "+cpuset"};
  MKDIR(in_group(hierarchy, NULL));
  if (hierarchy->unified) {
    if (cgroups.pure_v2) {
      limit(hierarchy, "", "memory.max", "536870912");
      limit(hierarchy, "", "memory.swap.max", "0");
      limit(hierarchy, "", "pids.max", "512");
      limit(hierarchy, "", "cpu.max", "100000 100000");
    }
    limit(hierarchy, "", "cgroup.max.descendants", "1000");
    for (size_t i = 0; cgroups.pure_v2 && i < 5; i++) {
      limit(hierarchy, "", "cgroup.subtree_control", enabled[i]);
    }
    delegate(hierarchy, "machine");
    if (cgroups.pure_v2) {
      delegate(hierarchy, "machine/init");
    }
    return;
  }
  limit(hierarchy, "memory", "memory.limit_in_bytes", "536870912");
  limit(hierarchy, "memory", "memory.memsw.limit_in_bytes", "536870912");
  limit(hierarchy, "pids", "pids.max", "512");
  limit(hierarchy, "cpu", "cpu.cfs_period_us", "100000");
  limit(hierarchy, "cpu", "cpu.cfs_quota_us", "100000");
  delegate(hierarchy, "machine");
  limit(hierarchy, "cpuset", "machine/cgroup.clone_children", "0");
}

/* The image store's mount, sealed: see attach.c. A child that shares files hands it over by number.
 */
static int seal(void) {
  const pid_t number = 300;
  struct clone_args args = {.flags = CLONE_VFORK | CLONE_FILES | CLONE_NEWUSER | CLONE_NEWNS,
                            .exit_signal = SIGCHLD,
                            .set_tid = (uint64_t)(uintptr_t)&number,
                            .set_tid_size = 1};
  count("clone3");
  if (must(system_call(SYS_clone3, (long)&args, sizeof(args), 0, 0, 0, 0), "clone3") == 0) {
    char path[24];
    snprintf(path, sizeof(path), "../lower/%d", layer_count - 1);
    shared->sealed = (int)CALL(open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    _exit(0);
  }
  return shared->sealed;
}

static int make_root(const int *trees) {
  static const char *const directories[] = {"lower", "upper", "work", "root", "box", "tmp"};
  char options[256] = "lowerdir=";
  MOUNT(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
  MOUNT("machine", stage, "tmpfs", MS_NOSUID | MS_NODEV,
        "mode=0755,size=268435456,nr_inodes=32768");
  CALL(chdir, stage);
  for (size_t i = 0; i < 6; i++) {
    MKDIR(directories[i]);
  }
  for (int i = 0; i < layer_count; i++) {
    char path[24];
    snprintf(path, sizeof(path), "lower/%d", i);
    MKDIR(path);
    CALL(move_mount, trees[i], "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH);
    if (i < layer_count - 1) {
      strcat(strcat(options, i == 0 ? "" : ":"), path);
    }
  }
  MOUNT("overlay", "root", "overlay", 0, strcat(options, ",upperdir=upper,workdir=work,userxattr"));
  CALL(chdir, "root");
  system_call(SYS_mkdirat, AT_FDCWD, (long)"tmp", 0755, 0, 0, 0);
  MOUNT("../tmp", "tmp", NULL, MS_BIND, NULL);
  system_call(SYS_mkdirat, AT_FDCWD, (long)"var/lib/box", 0755, 0, 0, 0);
  MOUNT("../box", "var/lib/box", NULL, MS_BIND, NULL);
  int sealed = seal();
  MOUNT("proc", "proc", "proc", PRIVATE_MOUNT, NULL);
  MOUNT("sysfs", "sys", "sysfs", PRIVATE_MOUNT, NULL);
  MOUNT("sys", "sys", NULL, MS_BIND, NULL);
  return sealed;
}

static void make_devices(void) {
  static const char *const devices[] = {"/dev/null",   "/dev/zero",    "/dev/full",
                                        "/dev/random", "/dev/urandom", "/dev/tty"};
  static const char *const links[][2] = {{"/proc/self/fd", "dev/fd"},
                                         {"/proc/self/fd/0", "dev/stdin"},
                                         {"/proc/self/fd/1", "dev/stdout"},
                                         {"/proc/self/fd/2", "dev/stderr"},
                                         {"pts/ptmx", "dev/ptmx"}};
  MOUNT("dev", "dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755,size=64k,nr_inodes=512");
  for (size_t i = 0; i < 6; i++) {
    CALL(mknodat, AT_FDCWD, devices[i] + 1, S_IFREG | 0666, 0);
    MOUNT(devices[i], devices[i] + 1, NULL, MS_BIND, NULL);
  }
  CALL(mknodat, AT_FDCWD, "dev/tty1", S_IFREG | 0620, 0);
  CALL(mknodat, AT_FDCWD, "dev/tty2", S_IFREG | 0620, 0);
  MKDIR("dev/pts");
  MOUNT("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
        "newinstance,ptmxmode=0666,mode=0620,gid=5,max=64");
  MKDIR("dev/shm");
  MOUNT("tmpfs", "dev/shm", "tmpfs", MS_NOSUID | MS_NODEV,
        "mode=1777,nr_inodes=4096,size=67108864");
  MKDIR("dev/mqueue");
  MOUNT("mqueue", "dev/mqueue", "mqueue", PRIVATE_MOUNT, NULL);
  for (size_t i = 0; i < 5; i++) {
    CALL(symlinkat, links[i][0], AT_FDCWD, links[i][1]);
  }
}

static void enter_groups(void) {
  static const char *const enabled[] = {"+memory", "+pids", "+cpu", "+io", "+cpuset"};
  for (uint32_t i = 0; i < cgroups.count; i++) {
    if (cgroups.hierarchies[i].tasks >= 0 && !cgroups.pure_v2) {
      CALL(write, cgroups.hierarchies[i].tasks, "0", 1);
    }
  }
  CALL(unshare, CLONE_NEWCGROUP);
  if (cgroups.pure_v2) {
    MOUNT("cgroup2", "/sys/fs/cgroup", "cgroup2", PRIVATE_MOUNT, NULL);
    CALL(write, cgroups.hierarchies[0].tasks, "0", 1);
    for (size_t i = 0; i < 5; i++) {
      put("/sys/fs/cgroup/cgroup.subtree_control", enabled[i]);
    }
    return;
  }
  MOUNT("cgroup", "/sys/fs/cgroup", "tmpfs", PRIVATE_MOUNT, "mode=0755,size=64k,nr_inodes=256");
  for (uint32_t i = 0; i < cgroups.count; i++) {
    const struct hierarchy *hierarchy = &cgroups.hierarchies[i];
    const char *type = hierarchy->unified ? "cgroup2" : "cgroup";
    char path[128];
    snprintf(path, sizeof(path), "/sys/fs/cgroup/%s", hierarchy->name);
    MKDIR(path);
    MOUNT(type, path, type, PRIVATE_MOUNT, hierarchy->unified ? NULL : hierarchy->controllers);
  }
}

__attribute__((noreturn)) static void run_inside(int go, const int *trees) {
  struct tracer silent = {0};
  const char *object;
  char byte;
  system_call(SYS_setsid, 0, 0, 0, 0, 0, 0);
  must(sys_read(go, &byte, 1), "read");
  CALL(setgroups, 0, NULL);
  CALL(setresgid, 0, 0, 0);
  CALL(setresuid, 0, 0, 0);
  int sealed = make_root(trees);
  make_devices();
  CALL(pivot_root, ".", ".");
  CALL(umount2, ".", DETACH);
  CALL(chdir, "/");
  system_call(SYS_mkdirat, AT_FDCWD, (long)STORE, 0755, 0, 0, 0);
  CALL(move_mount, sealed, "", AT_FDCWD, STORE, MOVE_MOUNT_F_EMPTY_PATH);
  CALL(sethostname, "machine", 7);
  CALL(setdomainname, "(none)", 6);
  int socket = (int)CALL(socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
  CALL(ioctl, socket, SIOCSIFFLAGS, &request);
  CALL(unshare, CLONE_NEWTIME);
  enter_groups();
  /* The lists of the library: these can't differ from it. */
  must(confine_capabilities(&silent, &object), "prctl");
  must(confine_rlimits(&silent, &object), "prlimit64");
  must(confine_system_calls(&silent, 0, &object), "seccomp");
  static const char *const arguments[] = {"/sbin/init", NULL};
  CALL(execve, arguments[0], arguments, arguments + 1);
  _exit(1);
}

static int make_process(int go, const int *trees, int *pid) {
  int pidfd = -1;
  struct hierarchy *unified = cgroup_unified(&cgroups);
  int group = unified == NULL ? -1 : (int)must(cgroup_open_leaf(&cgroups, lab, ID, false), "group");
  struct clone_args args = {
      .flags =
          CLONE_PIDFD | CLONE_CLEAR_SIGHAND | NEW_NAMESPACES | (group >= 0 ? CLONE_INTO_CGROUP : 0),
      .pidfd = (uint64_t)(uintptr_t)&pidfd,
      .exit_signal = SIGCHLD,
      .cgroup = group >= 0 ? (uint64_t)group : 0,
  };
  count("clone3");
  *pid = (int)must(system_call(SYS_clone3, (long)&args, sizeof(args), 0, 0, 0, 0), "clone3");
  if (*pid == 0) {
    run_inside(go, trees);
  }
  close_owned(&group);
  return pidfd;
}

/* The parent opens the layers first, so that the child has them without being handed them. */
static int create(void) {
  int go[2];
  int trees[GLASSBOX_LAYERS_MAX];
  char path[64];
  int pid;
  for (uint32_t i = 0; i < cgroups.count; i++) {
    make_groups(&cgroups.hierarchies[i]);
  }
  must(cgroup_open_tasks(&cgroups, lab, ID), "tasks");
  if (cgroups.pure_v2) {
    cgroups.hierarchies[0].tasks = (int)must(
        sys_openat(AT_FDCWD, in_group(&cgroups.hierarchies[0], "machine/init/cgroup.procs"),
                   O_WRONLY),
        "cgroup.procs");
  }
  for (int i = 0; i < layer_count; i++) {
    trees[i] = (int)CALL(open_tree, AT_FDCWD, layers[i], OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  }
  must(system_call(SYS_socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, (long)go, 0, 0),
       "socketpair");
  int pidfd = make_process(go[1], trees, &pid);
  sys_close(go[1]);
  snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
  put(path, "0 100000 65536");
  snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
  put(path, "0 100000 65536");
  snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
  int user = (int)must(sys_openat(AT_FDCWD, path, O_RDONLY), path);
  struct mount_attr attributes = {.attr_set =
                                      MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR_IDMAP,
                                  .userns_fd = (uint64_t)user};
  for (int i = 0; i < layer_count; i++) {
    CALL(mount_setattr, trees[i], "", AT_EMPTY_PATH, &attributes, sizeof(attributes));
    sys_close(trees[i]);
  }
  sys_close(user);
  must(sys_write(go[0], "g", 1), "write");
  /* Reads the end of the stream when the child has executed init. */
  sys_read(go[0], path, 1);
  sys_close(go[0]);
  for (uint32_t i = 0; i < cgroups.count; i++) {
    close_owned(&cgroups.hierarchies[i].tasks);
    cgroups.hierarchies[i].tasks = -1;
  }
  return pidfd;
}

static void destroy(int pidfd) {
  must(sys_pidfd_send_signal(pidfd, SIGKILL), "kill");
  must(system_call(SYS_waitid, 3 /* P_PIDFD */, pidfd, 0, 4 /* WEXITED */, 0, 0), "waitid");
  sys_close(pidfd);
  for (uint32_t i = 0; i < cgroups.count; i++) {
    const struct hierarchy *hierarchy = &cgroups.hierarchies[i];
    if (cgroups.pure_v2) {
      must(sys_unlinkat(AT_FDCWD, in_group(hierarchy, "machine/init"), AT_REMOVEDIR), "rmdir");
    }
    must(sys_unlinkat(AT_FDCWD, in_group(hierarchy, "machine"), AT_REMOVEDIR), "rmdir");
    must(sys_unlinkat(AT_FDCWD, in_group(hierarchy, NULL), AT_REMOVEDIR), "rmdir");
  }
}

int main(int argument_count, char **arguments) {
  struct glassbox_failure failure;
  char line[8];
  if (argument_count < 5) {
    return 2;
  }
  lab = arguments[1];
  stage = arguments[2];
  /* The store last, as the library has it: an attachment is one more mount. */
  char *store = arguments[3];
  layer_count = argument_count - 3;
  memmove(arguments + 3, arguments + 4, sizeof(*arguments) * (size_t)(layer_count - 1));
  layers = arguments + 3;
  layers[layer_count - 1] = store;
  shared = (void *)must(system_call(SYS_mmap, 0, sizeof(*shared), 3 /* read and write */,
                                    0x21 /* shared, anonymous */, -1, 0),
                        "mmap");
  umask(0);
  must(cgroup_layout_read(&cgroups, &failure), "mountinfo");
  while (fgets(line, sizeof(line), stdin) != NULL) {
    const int64_t begin = monotonic_ns();
    int pidfd = create();
    const int64_t running = monotonic_ns();
    destroy(pidfd);
    printf("%ld %ld\n", (long)(running - begin), (long)(monotonic_ns() - running));
    fflush(stdout);
  }
  for (size_t i = 0; i < SETS_OF_CALLS && shared->calls[i].name != NULL; i++) {
    printf("%s %u\n", shared->calls[i].name, shared->calls[i].count);
  }
  return 0;
}
