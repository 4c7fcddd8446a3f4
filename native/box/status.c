#include "status.h"

#include <string.h>

#include "../syscalls.h"
#include "freezer.h"
#include "message.h"
#include "store.h"

const char *status_word(const struct container *container) {
  if (container_is_running(container)) {
    return freezer_is_frozen(container) ? "paused" : "running";
  }
  return strcmp(container->status, "created") == 0 ? "created" : "exited";
}

long long status_exit_code(const struct container *container) {
  bool seen = strcmp(container->status, "running") != 0;
  return seen ? container->exit_code : 255;
}

const char *status_duration(long long since_ns) {
  const long long seconds = (store_now() - since_ns) / NANOSECONDS;
  const long long minutes = seconds / 60;
  const long long hours = (minutes + 30) / 60;
  if (seconds < 1) {
    return "Less than a second";
  }
  if (seconds < 60) {
    return seconds == 1 ? "1 second" : print_text("%lld seconds", seconds);
  }
  if (minutes < 60) {
    return minutes == 1 ? "About a minute" : print_text("%lld minutes", minutes);
  }
  if (hours < 48) {
    return hours == 1 ? "About an hour" : print_text("%lld hours", hours);
  }
  return print_text("%lld days", hours / 24);
}

const char *status_sentence(const struct container *container) {
  const char *word = status_word(container);
  if (strcmp(word, "created") == 0) {
    return "Created";
  }
  if (strcmp(word, "exited") == 0) {
    /* Nobody saw the end of one whose monitor was killed. */
    return container->finished_ns == 0
               ? print_text("Exited (%lld)", status_exit_code(container))
               : print_text("Exited (%lld) %s ago", status_exit_code(container),
                            status_duration(container->finished_ns));
  }
  return print_text("Up %s%s", status_duration(container->started_ns),
                    strcmp(word, "paused") == 0 ? " (Paused)" : "");
}
