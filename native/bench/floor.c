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
#include <linux/securebits.h>
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

#include "../confine.h"
#include "floor_groups.h"

#define DETACH 2
#define STORE "/var/lib/box/shared"
#define NEW_NAMESPACES                                                                             \
  (CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC)

static const char *stage;
static char **layers;
static int layer_count;

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
  /* The namespaces are to be the sandbox's own user's: see clone_as_owner in clone.c. */
  const long bits = must(system_call(SYS_prctl, PR_GET_SECUREBITS, 0, 0, 0, 0, 0), "prctl");
  CALL(prctl, PR_SET_SECUREBITS, bits | SECBIT_NO_SETUID_FIXUP);
  CALL(setresuid, -1, 100000, -1);
  count("clone3");
  *pid = (int)must(system_call(SYS_clone3, (long)&args, sizeof(args), 0, 0, 0, 0), "clone3");
  if (*pid == 0) {
    run_inside(go, trees);
  }
  CALL(setresuid, -1, 0, -1);
  CALL(prctl, PR_SET_SECUREBITS, bits);
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
                                  .propagation = MS_PRIVATE,
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
