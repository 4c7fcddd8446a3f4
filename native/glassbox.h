/*
 * The whole of what the native library offers: few structs, few functions, each documented.
 *
 * Every function but the last returns 0, or -1 after filling the failure. Everything here may be
 * called from any thread, by several at once; nothing is kept between calls. Strings are
 * NUL-terminated ASCII unless said otherwise.
 */
#ifndef GLASSBOX_H
#define GLASSBOX_H

#include <stdint.h>

#define GLASSBOX_EXPORT __attribute__((visibility("default")))

#define GLASSBOX_CALLS_MAX 320
#define GLASSBOX_LAYERS_MAX 16
#define GLASSBOX_ATTACHMENTS_MAX 8
#define GLASSBOX_TERMINALS_MAX 16
#define GLASSBOX_NAMESPACES 8
#define GLASSBOX_ID_BYTES 13
#define GLASSBOX_TARGET_BYTES 192
#define GLASSBOX_NEEDS 5
/* Less, and the kernel's own needs could exhaust it while the sandbox is made; see cgroup.c. */
#define GLASSBOX_MEMORY_MIN (32ULL << 20)
#define GLASSBOX_IDS 65536U
#define GLASSBOX_SNAPSHOT_MIN 4096

/* What was tried, on what, what the kernel answered, what to do. */
struct glassbox_failure {
  char step[24];
  char object[256];
  char error[24];
  char hint[256];
};

enum glassbox_side { GLASSBOX_PARENT, GLASSBOX_CHILD };

/* One system call as it was really made. `error` is an errno name or empty. */
struct glassbox_call {
  char step[24];
  char error[16];
  char text[256];
  uint64_t started_ns;
  uint64_t duration_ns;
  uint32_t side;
  uint32_t reserved;
};

struct glassbox_trace {
  uint32_t count;
  uint32_t reserved;
  struct glassbox_call calls[GLASSBOX_CALLS_MAX];
};

/* Optional parts, as bits of a mask. A sandbox has those of its spec, and nothing else. */
enum glassbox_need {
  /* Packet filters and NAT. */
  GLASSBOX_NEED_NETFILTER = 1,
  /* A block device with a file system on it, mounted at /disk. */
  GLASSBOX_NEED_DISK = 2,
  /* The net_cls controller of cgroup v1. */
  GLASSBOX_NEED_NET_CLS = 4,
  /* The devices controller refuses /dev/full. */
  GLASSBOX_NEED_DEVICE = 8,
  /* A network to the outside. */
  GLASSBOX_NEED_OUTSIDE = 16,
};

/* A need that this host could not fulfil, and why, in a sentence. */
struct glassbox_missing {
  uint32_t need;
  char why[252];
};

/* A directory of the host, read-only in the sandbox, where its files belong to the sandbox's root.
 */
struct glassbox_attachment {
  const char *directory;
  /* Absolute, without `..`, not below another; made if it is not there. Symbolic links lead within
   * the sandbox. */
  const char *target;
};

struct glassbox_spec {
  /* Twelve hexadecimal digits. */
  const char *id;
  const char *hostname;
  /* An empty directory of the host to mount on, in the sandbox's own mount namespace only. */
  const char *stage;
  /* Name of the lab's control group, made by glassbox_open. */
  const char *lab;
  /* Read-only layers, topmost first; the first that has it supplies /sbin/init. */
  const char *const *lowerdirs;
  uint32_t lowerdir_count;
  /* First host id of GLASSBOX_IDS user and group ids. */
  uint32_t id_base;
  uint64_t memory_bytes;
  uint64_t disk_bytes;
  uint64_t disk_inodes;
  double cpus;
  uint32_t pids_max;
  /* Number of /dev/ttyN nodes for terminals. */
  uint32_t terminals;
  /* Bits of enum glassbox_need. */
  uint32_t needs;
  const struct glassbox_attachment *attachments;
  uint32_t attachment_count;
  /* For GLASSBOX_NEED_DISK: a file with an ext4 that every disk is a copy of. The copies lie in the
   * same directory and have no names. Or NULL. */
  const char *disk_image;
  /* What a disk may read and write in a second. */
  uint64_t disk_bytes_per_second;
};

struct glassbox_sandbox {
  int32_t pid;
  /* Close-on-exec; the caller closes it. */
  int32_t pidfd;
  /* Inodes, in the order user mnt pid net ipc uts cgroup time. */
  uint64_t namespaces[GLASSBOX_NAMESPACES];
  /* The version of control groups that it has: 1 or 2. */
  uint32_t cgroup_version;
  uint32_t missing_count;
  struct glassbox_missing missing[GLASSBOX_NEEDS];
};

