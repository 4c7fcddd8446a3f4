#include "faults.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "syscalls.h"

#define REQUESTS_MAX 256

struct request {
  char id[GLASSBOX_ID_BYTES];
  enum glassbox_side side;
  uint32_t index;
  int32_t error;
  uint32_t calls;
  int parent;
};

/* The only state of the library, and only in this build: a request comes before the call it is for.
 */
static struct request requests[REQUESTS_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* The child shares the memory and, with it, what is the thread's own. */
static _Thread_local struct request *current __attribute__((tls_model("initial-exec")));

static struct request *find(const char *id) {
  for (size_t i = 0; i < REQUESTS_MAX; i++) {
    if (strcmp(requests[i].id, id) == 0) {
      return &requests[i];
    }
  }
  return NULL;
}

int glassbox_fault(const char *id, enum glassbox_side side, uint32_t index, int32_t error) {
  if (strlen(id) != GLASSBOX_ID_BYTES - 1) {
    return -1;
  }
  pthread_mutex_lock(&lock);
  struct request *request = find(id);
  if (request == NULL) {
    request = find("");
  }
  if (request != NULL) {
    *request = (struct request){.side = side, .index = index, .error = error};
    memcpy(request->id, id, GLASSBOX_ID_BYTES);
  }
  pthread_mutex_unlock(&lock);
  return request == NULL ? -1 : 0;
}

uint32_t glassbox_fault_calls(const char *id) {
  uint32_t calls = 0;
  pthread_mutex_lock(&lock);
  struct request *request = find(id);
  if (request != NULL) {
    calls = request->calls;
    *request = (struct request){0};
  }
  pthread_mutex_unlock(&lock);
  return calls;
}

void faults_begin(const char *id) {
  pthread_mutex_lock(&lock);
  current = find(id);
  pthread_mutex_unlock(&lock);
  if (current != NULL) {
    current->parent = (int)raw_system_call(SYS_getpid, 0, 0, 0, 0, 0, 0);
  }
}

void faults_end(void) {
  current = NULL;
}

/* What no kernel refuses. A close that is not made would leave behind what no real fault leaves. */
static bool can_fail(long number) {
  switch (number) {
  case SYS_close:
  case SYS_close_range:
  case SYS_clock_gettime:
  case SYS_exit_group:
  case SYS_munmap:
  case SYS_rt_sigprocmask:
  case SYS_umask:
    return false;
  default:
    return true;
  }
}

long fault_of(long number) {
  struct request *request = current;
  if (request == NULL || !can_fail(number)) {
    return 0;
  }
  const bool in_child = raw_system_call(SYS_getpid, 0, 0, 0, 0, 0, 0) != request->parent;
  if (in_child != (request->side == GLASSBOX_CHILD)) {
    return 0;
  }
  if (__atomic_fetch_add(&request->calls, 1, __ATOMIC_RELAXED) != request->index) {
    return 0;
  }
  if (request->error == 0 && in_child) {
    raw_system_call(SYS_exit_group, 1, 0, 0, 0, 0, 0);
  }
  return -request->error;
}
