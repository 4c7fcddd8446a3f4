/* The user namespace: see user_namespaces(7). */
#include "failure.h"
#include "sandbox.h"
#include "text.h"

static int write_map(struct making *making, struct tracer *tracer, const char *file) {
  char path[48];
  char map[48];
  struct text text = TEXT(path);
  text_append(&text, "/proc/");
  text_number(&text, making->pid);
  text_append(&text, file);
  text = TEXT(map);
  text_append(&text, "0 ");
  text_number(&text, making->spec->id_base);
  text_append(&text, " ");
  text_number(&text, GLASSBOX_IDS);
  long result = trace_write_file(tracer, path, map);
  return result < 0 ? fail(making->failure, tracer->step, path, result) : 0;
}

/* Only a process outside can map more than one id: so the parent does, with the host's root. */
int step_user(struct making *making, struct tracer *tracer) {
  if (write_map(making, tracer, "/uid_map") < 0) {
    return -1;
  }
  return write_map(making, tracer, "/gid_map");
}

/*
 * Until now the child is the host's root to the file systems, an id that its namespace has no name
 * for. As the mapped root it can create files in what it mounts. The change also makes the shared
 * memory undumpable, the warden's with it: only the host's root may then look into the warden.
 */
int step_identity(struct making *making, struct tracer *tracer) {
  long result = TRACED(tracer, setgroups, NUMBER(0), AS(0, "NULL"));
  if (result == 0) {
    result = TRACED(tracer, setresgid, NUMBER(0), NUMBER(0), NUMBER(0));
  }
  if (result == 0) {
    result = TRACED(tracer, setresuid, NUMBER(0), NUMBER(0), NUMBER(0));
  }
  return result < 0 ? fail(making->failure, tracer->step, "root", result) : 0;
}
