#include "snapshot.h"

#include <errno.h>
#include <linux/sched.h>
#include <stdlib.h>

#include "../cgroup_tree.h"
#include "../failure.h"
#include "../syscalls.h"
#include "../text.h"

/* What is kept for the shape of a snapshot: its lists, what was cut, and the brackets. */
#define SHAPE_BYTES 512

const char *const NAMESPACE_NAMES[GLASSBOX_NAMESPACES] = {"user", "mnt", "pid",    "net",
                                                          "ipc",  "uts", "cgroup", "time"};
const int NAMESPACE_FLAGS[GLASSBOX_NAMESPACES] = {CLONE_NEWUSER,   CLONE_NEWNS,  CLONE_NEWPID,
                                                  CLONE_NEWNET,    CLONE_NEWIPC, CLONE_NEWUTS,
                                                  CLONE_NEWCGROUP, CLONE_NEWTIME};

/* Only these are ever entered: a thread can, and comes back. */
static const enum namespace_type ENTERED[] = {IN_NET, IN_IPC, IN_UTS, IN_CGROUP};
#define ENTERED_COUNT (sizeof(ENTERED) / sizeof(ENTERED[0]))

static const char *const CUT_WORDS[] = {"processes", "namespaces", "mounts", "groups", "files",
                                        "queues",    "links",      "time",   "size"};

bool snapshot_late(struct snapshot *snapshot) {
  if (clock_ns(CLOCK_THREAD_CPUTIME_ID) < snapshot->work_until_ns &&
      monotonic_ns() < snapshot->deadline_ns) {
    return false;
  }
  snapshot->cut |= CUT_TIME;
  return true;
}

bool snapshot_finish(struct snapshot *snapshot, size_t mark, uint32_t cut) {
  if (!json_take_back(&snapshot->json, mark)) {
    return true;
  }
  snapshot->cut |= cut | CUT_SIZE;
  return false;
}

void snapshot_open_list(struct snapshot *snapshot, const char *key) {
  snapshot->json.capacity += SHAPE_BYTES;
  json_key(&snapshot->json, key);
  json_open(&snapshot->json, '[');
  snapshot->json.capacity -= SHAPE_BYTES;
}

void snapshot_close_list(struct snapshot *snapshot) {
  snapshot->json.capacity += SHAPE_BYTES;
  json_close(&snapshot->json, ']');
  snapshot->json.capacity -= SHAPE_BYTES;
}

void snapshot_file(int directory, const char *path, char *text, size_t capacity) {
  if (read_text(directory, path, text, capacity) < 0) {
    text[0] = '\0';
  }
}

long snapshot_enter(struct snapshot *snapshot, const struct snapshot_namespace *namespace) {
  (void)snapshot;
  return sys_setns(namespace->fd, NAMESPACE_FLAGS[namespace->type]);
}

/* A thread that could not go back would later answer for the host from a learner's namespace. */
void snapshot_return(struct snapshot *snapshot, enum namespace_type type) {
  if (sys_setns(snapshot->own[type], NAMESPACE_FLAGS[type]) < 0) {
    abort();
  }
}

static long open_own(struct snapshot *snapshot) {
  for (size_t i = 0; i < ENTERED_COUNT; i++) {
    char path[40];
    struct text text = TEXT(path);
    text_append(&text, "/proc/thread-self/ns/");
    text_append(&text, NAMESPACE_NAMES[ENTERED[i]]);
    long fd = sys_openat(AT_FDCWD, path, O_RDONLY);
    if (fd < 0) {
      return fd;
    }
    snapshot->own[ENTERED[i]] = (int)fd;
  }
  return 0;
}

static void close_all(struct snapshot *snapshot) {
  close_owned(&snapshot->init);
  for (int i = 0; i < GLASSBOX_NAMESPACES; i++) {
    close_owned(&snapshot->own[i]);
  }
  for (uint32_t i = 0; i < snapshot->namespace_count; i++) {
    close_owned(&snapshot->namespaces[i].fd);
    close_owned(&snapshot->namespaces[i].member);
  }
}

static void write_cut(struct snapshot *snapshot) {
  struct json *json = &snapshot->json;
  json->capacity += SHAPE_BYTES;
  json_key(json, "cut");
  json_open(json, '[');
  for (size_t i = 0; i < sizeof(CUT_WORDS) / sizeof(CUT_WORDS[0]); i++) {
    if ((snapshot->cut & (1U << i)) != 0) {
      json_string(json, CUT_WORDS[i]);
    }
  }
  json_close(json, ']');
  json_close(json, '}');
}

static int take(struct snapshot *snapshot, struct glassbox_failure *failure) {
  long result = open_own(snapshot);
  if (result < 0) {
    return fail(failure, "snapshot", "/proc/thread-self/ns", result);
  }
  json_open(&snapshot->json, '{');
  result = snapshot_processes(snapshot);
  if (result < 0) {
    return fail(failure, "snapshot", snapshot->id, result);
  }
  if ((snapshot->sections & GLASSBOX_SECTION_HELD) != 0) {
    snapshot_held_by_mounts(snapshot);
  }
  snapshot_namespaces(snapshot);
  if ((snapshot->sections & GLASSBOX_SECTION_GROUPS) != 0) {
    snapshot_groups(snapshot);
  }
  if ((snapshot->sections & GLASSBOX_SECTION_OVERLAYS) != 0) {
    snapshot_overlays(snapshot);
  }
  write_cut(snapshot);
  return 0;
}

int glassbox_snapshot(const char *lab, const char *id, uint32_t sections, uint64_t capacity,
                      char *json, uint64_t *length, struct glassbox_failure *failure) {
  if (!cgroup_name_is_valid(lab) || !cgroup_id_is_valid(id)) {
    return fail(failure, "spec", "id", -EINVAL);
  }
  if (capacity < GLASSBOX_SNAPSHOT_MIN) {
    return fail(failure, "spec", "capacity", -EINVAL);
  }
  struct snapshot *snapshot = malloc(sizeof(*snapshot));
  if (snapshot == NULL) {
    return fail(failure, "snapshot", "memory", -ENOMEM);
  }
  *snapshot = (struct snapshot){
      .lab = lab,
      .id = id,
      .sections = sections,
      .json = {.bytes = json, .capacity = capacity - SHAPE_BYTES},
      .work_until_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) + SNAPSHOT_WORK_NS,
      .deadline_ns = monotonic_ns() + SNAPSHOT_DEADLINE_NS,
      .own = {-1, -1, -1, -1, -1, -1, -1, -1},
      .init = -1,
  };
  int result = cgroup_layout_read(&snapshot->layout, failure);
  if (result == 0) {
    result = take(snapshot, failure);
    *length = snapshot->json.length;
    close_all(snapshot);
  }
  free(snapshot);
  return result;
}