/* Makes the lab's group in every hierarchy, so that sandboxes can be made below it. */
GLASSBOX_EXPORT int glassbox_open(const char *lab, struct glassbox_failure *failure);

/* Removes the lab's groups; they must be empty. */
GLASSBOX_EXPORT int glassbox_close(const char *lab, struct glassbox_failure *failure);

/* Makes a sandbox. A step that fails undoes all before it. The trace is filled either way. */
GLASSBOX_EXPORT int glassbox_create(const struct glassbox_spec *spec,
                                    struct glassbox_sandbox *sandbox, struct glassbox_trace *trace,
                                    struct glassbox_failure *failure);

/*
 * Ends every process of a sandbox, reaps PID 1 if it is the caller's child, removes its groups, and
 * returns when all that is done. The pidfd may be -1: the groups alone are enough to find what is
 * left. No such sandbox is a success.
 */
GLASSBOX_EXPORT int glassbox_destroy(const char *lab, const char *id, int32_t pidfd,
                                     struct glassbox_failure *failure);

/* What a snapshot has beside processes and namespaces, as bits: each has its price. */
enum glassbox_section {
  /* Interfaces, addresses and routes of each network namespace. */
  GLASSBOX_SECTION_NETWORK = 1,
  /* Message queues, semaphores and shared memory of each IPC namespace. */
  GLASSBOX_SECTION_QUEUES = 2,
  /* Mounts of each mount namespace. */
  GLASSBOX_SECTION_MOUNTS = 4,
  /* The tree of control groups. */
  GLASSBOX_SECTION_GROUPS = 8,
  /* Overlay mounts and the files of their upperdirs. */
  GLASSBOX_SECTION_OVERLAYS = 16,
  /* Namespaces that no process is in, but a mount or an open file holds. */
  GLASSBOX_SECTION_HELD = 32,
  /* TCP ports that something listens on, of each network namespace. */
  GLASSBOX_SECTION_PORTS = 64,
};

/*
 * What the kernel says of a sandbox now, as one JSON object with the sections that were asked for;
 * its schema is server/warden/snapshot.ts. `json` has room for `capacity` bytes,
 * GLASSBOX_SNAPSHOT_MIN at least; what does not fit is left out and named in "cut". The calling
 * thread visits namespaces of the sandbox and is back in its own when this returns.
 */
GLASSBOX_EXPORT int glassbox_snapshot(const char *lab, const char *id, uint32_t sections,
                                      uint64_t capacity, char *json, uint64_t *length,
                                      struct glassbox_failure *failure);

enum glassbox_file_kind {
  /* There is none, or it can't be reached. */
  GLASSBOX_FILE_NONE,
  GLASSBOX_FILE_REGULAR,
  GLASSBOX_FILE_DIRECTORY,
  GLASSBOX_FILE_LINK,
  GLASSBOX_FILE_CHARACTER_DEVICE,
  GLASSBOX_FILE_FIFO,
  GLASSBOX_FILE_SOCKET,
  GLASSBOX_FILE_BLOCK_DEVICE,
};

struct glassbox_file {
  /* Of enum glassbox_file_kind: what the path itself names, a link being a link. */
  uint32_t kind;
  /* The path leads to a regular file, and its beginning was read. */
  uint32_t is_read;
  uint32_t length;
};

/*
 * A file as a process of the sandbox sees it: the process that has this pid and start time, or
 * there is none. `bytes` has room for `capacity`; 0 asks for the kind only.
 */
GLASSBOX_EXPORT int glassbox_file(const char *lab, const char *id, int32_t pid,
                                  uint64_t started_ticks, const char *path, uint32_t capacity,
                                  char *bytes, struct glassbox_file *file,
                                  struct glassbox_failure *failure);

/* Ids of sandboxes that have a group, at most `capacity` of them. */
GLASSBOX_EXPORT int glassbox_leftovers(const char *lab, uint32_t capacity,
                                       char (*ids)[GLASSBOX_ID_BYTES], uint32_t *count,
                                       struct glassbox_failure *failure);

/*
 * What of a terminal's output can still matter when it is forgotten: the escape sequences that may
 * change more than what is on the screen, in their order, and those of looks that no later one
 * undoes. Text, and sequences that only move or erase, are left out; what is none of the simple
 * ones is kept as it is, with what follows it, and a CAN where the next sequence would have ended
 * it. The bytes begin outside of a sequence or at its ESC. `gist` has room for twice `length`
 * bytes; returns how many it got.
 */
GLASSBOX_EXPORT uint32_t glassbox_output_gist(const uint8_t *bytes, uint32_t length, uint8_t *gist);

#endif
