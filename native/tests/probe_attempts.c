/* What a process of a sandbox tries, and what the kernel answers: one line for each. */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probe.h"

static void say(const char *what, long result) {
  printf("%s: %s\n", what, result < 0 ? strerrorname_np(errno) : "ok");
}

/* System calls that a sandbox has, and that it has not. */
int calls(void) {
  char character = 'x';
  say("bpf", syscall(SYS_bpf, 0, 0, 0));
  say("keyctl", syscall(SYS_keyctl, 0, 0, 0, 0, 0));
  say("io_uring_setup", syscall(SYS_io_uring_setup, 1, 0));
  say("init_module", syscall(SYS_init_module, 0, 0, 0));
  say("open_by_handle_at", syscall(SYS_open_by_handle_at, 0, 0, 0));
  say("reboot", syscall(SYS_reboot, 0, 0, 0, 0));
  say("unknown", syscall(1023));
  say("TIOCSTI", ioctl(0, TIOCSTI, &character));
  say("TIOCSTI in 64 bits", syscall(SYS_ioctl, 0, TIOCSTI | (1UL << 32), &character));
  say("AF_VSOCK", socket(AF_VSOCK, SOCK_STREAM, 0));
  say("AF_PACKET", socket(AF_PACKET, SOCK_RAW, 0));
  say("fanotify_init", syscall(SYS_fanotify_init, 0, 0));
  say("AF_INET", socket(AF_INET, SOCK_STREAM, 0));
  say("mknod", mknod("/tmp/null", S_IFCHR | 0666, makedev(1, 3)));
  say("whiteout", mknod("/tmp/whiteout", S_IFCHR | 0666, makedev(0, 0)));
  say("write below /proc/sys", open("/proc/sys/kernel/panic", O_WRONLY));
  return 0;
}

/* The doors to netfilter: netlink, and the options of ordinary sockets. */
int netfilter(void) {
  char bytes[256] = {0};
  socklen_t size = sizeof(bytes);
  const int raw = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
  const int raw6 = socket(AF_INET6, SOCK_RAW, IPPROTO_RAW);
  say("NETLINK_NETFILTER", socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER));
  say("NETLINK_NETFILTER in 64 bits",
      syscall(SYS_socket, AF_NETLINK | (1UL << 32), SOCK_RAW, NETLINK_NETFILTER | (1UL << 32)));
  say("NETLINK_ROUTE", socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
  say("NETLINK_SOCK_DIAG", socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG));
  say("NETLINK_XFRM", socket(AF_NETLINK, SOCK_RAW, NETLINK_XFRM));
  say("IPT_SO_SET_REPLACE", setsockopt(raw, IPPROTO_IP, 64, bytes, sizeof(bytes)));
  say("IPT_SO_SET_REPLACE in 64 bits",
      syscall(SYS_setsockopt, raw, 1UL << 32, 64 | (1UL << 32), bytes, sizeof(bytes)));
  say("IPT_SO_GET_INFO", getsockopt(raw, IPPROTO_IP, 64, bytes, &size));
  say("IP6T_SO_SET_REPLACE", setsockopt(raw6, IPPROTO_IPV6, 64, bytes, sizeof(bytes)));
  say("IP6T_SO_GET_ENTRIES", getsockopt(raw6, IPPROTO_IPV6, 65, bytes, &size));
  const int one = 1;
  say("IP_TTL", setsockopt(raw, IPPROTO_IP, IP_TTL, &one, sizeof(one)));
  say("IPV6_TCLASS", setsockopt(raw6, IPPROTO_IPV6, IPV6_TCLASS, &one, sizeof(one)));
  return 0;
}

/* Every namespace and mount that lessons need. */
int nest(void) {
  static const struct {
    const char *name;
    int flag;
  } namespaces[] = {
      {"mnt", CLONE_NEWNS},    {"uts", CLONE_NEWUTS},       {"ipc", CLONE_NEWIPC},
      {"net", CLONE_NEWNET},   {"cgroup", CLONE_NEWCGROUP}, {"pid", CLONE_NEWPID},
      {"time", CLONE_NEWTIME}, {"user", CLONE_NEWUSER},
  };
  for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++) {
    int status = -1;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
      _exit(unshare(namespaces[i].flag) < 0 ? errno : 0);
    }
    waitpid(child, &status, 0);
    printf("%s: %d\n", namespaces[i].name, WEXITSTATUS(status));
  }
  say("time of PID 1", setns(open("/proc/1/ns/time", O_RDONLY), CLONE_NEWTIME));
  mkdir("/tmp/m", 0755);
  say("tmpfs", mount("t", "/tmp/m", "tmpfs", 0, NULL));
  say("proc", mount("p", "/tmp/m", "proc", 0, NULL));
  say("sysfs gone", umount2("/sys", MNT_DETACH));
  say("network", unshare(CLONE_NEWNET));
  say("sysfs", mount("s", "/sys", "sysfs", 0, NULL));
  mkdir("/tmp/lower", 0755);
  mkdir("/tmp/upper", 0755);
  mkdir("/tmp/work", 0755);
  say("overlay", mount("o", "/tmp/m", "overlay", 0,
                       "lowerdir=/tmp/lower,upperdir=/tmp/upper,workdir=/tmp/work,userxattr"));
  return 0;
}

