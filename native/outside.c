/*
 * What the warden spawns to give a sandbox a network to the outside: becomes slirp4netns.
 *
 *   outside PID PID-NAMESPACE LAB ID SLIRP4NETNS      with fd 3 to end it by, fd 4 to say it is
 * ready
 *
 * slirp4netns is a TCP/IP stack in a process: in the sandbox it is a network card, on the host it
 * is the ordinary sockets of an ordinary user. Nothing is forwarded, translated or bridged by the
 * host's kernel. It works on packets that a learner made up, so it gets as little as it can: the
 * user id of that sandbox's root and no other, that sandbox's limits, the host's network namespace
 * without any capability in it, and no file of the host's that tells or opens anything. What it may
 * reach is the packet filter's to say, which knows it by the user id: see
 * server/warden/outside-network.ts.
 */
#include <errno.h>
#include <limits.h>
#include <linux/prctl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "cgroup_tree.h"
#include "confine.h"
#include "text.h"

#define EXIT_FD 3
#define READY_FD 4
#define NETWORK_FD 5
#define FIRST_FREE_FD 6
#define PIDFD_MIN 16
#define FAILED 125
#define RESOLVER_BYTES 4096
/* See Documentation/admin-guide/devices.txt of Linux. */
#define TUN_MAJOR 10
#define TUN_MINOR 200
#define OUTSIDE_GROUP "outside"

struct outside {
  int pid;
  uint64_t pid_namespace;
  const char *lab;
  const char *id;
  const char *slirp;
  int pidfd;
};

/* One sentence on standard error is what the warden tells of it. */
__attribute__((noreturn)) static void give_up(const char *what, long error) {
  const char *name = strerrorname_np((int)-error);
  fprintf(stderr, "%s: %s\n", what, name == NULL ? "EUNKNOWN" : name);
  _exit(FAILED);
}

static long check(long result, const char *what) {
  if (result < 0) {
    give_up(what, result);
  }
  return result;
}

/* For calls of libc. */
static void check_libc(int result, const char *what) {
  check(result < 0 ? -errno : 0, what);
}

/* The pid may be another process's by now: it is ours if its pid namespace is the one expected. */
static void open_process(struct outside *outside) {
  char path[48];
  struct stat status;
  snprintf(path, sizeof(path), "/proc/%d/ns/pid", outside->pid);
  /* Away from the numbers that slirp4netns is told. */
  OWNED_FD pidfd = (int)check(sys_pidfd_open(outside->pid), "PID 1");
  outside->pidfd = fcntl(pidfd, F_DUPFD_CLOEXEC, PIDFD_MIN);
  check_libc(outside->pidfd, "PID 1");
  check(sys_fstatat(AT_FDCWD, path, &status, 0), "PID 1");
  check(sys_pidfd_send_signal(outside->pidfd, 0), "PID 1");
  if (status.st_ino != outside->pid_namespace) {
    give_up("PID 1", -ESRCH);
  }
}

/*
 * The sandbox's own limits, but not the part of its groups that it can write to. Pure cgroup2 has
 * processes in leaves only, so there it is a group of its own beside the delegated one.
 */
static void join_groups(const struct outside *outside) {
  struct cgroup_layout layout;
  struct glassbox_failure failure;
  struct tracer silent = {0};
  if (cgroup_layout_read(&layout, &failure) < 0) {
    give_up("control groups", -ENOENT);
  }
  for (uint32_t i = 0; i < layout.count; i++) {
    char path[CGROUP_PATH_BYTES];
    const struct hierarchy *hierarchy = &layout.hierarchies[i];
    if (hierarchy->unified) {
      cgroup_path(path, hierarchy, outside->lab, outside->id, OUTSIDE_GROUP);
      long result = sys_mkdirat(AT_FDCWD, path, 0755);
      check(result == -EEXIST ? 0 : result, path);
    }
    cgroup_path(path, hierarchy, outside->lab, outside->id,
                hierarchy->unified ? OUTSIDE_GROUP "/cgroup.procs" : "tasks");
    check(trace_write_file(&silent, path, "0"), path);
  }
}

/* slirp4netns answers there, with what the host's own resolver says. */
static void name_resolver(const struct outside *outside) {
  static const char line[] = "nameserver 10.0.2.3\n";
  int status = -1;
  const pid_t child = fork();
  if (child == 0) {
    /* As the sandbox's root in the sandbox's mounts: whatever is there by that name is its own. */
    check(sys_setns(outside->pidfd, CLONE_NEWUSER | CLONE_NEWNS), "namespaces");
    check(system_call(SYS_setresgid, 0, 0, 0, 0, 0, 0), "group");
    check(system_call(SYS_setresuid, 0, 0, 0, 0, 0, 0), "user");
    OWNED_FD file = open("/etc/resolv.conf", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    _exit(file >= 0 && sys_write(file, line, strlen(line)) == (long)strlen(line) ? 0 : 1);
  }
  check_libc(child, "process");
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0) {
    give_up("/etc/resolv.conf of the machine", -EIO);
  }
}

