/*
 * All that the kernel says of one sandbox at one moment, as JSON: processes, namespaces and what is
 * in them, control groups, overlay mounts. Nothing is remembered between two snapshots, nothing in
 * the sandbox is asked, and everything in it is hostile: each list has a limit, the whole has a
 * size and a deadline, and what was left out is named in "cut".
 */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include <stdbool.h>

#include "../cgroup.h"
#include "../glassbox.h"
#include "json.h"

/* Limits of each list. A snapshot of a sandbox that is used as a lesson wants reaches none. */
#define SNAPSHOT_PROCESSES_MAX 600
#define SNAPSHOT_NAMESPACES_MAX 160
#define SNAPSHOT_MOUNTS_MAX 256
#define SNAPSHOT_MOUNT_NAMESPACES_MAX 24
#define SNAPSHOT_GROUPS_MAX 256
#define SNAPSHOT_OVERLAYS_MAX 24
#define SNAPSHOT_FILES_MAX 200
#define SNAPSHOT_QUEUES_MAX 64
#define SNAPSHOT_LINKS_MAX 64
#define SNAPSHOT_PORTS_MAX 128
#define SNAPSHOT_DESCRIPTORS_MAX 8192
/*
 * What one snapshot may cost: so much of the calling thread's own time, which a busy host does not
 * use up, and so long in all, however long the kernel makes it wait.
 */
#define SNAPSHOT_WORK_NS (500LL * 1000 * 1000)
#define SNAPSHOT_DEADLINE_NS (2000LL * 1000 * 1000)

/* What was left out, each a word in "cut". */
enum snapshot_cut {
  CUT_PROCESSES = 1 << 0,
  CUT_NAMESPACES = 1 << 1,
  CUT_MOUNTS = 1 << 2,
  CUT_GROUPS = 1 << 3,
  CUT_FILES = 1 << 4,
  CUT_QUEUES = 1 << 5,
  CUT_LINKS = 1 << 6,
  CUT_TIME = 1 << 7,
  CUT_SIZE = 1 << 8,
};

/* In the order of GLASSBOX_NAMESPACES: user mnt pid net ipc uts cgroup time. */
enum namespace_type { IN_USER, IN_MNT, IN_PID, IN_NET, IN_IPC, IN_UTS, IN_CGROUP, IN_TIME };
extern const char *const NAMESPACE_NAMES[GLASSBOX_NAMESPACES];
extern const int NAMESPACE_FLAGS[GLASSBOX_NAMESPACES];

/* A namespace that something of the sandbox is in or holds. */
struct snapshot_namespace {
  enum namespace_type type;
  uint64_t inode;
  /* An open file of the namespace. */
  int fd;
  /* /proc/<pid> of a process in it as an O_PATH fd, or -1 when there is none. Of a time namespace:
   * of a process whose children are in it. */
  int member;
};

struct snapshot {
  const char *lab;
  const char *id;
  /* Bits of enum glassbox_section. */
  uint32_t sections;
  struct cgroup_layout layout;
  struct json json;
  uint32_t cut;
  /* On the clock of the calling thread's own time, and on the monotonic one. */
  int64_t work_until_ns;
  int64_t deadline_ns;
  /* The calling thread's own namespaces, to go back to. */
  int own[GLASSBOX_NAMESPACES];
  struct snapshot_namespace namespaces[SNAPSHOT_NAMESPACES_MAX];
  uint32_t namespace_count;
  /* /proc/<pid> of the machine's PID 1 as an O_PATH fd, or -1. */
  int init;
  /* How many pid namespaces it is in. */
  uint32_t init_levels;
  /* Processes already written, by pid. */
  int pids[SNAPSHOT_PROCESSES_MAX];
  uint32_t pid_count;
  /* Open files of processes that were looked at. */
  uint32_t descriptor_count;
};

/* A directory entry as getdents64(2) writes it. */
struct entry {
  uint64_t inode;
  int64_t offset;
  unsigned short length;
  unsigned char type;
  char name[];
};

/* True once the time is up; then the rest is left out. */
bool snapshot_late(struct snapshot *snapshot);

/* A list of the outermost object, which always has room; its values may not. */
void snapshot_open_list(struct snapshot *snapshot, const char *key);
void snapshot_close_list(struct snapshot *snapshot);

/* Ends a value that began at the mark: one that does not fit is taken back and noted as cut. */
bool snapshot_finish(struct snapshot *snapshot, size_t mark, uint32_t cut);

/*
 * Notes a namespace. `fd` is given away; `member` is not, and may be -1. The namespaces above it
 * (the user namespace that owns it, its parents) are noted, too.
 */
void snapshot_note_namespace(struct snapshot *snapshot, enum namespace_type type, int fd,
                             int member);
struct snapshot_namespace *snapshot_find_namespace(struct snapshot *snapshot, uint64_t inode);

/* Goes into a namespace of this type with the calling thread, and back. Coming back cannot fail, or
 * the program ends. */
long snapshot_enter(struct snapshot *snapshot, const struct snapshot_namespace *namespace);
void snapshot_return(struct snapshot *snapshot, enum namespace_type type);

/* The sections, in the order they are written. */
long snapshot_processes(struct snapshot *snapshot);
void snapshot_held_by_mounts(struct snapshot *snapshot);
void snapshot_namespaces(struct snapshot *snapshot);
void snapshot_groups(struct snapshot *snapshot);
void snapshot_overlays(struct snapshot *snapshot);

/* Notes the namespaces that a process, whose /proc/<pid> this is, has open. */
void snapshot_held_by_files(struct snapshot *snapshot, int directory);

/* The content of one namespace, as one value. */
void snapshot_network(struct snapshot *snapshot, const struct snapshot_namespace *namespace);
void snapshot_ports(struct snapshot *snapshot, const struct snapshot_namespace *namespace);
void snapshot_queues(struct snapshot *snapshot, const struct snapshot_namespace *namespace);
void snapshot_mounts(struct snapshot *snapshot, const struct snapshot_namespace *namespace);

/* A whole small file as text below a directory; empty when it can't be read. */
void snapshot_file(int directory, const char *path, char *text, size_t capacity);

#endif
