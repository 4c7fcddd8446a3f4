/* Who is attached: for `box ps` and `box inspect`. */
#include <errno.h>

#include "../failure.h"
#include "network_link.h"
#include "network_records.h"

/* Records of attached containers, without a lock: each is whole or its veth is not there yet. */
static int read_attached(struct network_records *records, const char *directory,
                         struct glassbox_failure *failure) {
  struct tracer silent = {0};
  OWNED_NETLINK netlink = {.socket = -1};
  long result = network_records_open(records, directory);
  if (result == 0) {
    result = network_records_read(records);
  }
  if (result == 0) {
    result = netlink_open(&netlink, &silent);
  }
  if (result < 0) {
    return fail(failure, "net", directory, result);
  }
  uint32_t attached = 0;
  for (uint32_t i = 0; i < records->count; i++) {
    if (records->endpoints[i].id[0] != '\0' &&
        netlink_interface_index(&netlink, records->endpoints[i].interface) != -ENODEV) {
      records->endpoints[attached++] = records->endpoints[i];
    }
  }
  records->count = attached;
  return 0;
}

int network_find(const char *directory, const char *id, struct network_endpoint *endpoint,
                 bool *found, struct glassbox_failure *failure) {
  OWNED_RECORDS records = {0};
  if (read_attached(&records, directory, failure) < 0) {
    return -1;
  }
  const struct network_endpoint *record = network_records_find(&records, id);
  *found = record != NULL;
  if (*found) {
    *endpoint = *record;
  }
  return 0;
}

int network_list(const char *directory, struct network_endpoint *endpoints, uint32_t capacity,
                 uint32_t *count, struct glassbox_failure *failure) {
  OWNED_RECORDS records = {0};
  if (read_attached(&records, directory, failure) < 0) {
    return -1;
  }
  *count = records.count < capacity ? records.count : capacity;
  for (uint32_t i = 0; i < *count; i++) {
    endpoints[i] = records.endpoints[i];
  }
  return 0;
}