/* Hides a directory of the host behind an empty one, for this process and those it starts. */
static void cover(const char *path) {
  check_libc(mount("none", path, "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755,size=64k"), path);
}

/* The file of the host's resolver is often a link to one in /run, which is to be hidden. */
static void hide_run(void) {
  char bytes[RESOLVER_BYTES];
  char path[PATH_MAX];
  const bool in_run = realpath("/etc/resolv.conf", path) != NULL && strncmp(path, "/run/", 5) == 0;
  long size = in_run ? read_text(AT_FDCWD, path, bytes, sizeof(bytes)) : 0;
  cover("/run");
  if (size <= 0) {
    return;
  }
  for (char *slash = strchr(path + 5, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    check_libc(mkdir(path, 0755), path);
    *slash = '/';
  }
  OWNED_FD file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  check_libc(file, path);
  check(sys_write(file, bytes, (size_t)size), path);
}

/* Some hosts keep /dev/net/tun to root; to make a network card takes rights in the sandbox anyway.
 */
static void make_tun(void) {
  cover("/dev/net");
  check_libc(mknod("/dev/net/tun", S_IFCHR | 0666, makedev(TUN_MAJOR, TUN_MINOR)), "/dev/net/tun");
  check_libc(chmod("/dev/net/tun", 0666), "/dev/net/tun");
}

static void make_mounts(void) {
  check_libc(unshare(CLONE_NEWNS), "mount namespace");
  check_libc(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "/");
  hide_run();
  if (mkdir("/dev/net", 0755) < 0 && errno != EEXIST) {
    give_up("/dev/net", -errno);
  }
  make_tun();
}

/* From here on it is the sandbox's root: nobody on the host. */
static void become_root_of(const struct outside *outside) {
  char path[48];
  snprintf(path, sizeof(path), "/proc/%d/ns/net", outside->pid);
  /* Not close-on-exec, for it may be that very number. */
  const int network = open(path, O_RDONLY);
  check_libc(network, path);
  check(sys_pidfd_send_signal(outside->pidfd, 0), "PID 1");
  check_libc(dup2(network, NETWORK_FD), path);
  check(sys_setns(outside->pidfd, CLONE_NEWUSER), "user namespace");
  check(system_call(SYS_setgroups, 0, 0, 0, 0, 0, 0), "groups");
  check(system_call(SYS_setresgid, 0, 0, 0, 0, 0, 0), "group");
  check(system_call(SYS_setresuid, 0, 0, 0, 0, 0, 0), "user");
  check(sys_close_range(FIRST_FREE_FD, ~0U), "files");
}

__attribute__((noreturn)) static void become_slirp(const struct outside *outside) {
  char *const environment[] = {NULL};
  char *const arguments[] = {"slirp4netns",
                             "--configure",
                             "--disable-host-loopback",
                             "--enable-sandbox",
                             "--enable-seccomp",
                             "--exit-fd=3",
                             "--ready-fd=4",
                             "--netns-type=path",
                             "/proc/self/fd/5",
                             "eth0",
                             NULL};
  execve(outside->slirp, arguments, environment);
  give_up(outside->slirp, -errno);
}

static uint64_t number_argument(const char *text) {
  uint64_t number;
  if (*text == '\0' || *text_read_number(text, &number) != '\0') {
    give_up("arguments", -EINVAL);
  }
  return number;
}

int main(int count, char **arguments) {
  struct tracer silent = {0};
  const char *object = "";
  if (count != 6 || !cgroup_name_is_valid(arguments[3]) || !cgroup_id_is_valid(arguments[4])) {
    give_up("arguments", -EINVAL);
  }
  struct outside outside = {
      .pid = (int)number_argument(arguments[1]),
      .pid_namespace = number_argument(arguments[2]),
      .lab = arguments[3],
      .id = arguments[4],
      .slirp = arguments[5],
  };
  check(system_call(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0, 0), "memory");
  open_process(&outside);
  join_groups(&outside);
  name_resolver(&outside);
  make_mounts();
  check(confine_rlimits(&silent, &object), object);
  umask(022);
  become_root_of(&outside);
  become_slirp(&outside);
}
