#include "keep.h"

#include <errno.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/wait.h>

#include "message.h"

int keep_reap(int pidfd) {
  siginfo_t end = {0};
  long result;
  do {
    result = system_call(SYS_waitid, P_PIDFD, pidfd, (long)&end, WEXITED, 0, 0);
  } while (result == -EINTR);
  if (result < 0) {
    return 255;
  }
  return end.si_code == CLD_EXITED ? end.si_status : 128 + end.si_status;
}

static long remove_directory(const char *id) {
  char path[STORE_PATH_BYTES];
  store_path(path, "containers", id, NULL);
  return store_remove_tree(AT_FDCWD, path);
}

void keep_finish(struct launch *launch, int exit_code) {
  struct container *container = launch->container;
  if ((launch->clone_flags & CLONE_NEWPID) == 0) {
    launch_kill_groups(launch);
  }
  if (exit_code == 128 + SIGKILL || container->memory > 0) {
    container->oom_killed = launch_was_oom_killed(launch);
  }
  if (!container->remove) {
    container->status = "exited";
    container->exit_code = exit_code;
    container->finished_ns = store_now();
    container->pid = 0;
    container_save(container, launch->directory);
  }
  launch_undo(launch);
  if (container->remove) {
    remove_directory(container->id);
    name_release(container->name, container->id);
  }
}

long keep_remove(struct container *container, int directory) {
  struct launch launch = {
      .container = container, .directory = directory, .overlay_options = "", .attached = true};
  store_path(launch.merged, "containers", container->id, "merged");
  launch_find_groups(&launch);
  launch.unified_group = -1;
  if (!container_has(container, "pid")) {
    launch_kill_groups(&launch);
  }
  launch_undo(&launch);
  long result = remove_directory(container->id);
  name_release(container->name, container->id);
  return result;
}
