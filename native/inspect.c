/*
 * What the kernel says about the processes of a sandbox. Nothing is remembered between two looks,
 * and nothing in the sandbox is asked: a container that was made by hand is seen like any other.
 */
#include <errno.h>
#include <linux/sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "cgroup.h"
#include "cgroup_tree.h"
#include "failure.h"
#include "text.h"

#define UTS 5

static const char *const NAMESPACE_FILES[GLASSBOX_NAMESPACES] = {
    "ns/user", "ns/mnt", "ns/pid", "ns/net", "ns/ipc", "ns/uts", "ns/cgroup", "ns/time"};

struct look {
  const char *lab;
  const char *id;
  uint32_t capacity;
  struct glassbox_process *processes;
  struct glassbox_hostname *hostnames;
  struct glassbox_inspection *inspection;
  /* The calling thread's own UTS namespace, to go back to. */
  int own_uts;
};

/*
 * stat: pid (command) state parent group session terminal foreground …. The command may hold spaces
 * and brackets; only its last bracket is the kernel's.
 */
static bool parse_stat(const char *stat, struct glassbox_process *process) {
  const char *begin = strchr(stat, '(');
  const char *end = strrchr(stat, ')');
  if (begin == NULL || end == NULL || end < begin || end[1] != ' ' || end[2] == '\0') {
    return false;
  }
  size_t length = (size_t)(end - begin) - 1;
  if (length >= sizeof(process->command)) {
    length = sizeof(process->command) - 1;
  }
  memcpy(process->command, begin + 1, length);
  process->command[length] = '\0';
  process->state = end[2];
  int32_t *const numbers[] = {&process->parent, &process->process_group, &process->session,
                              &process->terminal_device, &process->foreground_group};
  const char *at = end + 3;
  for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
    uint64_t number;
    at += *at == ' ';
    bool negative = *at == '-';
    at = text_read_number(at + negative, &number);
    *numbers[i] = negative ? -(int32_t)number : (int32_t)number;
  }
  return true;
}

/* status has a line for each fact: "Uid:\treal\teffective …", "NSpid:\thost\tsandbox …". */
static bool parse_status(const char *status, struct glassbox_process *process) {
  uint64_t number;
  const char *uid = strstr(status, "\nUid:\t");
  const char *pids = strstr(status, "\nNSpid:");
  if (uid == NULL || pids == NULL) {
    return false;
  }
  uid = text_read_number(uid + strlen("\nUid:\t"), &number);
  text_read_number(uid + 1, &number);
  process->uid = (uint32_t)number;
  process->pid_count = 0;
  for (pids += strlen("\nNSpid:"); *pids == '\t' && process->pid_count < GLASSBOX_PID_LEVELS;) {
    pids = text_read_number(pids + 1, &number);
    process->pids[process->pid_count++] = (int32_t)number;
  }
  return true;
}

/*
 * The pid may have gone to a process of the host since it was read. The directory stands for one
 * process only, whichever it is, so its own group says whether it is the sandbox's.
 */
static bool is_in_sandbox(const struct look *look, int directory) {
  char groups[8192];
  char ours[128];
  struct text text = TEXT(ours);
  text_append(&text, "/");
  text_append(&text, look->lab);
  text_append(&text, "/");
  text_append(&text, look->id);
  return read_text(directory, "cgroup", groups, sizeof(groups)) > 0 && strstr(groups, ours) != NULL;
}

/* False when the process ended meanwhile: then it is simply not there. */
static bool read_process(const struct look *look, int pid, int directory,
                         struct glassbox_process *process) {
  char text[4096];
  *process = (struct glassbox_process){.pid = pid};
  if (!is_in_sandbox(look, directory) || read_text(directory, "stat", text, sizeof(text)) <= 0 ||
      !parse_stat(text, process) || read_text(directory, "status", text, sizeof(text)) <= 0 ||
      !parse_status(text, process)) {
    return false;
  }
  for (size_t i = 0; i < GLASSBOX_NAMESPACES; i++) {
    struct stat status;
    if (sys_fstatat(directory, NAMESPACE_FILES[i], &status, 0) == 0) {
      process->namespaces[i] = status.st_ino;
    }
  }
  return true;
}

/*
 * Asks a UTS namespace for its hostname the only way there is: from inside. A namespace of a thread
 * is its own, so the warden's other threads stay where they are; a thread that could not go back
 * would later answer for the host from a learner's namespace, so then the warden ends instead.
 */
