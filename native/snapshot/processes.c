/* The processes of a sandbox: see proc(5). */
#include <errno.h>
#include <string.h>

#include "../cgroup_tree.h"
#include "../syscalls.h"
#include "../text.h"
#include "lines.h"
#include "snapshot.h"

#define ARGUMENTS_BYTES 512
#define FULL 2

static bool is_written(const struct snapshot *snapshot, int pid) {
  for (uint32_t i = 0; i < snapshot->pid_count; i++) {
    if (snapshot->pids[i] == pid) {
      return true;
    }
  }
  return false;
}

/*
 * "4:memory:/<lab>/<id>/machine/a" → "/a": the path below what the sandbox was given. A process
 * that is not below it is not the sandbox's, whatever its pid was a moment ago.
 */
static const char *group_below(const struct snapshot *snapshot, char *line) {
  char ours[128];
  struct text text = TEXT(ours);
  text_append(&text, "/");
  text_append(&text, snapshot->lab);
  text_append(&text, "/");
  text_append(&text, snapshot->id);
  char *found = strstr(line, ours);
  if (found == NULL) {
    return NULL;
  }
  const char *below = found + text.length;
  static const char delegated[] = "/" CGROUP_DELEGATED;
  if (strncmp(below, delegated, sizeof(delegated) - 1) != 0) {
    return "..";
  }
  below += sizeof(delegated) - 1;
  return *below == '\0' ? "/" : below;
}

/* False when this is no process of the sandbox. */
static bool write_groups(struct snapshot *snapshot, int directory) {
  struct lines lines;
  if (lines_open(&lines, directory, "cgroup") < 0) {
    return false;
  }
  OWNED_FD fd = lines.fd;
  bool ours = false;
  json_key(&snapshot->json, "groups");
  json_open(&snapshot->json, '{');
  for (char *line = lines_next(&lines); line != NULL; line = lines_next(&lines)) {
    char *controllers = strchr(line, ':');
    char *path = controllers == NULL ? NULL : strchr(controllers + 1, ':');
    if (path == NULL) {
      continue;
    }
    *path = '\0';
    const char *below = group_below(snapshot, path + 1);
    if (below != NULL) {
      ours = true;
      json_key_string(&snapshot->json, controllers + 1, below);
    }
  }
  json_close(&snapshot->json, '}');
  return fd >= 0 && ours;
}

/* stat: pid (command) state parent group session terminal foreground … start time is the 22nd. */
static bool write_stat(struct json *json, int directory, char *state) {
  char stat[1024];
  snapshot_file(directory, "stat", stat, sizeof(stat));
  char *begin = strchr(stat, '(');
  char *end = strrchr(stat, ')');
  if (begin == NULL || end == NULL || end[1] != ' ') {
    return false;
  }
  json_key(json, "command");
  json_bytes(json, begin + 1, (size_t)(end - begin) - 1);
  static const char *const names[] = {
      NULL, NULL, NULL, "parent", "processGroup", "session", "terminalDevice", "foregroundGroup"};
  char *at = end + 2;
  *state = *at;
  json_key(json, "state");
  json_bytes(json, at, 1);
  for (size_t field = 3; *at != '\0' && field <= 22; field++) {
    const char *text = lines_field(&at);
    uint64_t number;
    bool negative = *text == '-';
    text_read_number(text + negative, &number);
    int64_t value = negative ? -(int64_t)number : (int64_t)number;
    size_t index = field - 1;
    if (index < sizeof(names) / sizeof(names[0]) && names[index] != NULL) {
      json_key_integer(json, names[index], value);
    } else if (field == 20) {
      json_key_integer(json, "threads", value);
    } else if (field == 22) {
      json_key_integer(json, "startedTicks", value);
    }
  }
  return true;
}

/* "Uid:\t1\t2 …" as an array of numbers. */
static void write_numbers(struct json *json, const char *key, const char *text) {
  json_key(json, key);
  json_open(json, '[');
  while (*text == '\t' || *text == ' ') {
    uint64_t number;
    const char *after = text_read_number(text + 1, &number);
    if (after == text + 1) {
      break;
    }
    json_integer(json, (int64_t)number);
    text = after;
  }
  json_close(json, ']');
}

struct status_field {
  const char *prefix;
  const char *key;
  enum { NUMBERS, HEXADECIMAL, NUMBER } kind;
};

static const struct status_field STATUS_FIELDS[] = {
    {"Uid:", "uids", NUMBERS},
    {"Gid:", "gids", NUMBERS},
    {"NSpid:", "pids", NUMBERS},
    {"CapInh:", "inheritable", HEXADECIMAL},
    {"CapPrm:", "permitted", HEXADECIMAL},
    {"CapEff:", "effective", HEXADECIMAL},
    {"CapBnd:", "bounding", HEXADECIMAL},
    {"CapAmb:", "ambient", HEXADECIMAL},
    {"NoNewPrivs:", "noNewPrivileges", NUMBER},
    {"Seccomp:", "seccomp", NUMBER},
    {"Seccomp_filters:", "seccompFilters", NUMBER},
    {"VmRSS:", "residentKiB", NUMBER},
};

