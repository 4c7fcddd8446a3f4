/* --userns: the container's users are other users of the machine. */
#include "../steps.h"
#include "launch.h"

/*
 * Container ids 0 to 29999 are the machine's 30000 to 59999, and `nobody` is 60000. All of them are
 * ids that this machine has, and none of them owns anything in it.
 */
static const char MAP[] = "0 30000 30000\n65534 60000 1";

int launch_user_map(struct launch *launch, struct tracer *tracer) {
  if (user_write_map(&launch->failure, tracer, launch->pid, "/uid_map", MAP) < 0) {
    return -1;
  }
  return user_write_map(&launch->failure, tracer, launch->pid, "/gid_map", MAP);
}

/* Until now it is an id that its new namespace has no name for. */
int launch_root_identity(struct launch *launch, struct tracer *tracer) {
  return user_become(&launch->failure, tracer, 0, 0, NULL, 0);
}