static void read_hostname(struct look *look, int directory, uint64_t namespace) {
  for (uint32_t i = 0; i < look->inspection->hostname_count; i++) {
    if (look->hostnames[i].namespace == namespace) {
      return;
    }
  }
  struct stat status;
  struct utsname names;
  /* Not through read_text's O_NOFOLLOW: this is one of /proc's own links, not a learner's. */
  OWNED_FD uts = (int)sys_openat(directory, NAMESPACE_FILES[UTS], O_RDONLY);
  if (uts < 0 || sys_fstatat(uts, "", &status, AT_EMPTY_PATH) < 0 || status.st_ino != namespace ||
      sys_setns(uts, CLONE_NEWUTS) < 0) {
    return;
  }
  long result = system_call(SYS_uname, (long)&names, 0, 0, 0, 0, 0);
  if (sys_setns(look->own_uts, CLONE_NEWUTS) < 0) {
    abort();
  }
  if (result == 0) {
    struct glassbox_hostname *hostname = &look->hostnames[look->inspection->hostname_count++];
    *hostname = (struct glassbox_hostname){.namespace = namespace};
    text_join(hostname->name, sizeof(hostname->name), names.nodename, "", "");
  }
}

#define FULL 2

static bool is_known(const struct look *look, int pid) {
  for (uint32_t i = 0; i < look->inspection->process_count; i++) {
    if (look->processes[i].pid == pid) {
      return true;
    }
  }
  return false;
}

/*
 * The kernel leaves a zombie out of its group's list, but not out of its parent's. Those of the
 * parent's first thread are enough: it is the one that orphans go to.
 */
static void look_at_zombies(struct look *look, int parent, int directory) {
  char path[48];
  char children[4096];
  struct text text = TEXT(path);
  text_append(&text, "task/");
  text_number(&text, parent);
  text_append(&text, "/children");
  if (read_text(directory, path, children, sizeof(children)) <= 0) {
    return;
  }
  for (const char *at = children; *at >= '0' && *at <= '9';) {
    uint64_t pid;
    at = text_read_number(at, &pid);
    at += *at == ' ';
    struct glassbox_inspection *inspection = look->inspection;
    if (inspection->process_count == look->capacity) {
      inspection->truncated = 1;
      return;
    }
    text = TEXT(path);
    text_append(&text, "/proc/");
    text_number(&text, pid);
    OWNED_FD child = (int)sys_openat(AT_FDCWD, path, O_PATH | O_DIRECTORY);
    struct glassbox_process *process = &look->processes[inspection->process_count];
    if (child >= 0 && !is_known(look, (int)pid) && read_process(look, (int)pid, child, process) &&
        process->state == 'Z') {
      inspection->process_count++;
    }
  }
}

static long look_at_process(void *context, int pid) {
  struct look *look = context;
  struct glassbox_inspection *inspection = look->inspection;
  if (inspection->process_count == look->capacity) {
    inspection->truncated = 1;
    return FULL;
  }
  char path[32];
  struct text text = TEXT(path);
  text_append(&text, "/proc/");
  text_number(&text, pid);
  OWNED_FD directory = (int)sys_openat(AT_FDCWD, path, O_PATH | O_DIRECTORY);
  struct glassbox_process *process = &look->processes[inspection->process_count];
  if (directory >= 0 && !is_known(look, pid) && read_process(look, pid, directory, process)) {
    inspection->process_count++;
    if (process->namespaces[UTS] != 0) {
      read_hostname(look, directory, process->namespaces[UTS]);
    }
    look_at_zombies(look, pid, directory);
  }
  return 0;
}

static long look_at_group(void *context, int directory) {
  return cgroup_each_pid(directory, look_at_process, context);
}

int glassbox_inspect(const char *lab, const char *id, uint32_t capacity,
                     struct glassbox_process *processes, struct glassbox_hostname *hostnames,
                     struct glassbox_inspection *inspection, struct glassbox_failure *failure) {
  struct cgroup_layout layout;
  char path[CGROUP_PATH_BYTES];
  *inspection = (struct glassbox_inspection){0};
  if (!cgroup_name_is_valid(lab) || !cgroup_id_is_valid(id)) {
    return fail(failure, "spec", "id", -EINVAL);
  }
  if (cgroup_layout_read(&layout, failure) < 0) {
    return -1;
  }
  /* Any one hierarchy has them all; cgroup2 lists them without the cost of sorting. */
  const struct hierarchy *hierarchy = cgroup_unified(&layout);
  hierarchy = hierarchy == NULL ? &layout.hierarchies[0] : hierarchy;
  OWNED_FD own_uts = (int)sys_openat(AT_FDCWD, "/proc/thread-self/ns/uts", O_RDONLY);
  if (own_uts < 0) {
    return fail(failure, "inspect", "/proc/thread-self/ns/uts", own_uts);
  }
  struct look look = {.lab = lab,
                      .id = id,
                      .capacity = capacity,
                      .processes = processes,
                      .hostnames = hostnames,
                      .inspection = inspection,
                      .own_uts = own_uts};
  const struct cgroup_visitor visitor = {.enter = look_at_group, .context = &look};
  /* Not what the host runs for it beside: see outside.c. */
  cgroup_path(path, hierarchy, lab, id, CGROUP_DELEGATED);
  long result = cgroup_walk(path, &visitor);
  if (result == -E2BIG) {
    inspection->truncated = 1;
  } else if (result < 0) {
    return fail(failure, "inspect", path, result);
  }
  return 0;
}
