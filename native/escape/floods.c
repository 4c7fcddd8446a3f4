/*
 * Exhaustion: as much of one thing as a sandbox can get. A flood works in as many processes as it
 * needs (each has a few thousand descriptors), says how far it came and what stopped it, and holds
 * what it has until the host has looked.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "attack.h"
#include "floods.h"

#define CROWD 400

char chunk[CHUNK];

/* What the members have got so far; shared, for one that is killed can't say it any more. */
static struct {
  long count;
  int error;
} * tally;

/*
 * Each IPC namespace has a file system of its own, and the kernel keeps room for as many as there
 * ever were in every memory group: what a test leaves on a host must stay small.
 */
static const long FILE_SYSTEMS_MAX = 4000;
static long most = LONG_MAX;

/* One process: one more and one more, until the kernel says no. */
static void gorge(int (*one)(void), int answers) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  tally->error = 0;
  while (tally->count < most && one() == 0) {
    tally->count++;
  }
  tally->error = tally->count < most ? errno : EDQUOT;
  if (write(answers, "", 1) == 1) {
    pause();
  }
  _exit(0);
}

static double seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* One member more, until it has all it can get. NULL, or why there is no use in another. */
static const char *add_member(int (*one)(void), double end, int *killed) {
  int ends[2];
  char byte;
  if (pipe2(ends, O_CLOEXEC) < 0) {
    return error_name(errno);
  }
  int pid = fork();
  if (pid == 0) {
    gorge(one, ends[1]);
  }
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    return error_name(errno);
  }
  struct pollfd answer = {.fd = ends[0], .events = POLLIN};
  int left = (int)((end - seconds()) * 1000);
  const bool answered = poll(&answer, 1, left > 0 ? left : 0) > 0;
  const bool ended = answered && read(ends[0], &byte, 1) != 1;
  close(ends[0]);
  if (!answered) {
    return "the time is over";
  }
  if (ended) {
    return ++*killed == 3 ? "SIGKILL" : NULL;
  }
  return tally->error == EMFILE ? NULL : error_name(tally->error);
}

static void flood(const char *what, int (*one)(void), double limit_seconds) {
  const double end = seconds() + limit_seconds;
  const char *reason = NULL;
  int members = 0;
  int killed = 0;
  tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (tally == MAP_FAILED) {
    skipped("memory: %s", error_name(errno));
    return;
  }
  while (reason == NULL && members < CROWD) {
    reason = add_member(one, end, &killed);
    members++;
  }
  refused("%ld %s in %d processes: %s", tally->count, what, members,
          reason == NULL ? "EMFILE" : reason);
  ask_host();
  signal(SIGTERM, SIG_IGN);
  kill(0, SIGTERM);
}

static int anonymous(void) {
  char *memory = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    return -1;
  }
  memset(memory, 1, CHUNK);
  return 0;
}

static int file_of(const char *path) {
  static int file = -1;
  if (file < 0) {
    file = open(path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644);
  }
  return write(file, chunk, CHUNK) > 0 ? 0 : -1;
}

static int disk(void) {
  return file_of("/tmp/flood-of-the-disk");
}

static int own_tmpfs(void) {
  return file_of("/tmp/flood/file");
}

static int inode(void) {
  static int number;
  char path[64];
  snprintf(path, sizeof(path), "/tmp/flood/%d-%d", getpid(), number++);
  int file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
  if (file < 0) {
    return -1;
  }
  close(file);
  return 0;
}

static int full_pipe(void) {
  int ends[2];
  if (pipe(ends) < 0) {
    return -1;
  }
  fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
  fcntl(ends[1], F_SETFL, O_NONBLOCK);
  while (write(ends[1], chunk, 65536) > 0) {
  }
  return 0;
}

static int watcher(void) {
  return inotify_init1(IN_CLOEXEC) < 0 ? -1 : 0;
}

/* A watch holds an inode of its own in memory. */
static int watch(void) {
  static int instance = -1;
  static int number;
  char path[64];
  if (instance < 0) {
    instance = inotify_init1(IN_CLOEXEC);
  }
  snprintf(path, sizeof(path), "/tmp/flood/watched-%d", number++);
  return mkdir(path, 0755) < 0 || inotify_add_watch(instance, path, IN_ALL_EVENTS) < 0 ? -1 : 0;
}

/* A rule that makes the kernel remember every flow. */
static int remember_flows(void) {
  return system("nft add table ip flood && nft 'add chain ip flood out "
                "{ type filter hook output priority 0; }' && "
                "nft add rule ip flood out ct state new counter") == 0
             ? 0
             : -1;
}

