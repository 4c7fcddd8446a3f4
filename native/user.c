/* The user namespace: see user_namespaces(7). */
#include "failure.h"
#include "sandbox.h"
#include "steps.h"
#include "text.h"

int user_write_map(struct glassbox_failure *failure, struct tracer *tracer, int pid,
                   const char *file, const char *map) {
  char path[48];
  struct text text = TEXT(path);
  text_append(&text, "/proc/");
  text_number(&text, pid);
  text_append(&text, file);
  long result = trace_write_file(tracer, path, map);
  return result < 0 ? fail(failure, tracer->step, path, result) : 0;
}

/* Only a process outside can map more than one id: so the parent does, with the host's root. */
int step_user(struct making *making, struct tracer *tracer) {
  char map[48];
  struct text text = TEXT(map);
  text_append(&text, "0 ");
  text_number(&text, making->spec->id_base);
  text_append(&text, " ");
  text_number(&text, GLASSBOX_IDS);
  if (user_write_map(making->failure, tracer, making->pid, "/uid_map", map) < 0) {
    return -1;
  }
  return user_write_map(making->failure, tracer, making->pid, "/gid_map", map);
}

int user_become(struct glassbox_failure *failure, struct tracer *tracer, uint32_t user,
                uint32_t group, const uint32_t *groups, uint32_t group_count) {
  long result = TRACED(tracer, setgroups, NUMBER(group_count),
                       AS(groups, group_count == 0 ? "NULL" : "[...]"));
  if (result == 0) {
    result = TRACED(tracer, setresgid, NUMBER(group), NUMBER(group), NUMBER(group));
  }
  if (result == 0) {
    result = TRACED(tracer, setresuid, NUMBER(user), NUMBER(user), NUMBER(user));
  }
  return result < 0 ? fail(failure, tracer->step, "identity", result) : 0;
}

long open_user_namespace(const struct making *making) {
  char path[48];
  struct text text = TEXT(path);
  text_append(&text, "/proc/");
  text_number(&text, making->pid);
  text_append(&text, "/ns/user");
  return sys_openat(AT_FDCWD, path, O_RDONLY);
}

/*
 * Until now the child is the host's root to the file systems, an id that its namespace has no name
 * for. As the mapped root it can create files in what it mounts. The change also makes the shared
 * memory undumpable, the warden's with it: only the host's root may then look into the warden.
 */
int step_identity(struct making *making, struct tracer *tracer) {
  return user_become(making->failure, tracer, 0, 0, NULL, 0);
}