/* What is attached at /srv/one, and /var/lib/box, where containers have their overlays. */
int attached(void) {
  struct stat status;
  say("stat", stat("/srv/one/file", &status));
  printf("owner: %d %d mode: %o\n", status.st_uid, status.st_gid, status.st_mode & 07777);
  report_file("/srv/one/file");
  say("write", open("/srv/one/file", O_WRONLY));
  say("make", mkdir("/srv/one/new", 0755));
  say("shared", stat("/var/lib/box/shared/file", &status));
  say("remount", mount(NULL, "/srv/one", NULL, MS_REMOUNT | MS_BIND, NULL));
  say("remount with devices",
      mount(NULL, "/srv/one", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
  struct mount_attr writable = {.attr_clr = MOUNT_ATTR_RDONLY};
  say("mount_setattr",
      syscall(SYS_mount_setattr, AT_FDCWD, "/srv/one", 0, &writable, sizeof(writable)));
  int copy = (int)syscall(SYS_open_tree, AT_FDCWD, "/srv/one", OPEN_TREE_CLONE);
  say("mount_setattr of a copy",
      syscall(SYS_mount_setattr, copy, "", AT_EMPTY_PATH, &writable, sizeof(writable)));
  say("write after all", open("/srv/one/file", O_WRONLY));
  mkdir("/var/lib/box/upper", 0755);
  mkdir("/var/lib/box/work", 0755);
  mkdir("/var/lib/box/merged", 0755);
  say("overlay", mount("o", "/var/lib/box/merged", "overlay", 0,
                       "lowerdir=/srv/one,upperdir=/var/lib/box/upper,"
                       "workdir=/var/lib/box/work,userxattr"));
  say("write above", open("/var/lib/box/merged/file", O_WRONLY));
  say("whiteout", stat("/var/lib/box/merged/gone", &status));
  return 0;
}

static long put(const char *path, const char *text) {
  int fd = open(path, O_WRONLY);
  long result = fd < 0 ? -1 : write(fd, text, strlen(text));
  if (fd >= 0) {
    int error = errno;
    close(fd);
    errno = error;
  }
  return result;
}

/* Writes past the page cache; the milliseconds it took, or -1. */
static long write_directly(const char *path, size_t bytes) {
  static char block[1 << 16] __attribute__((aligned(4096)));
  struct timespec begin;
  struct timespec end;
  int fd = open(path, O_CREAT | O_WRONLY | O_DIRECT, 0600);
  clock_gettime(CLOCK_MONOTONIC, &begin);
  for (size_t done = 0; done < bytes; done += sizeof(block)) {
    if (write(fd, block, sizeof(block)) != sizeof(block)) {
      return -1;
    }
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  close(fd);
  return (end.tv_sec - begin.tv_sec) * 1000 + (end.tv_nsec - begin.tv_nsec) / 1000000;
}

/* A disk, and a group that may write 1 MiB a second to it. */
int disk(void) {
  const bool v2 = access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0;
  struct stat status;
  struct stat root;
  char line[96];
  say("stat", stat("/disk", &status));
  stat("/", &root);
  printf("own device: %d owner: %d %d\n", status.st_dev != root.st_dev, status.st_uid,
         status.st_gid);
  say("make", mkdir("/disk/directory", 0755));
  say("chown", chown("/disk/directory", 1000, 1000));
  say("device", mknod("/disk/null", S_IFCHR | 0666, makedev(1, 3)));
  say("disk itself", mknod("/disk/device", S_IFBLK | 0666, status.st_dev));
  say("with devices", mount(NULL, "/disk", NULL, MS_REMOUNT | MS_BIND, NULL));
  say("other options", mount(NULL, "/disk", NULL, MS_REMOUNT, "errors=panic"));
  printf("unlimited: %s\n", write_directly("/disk/file", 4 << 20) >= 0 ? "ok" : "failed");
  if (chdir(v2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/blkio") < 0) {
    return 1;
  }
  mkdir("slow", 0755);
  snprintf(line, sizeof(line), "%u:%u %s1048576", major(status.st_dev), minor(status.st_dev),
           v2 ? "wbps=" : "");
  say("limit", put(v2 ? "slow/io.max" : "slow/blkio.throttle.write_bps_device", line));
  say("join", put("slow/cgroup.procs", "0"));
  const long took = write_directly("/disk/slow", 2 << 20);
  printf("took: %ld\nheld: %d\n", took, took >= 1500);
  return 0;
}

/* Devices whose nodes all say that anybody may. */
int devices(void) {
  struct stat status;
  stat("/dev/full", &status);
  printf("mode: %o\n", status.st_mode & 0777);
  say("full", open("/dev/full", O_RDONLY));
  say("full to write", open("/dev/full", O_WRONLY));
  say("null", open("/dev/null", O_RDWR));
  say("zero", open("/dev/zero", O_RDONLY));
  say("terminal", open("/dev/tty", O_RDWR));
  return 0;
}

/* A group of net_cls with a class of its own. */
int net_cls(void) {
  char path[96] = "/sys/fs/cgroup/net_cls";
  if (access(path, F_OK) < 0) {
    snprintf(path, sizeof(path), "/sys/fs/cgroup/net_cls,net_prio");
  }
  say("enter", chdir(path));
  say("make", mkdir("mine", 0755));
  say("class", put("mine/net_cls.classid", "65537"));
  say("join", put("mine/cgroup.procs", "0"));
  report_file("/proc/self/cgroup");
  return 0;
}

/* A group of the learner's own, with a limit and a process, in the layout that the host has. */
int groups(void) {
  const bool v2 = access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0;
  if (chdir(v2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory") < 0) {
    return 1;
  }
  const char *limit = v2 ? "memory.max" : "memory.limit_in_bytes";
  char path[64];
  say("raise", put(limit, "1073741824"));
  say("make", mkdir("mine", 0755));
  snprintf(path, sizeof(path), "mine/%s", limit);
  say("limit", put(path, "8388608"));
  say("join", put("mine/cgroup.procs", "0"));
  report_file("/proc/self/cgroup");
  return 0;
}