/* A hundred datagrams, each to another place: each is a flow. */
static int flows(void) {
  static int sender = -1;
  static uint32_t number;
  if (sender < 0) {
    sender = socket(AF_INET, SOCK_DGRAM, 0);
    if (sender < 0 || remember_flows() < 0) {
      return -1;
    }
  }
  for (int i = 0; i < 100; i++) {
    number++;
    struct sockaddr_in to = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)(1024 + number % 60000)),
        .sin_addr.s_addr = htonl(0x7f000001 + (number / 60000)),
    };
    /* Refused by the one before, or the table is full: the flood goes on until its time is over. */
    sendto(sender, "", 0, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof(to));
  }
  return 0;
}

static int event_queue(void) {
  return syscall(SYS_eventfd2, 0, 0) < 0 ? -1 : 0;
}

static int pty(void) {
  return open("/tmp/flood/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC) < 0 ? -1 : 0;
}

static int mount_point(void) {
  return mount("/tmp/flood", "/tmp/flood", NULL, MS_BIND, NULL);
}

static int group_below(const char *root) {
  static int number;
  char path[128];
  snprintf(path, sizeof(path), "%s/flood-%d-%d", root, getpid(), number++);
  return mkdir(path, 0755);
}

static int group(void) {
  return access("/sys/fs/cgroup/memory/tasks", F_OK) == 0 ? group_below("/sys/fs/cgroup/memory")
                                                          : group_below("/sys/fs/cgroup");
}

static const struct {
  const char *name;
  const char *what;
  int (*one)(void);
} FLOODS[] = {
    {"anonymous", "MiB of memory", anonymous},
    {"disk", "MiB on the disk", disk},
    {"tmpfs", "MiB on a tmpfs of its own", own_tmpfs},
    {"inodes", "files", inode},
    {"unix", "socket pairs", unix_socket},
    {"udp", "UDP sockets", udp_socket},
    {"tcp", "TCP connections", tcp_socket},
    {"netlink", "netlink sockets", netlink_socket},
    {"packet", "packet rings of 64 MiB", packet_ring},
    {"pipes", "pipes", full_pipe},
    {"inotify", "inotify instances", watcher},
    {"watches", "inotify watches", watch},
    {"conntrack", "times a hundred flows", flows},
    {"descriptors", "descriptors", event_queue},
    {"ptys", "pseudo-terminals", pty},
    {"uts", "UTS namespaces", uts_namespace},
    {"ipc-namespaces", "IPC namespaces", ipc_namespace},
    {"net", "network namespaces", net_namespace},
    {"mount-namespaces", "mount namespaces", mount_namespace},
    {"cgroup-namespaces", "cgroup namespaces", cgroup_namespace},
    {"time", "time namespaces", time_namespace},
    {"pid-namespaces", "PID namespaces", pid_namespace},
    {"user-namespaces", "user namespaces", user_namespace},
    {"mounts", "mounts", mount_point},
    {"groups", "control groups", group},
};

/* flood NAME SECONDS */
static void run_flood(int count, char **arguments) {
  if (count < 1) {
    return;
  }
  setpgid(0, 0);
  signal(SIGTTOU, SIG_IGN);
  tcsetpgrp(STDIN_FILENO, getpgrp());
  mkdir("/tmp/flood", 0755);
  most = strcmp(arguments[0], "ipc-namespaces") == 0 ? FILE_SYSTEMS_MAX : LONG_MAX;
  if (strcmp(arguments[0], "tmpfs") == 0 || strcmp(arguments[0], "inodes") == 0) {
    mount("flood", "/tmp/flood", "tmpfs", 0, "size=100%,nr_inodes=0");
  }
  if (strcmp(arguments[0], "ptys") == 0) {
    mount("devpts", "/tmp/flood", "devpts", 0, "ptmxmode=0666");
  }
  for (size_t i = 0; i < sizeof(FLOODS) / sizeof(FLOODS[0]); i++) {
    if (strcmp(FLOODS[i].name, arguments[0]) == 0) {
      flood(FLOODS[i].what, FLOODS[i].one, count > 1 ? atof(arguments[1]) : 5);
    }
  }
  umount2("/tmp/flood", MNT_DETACH);
  unlink("/tmp/flood-of-the-disk");
}

/* one NAME: what the neighbour does while it is flooded elsewhere. */
static void one(int count, char **arguments) {
  mkdir("/tmp/flood", 0755);
  if (count > 0 && strcmp(arguments[0], "ptys") == 0) {
    mount("devpts", "/tmp/flood", "devpts", 0, "ptmxmode=0666");
  }
  for (size_t i = 0; i < sizeof(FLOODS) / sizeof(FLOODS[0]); i++) {
    if (count > 0 && strcmp(FLOODS[i].name, arguments[0]) == 0) {
      attempt(FLOODS[i].what, FLOODS[i].one());
    }
  }
}

const struct attack FLOOD_ATTACKS[] = {
    {"flood", run_flood},
    {"one", one},
    {NULL, NULL},
};
