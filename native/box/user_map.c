/* --userns: the container's users are other users of the machine. */
#include "../steps.h"
#include "launch.h"
#include "remapped.h"

/*
 * Container ids 0 to 29999 are the machine's 30000 to 59999, and `nobody` is 60000. All of them are
 * ids that this machine has, and none of them owns anything in it.
 */
#define MAP_OF(base, count, nobody) "0 " #base " " #count "\n65534 " #nobody " 1"
static const char MAP[] = MAP_OF(30000, 30000, 60000);
_Static_assert(REMAPPED_BASE == 30000 && REMAPPED_NOBODY == 60000, "the map and the copies agree");

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