/* The machine's PID 1 is pid 1 in the outermost of the pid namespaces of the sandbox. */
static void note_init(struct snapshot *snapshot, int directory, const char *pids) {
  uint32_t levels = 0;
  uint64_t pid = 0;
  while (*pids == '\t') {
    pids = text_read_number(pids + 1, &pid);
    levels++;
  }
  if (pid == 1 && (snapshot->init < 0 || levels < snapshot->init_levels)) {
    close_owned(&snapshot->init);
    snapshot->init = (int)system_call(SYS_fcntl, directory, F_DUPFD_CLOEXEC, 3, 0, 0, 0);
    snapshot->init_levels = levels;
  }
}

/* False when the process has ended since it was found, with nothing but its number left. */
static bool write_status(struct snapshot *snapshot, int directory) {
  struct json *json = &snapshot->json;
  struct lines lines;
  bool found = false;
  if (lines_open(&lines, directory, "status") < 0) {
    return false;
  }
  OWNED_FD fd = lines.fd;
  for (char *line = lines_next(&lines); line != NULL && fd >= 0; line = lines_next(&lines)) {
    for (size_t i = 0; i < sizeof(STATUS_FIELDS) / sizeof(STATUS_FIELDS[0]); i++) {
      const struct status_field *field = &STATUS_FIELDS[i];
      size_t length = strlen(field->prefix);
      if (strncmp(line, field->prefix, length) != 0) {
        continue;
      }
      const char *value = line + length;
      if (strcmp(field->key, "pids") == 0) {
        note_init(snapshot, directory, value);
        found = true;
      }
      if (field->kind == NUMBERS) {
        write_numbers(json, field->key, value);
      } else {
        uint64_t number;
        value += strspn(value, "\t ");
        text_read_number(value, &number);
        if (field->kind == HEXADECIMAL) {
          json_key_string(json, field->key, value);
        } else {
          json_key_integer(json, field->key, (int64_t)number);
        }
      }
    }
  }
  return found;
}

/* The arguments up to a bound, as the process itself has them: it may have written anything there.
 */
static void write_arguments(struct json *json, int directory) {
  char bytes[ARGUMENTS_BYTES + 1];
  OWNED_FD fd = (int)sys_openat(directory, "cmdline", O_RDONLY | O_NOFOLLOW);
  long length = fd < 0 ? 0 : sys_read(fd, bytes, sizeof(bytes));
  bool cut = length > ARGUMENTS_BYTES;
  length = length < 0 ? 0 : cut ? ARGUMENTS_BYTES : length;
  json_key(json, "arguments");
  json_open(json, '[');
  for (long at = 0; at < length;) {
    size_t size = strnlen(bytes + at, (size_t)(length - at));
    json_bytes(json, bytes + at, size);
    at += (long)size + 1;
  }
  json_close(json, ']');
  json_key_boolean(json, "argumentsCut", cut);
}

static void write_number_file(struct json *json, int directory, const char *file, const char *key) {
  char text[32];
  uint64_t number;
  snapshot_file(directory, file, text, sizeof(text));
  bool negative = text[0] == '-';
  text_read_number(text + negative, &number);
  json_key_integer(json, key, negative ? -(int64_t)number : (int64_t)number);
}

/* The inode of a namespace of the process, which is noted; null when it could not be read. */
static void write_namespace(struct snapshot *snapshot, int directory, const char *key,
                            const char *file, enum namespace_type type, bool is_member) {
  char path[32];
  struct text text = TEXT(path);
  text_append(&text, "ns/");
  text_append(&text, file);
  struct stat status;
  json_key(&snapshot->json, key);
  if (sys_fstatat(directory, path, &status, 0) < 0) {
    json_null(&snapshot->json);
    return;
  }
  json_identifier(&snapshot->json, status.st_ino);
  struct snapshot_namespace *known = snapshot_find_namespace(snapshot, status.st_ino);
  if (known != NULL && (known->member >= 0 || !is_member)) {
    return;
  }
  long fd = sys_openat(directory, path, O_RDONLY);
  if (fd >= 0) {
    snapshot_note_namespace(snapshot, type, (int)fd, is_member ? directory : -1);
  }
}

static void write_namespaces(struct snapshot *snapshot, int directory) {
  struct json *json = &snapshot->json;
  json_key(json, "namespaces");
  json_open(json, '{');
  for (int type = 0; type < GLASSBOX_NAMESPACES; type++) {
    /* The offsets that a process shows are those of the time namespace of its children. */
    write_namespace(snapshot, directory, NAMESPACE_NAMES[type], NAMESPACE_NAMES[type],
                    (enum namespace_type)type, type != IN_TIME);
  }
  write_namespace(snapshot, directory, "pidForChildren", "pid_for_children", IN_PID, false);
  write_namespace(snapshot, directory, "timeForChildren", "time_for_children", IN_TIME, true);
  json_close(json, '}');
}

/* Null for a zombie, which has no root any more. A long path is cut: it is not "/" all the same. */
static void write_root(struct json *json, int directory) {
  char path[256];
  long length =
      system_call(SYS_readlinkat, directory, (long)"root", (long)path, sizeof(path), 0, 0);
  json_key(json, "root");
  if (length < 0) {
    json_null(json);
  } else {
    json_bytes(json, path, (size_t)length);
  }
}

/*
 * Who is being put into the sandbox is in its group and its pid namespace before it is in the other
 * ones. Until then it is the lab's, and the host's namespaces would count as ones that somebody in
 * the sandbox has made. setns changes the user namespace first and all but that at once, so one of
 * these tells.
 */
static bool has_entered(const struct snapshot *snapshot, int directory) {
  struct stat own;
  struct stat uts;
  return sys_fstatat(snapshot->own[IN_UTS], "", &own, AT_EMPTY_PATH) < 0 ||
         sys_fstatat(directory, "ns/uts", &uts, 0) < 0 || uts.st_ino != own.st_ino;
}

/* One process as an object. A zombie is wanted only where its parent is asked for its children. */
static bool write_process(struct snapshot *snapshot, int pid, int directory, bool zombies_only) {
  struct json *json = &snapshot->json;
  size_t mark = json->length;
  char state = '?';
  json_open(json, '{');
  json_key_integer(json, "pid", pid);
  bool found = write_stat(json, directory, &state) && write_groups(snapshot, directory) &&
               has_entered(snapshot, directory) && (!zombies_only || state == 'Z') &&
               write_status(snapshot, directory);
  if (!found) {
    json->full = false;
    json->length = mark;
    return false;
  }
  write_arguments(json, directory);
  write_number_file(json, directory, "oom_score", "oomScore");
  write_number_file(json, directory, "oom_score_adj", "oomScoreAdjust");
  write_root(json, directory);
  write_namespaces(snapshot, directory);
  json_close(json, '}');
  if ((snapshot->sections & GLASSBOX_SECTION_HELD) != 0) {
    snapshot_held_by_files(snapshot, directory);
  }
  if (snapshot_finish(snapshot, mark, CUT_PROCESSES)) {
    snapshot->pids[snapshot->pid_count++] = pid;
    return true;
  }
  return false;
}

static long take_process(struct snapshot *snapshot, int pid, bool zombies_only);

/* The kernel leaves a zombie out of its group's list, but not out of its parent's. */
static void take_zombies(struct snapshot *snapshot, int parent, int directory) {
  char path[48];
  char children[4096];
  struct text text = TEXT(path);
  text_append(&text, "task/");
  text_number(&text, parent);
  text_append(&text, "/children");
  snapshot_file(directory, path, children, sizeof(children));
  for (const char *at = children; *at >= '0' && *at <= '9';) {
    uint64_t pid;
    at = text_read_number(at, &pid);
    at += *at == ' ';
    if (take_process(snapshot, (int)pid, true) != 0) {
      return;
    }
  }
}

static long take_process(struct snapshot *snapshot, int pid, bool zombies_only) {
  if (is_written(snapshot, pid)) {
    return 0;
  }
  if (snapshot->pid_count == SNAPSHOT_PROCESSES_MAX || snapshot_late(snapshot)) {
    snapshot->cut |= CUT_PROCESSES;
    return FULL;
  }
  char path[32];
  struct text text = TEXT(path);
  text_append(&text, "/proc/");
  text_number(&text, pid);
  OWNED_FD directory = (int)sys_openat(AT_FDCWD, path, O_PATH | O_DIRECTORY);
  if (directory >= 0 && write_process(snapshot, pid, directory, zombies_only) && !zombies_only) {
    take_zombies(snapshot, pid, directory);
  }
  return (snapshot->cut & CUT_PROCESSES) != 0 ? FULL : 0;
}

static long found_process(void *context, int pid) {
  return take_process(context, pid, false);
}

static long look_at_group(void *context, int directory) {
  return cgroup_each_pid(directory, found_process, context);
}

long snapshot_processes(struct snapshot *snapshot) {
  char path[CGROUP_PATH_BYTES];
  /* Any one hierarchy has them all; cgroup2 lists them without the cost of sorting. */
  const struct hierarchy *hierarchy = cgroup_unified(&snapshot->layout);
  hierarchy = hierarchy == NULL ? &snapshot->layout.hierarchies[0] : hierarchy;
  const struct cgroup_visitor visitor = {.enter = look_at_group, .context = snapshot};
  /* Not what the host runs for it beside: see outside.c and probe.c. */
  cgroup_path(path, hierarchy, snapshot->lab, snapshot->id, CGROUP_DELEGATED);
  snapshot_open_list(snapshot, "processes");
  long result = cgroup_walk(path, &visitor);
  if (result == -E2BIG) {
    snapshot->cut |= CUT_PROCESSES;
    result = 0;
  }
  snapshot_close_list(snapshot);
  return result == FULL ? 0 : result;
}
