#include "network_records.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "network_link.h"

long network_records_open(struct network_records *records, const char *directory) {
  *records = (struct network_records){.directory = -1, .files = -1};
  if (mkdir(directory, 0755) < 0 && errno != EEXIST) {
    return -errno;
  }
  records->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (records->directory < 0) {
    return -errno;
  }
  if (mkdirat(records->directory, "endpoints", 0755) < 0 && errno != EEXIST) {
    return -errno;
  }
  records->files =
      openat(records->directory, "endpoints", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  return records->files < 0 ? -errno : 0;
}

long network_records_lock(const struct network_records *records) {
  while (flock(records->directory, LOCK_EX) < 0) {
    if (errno != EINTR) {
      return -errno;
    }
  }
  return 0;
}

void network_records_close(const struct network_records *records) {
  close_owned(&records->files);
  close_owned(&records->directory);
  free(records->endpoints);
}

void network_complete_endpoint(struct network_endpoint *endpoint) {
  uint8_t mac[6];
  network_mac_of(endpoint->address, mac);
  snprintf(endpoint->mac, sizeof(endpoint->mac), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
           mac[2], mac[3], mac[4], mac[5]);
  endpoint->gateway.s_addr = htonl(NETWORK_GATEWAY);
  endpoint->prefix_length = NETWORK_PREFIX_LENGTH;
}

static void read_port_line(const char *line, struct network_endpoint *endpoint) {
  char protocol[4];
  char address[INET_ADDRSTRLEN];
  struct network_port port = {0};
  if (endpoint->port_count < NETWORK_PORTS_MAX &&
      sscanf(line, "port %3s %15s %hu %hu", protocol, address, &port.machine_port,
             &port.container_port) == 4 &&
      inet_pton(AF_INET, address, &port.address) == 1) {
    port.protocol = strcmp(protocol, "udp") == 0 ? IPPROTO_UDP : IPPROTO_TCP;
    endpoint->ports[endpoint->port_count++] = port;
  }
}

/* A record that was cut short by a crash has no veth yet, and is dropped for that. */
static bool read_record(int files, const char *name, struct network_endpoint *endpoint) {
  char line[160];
  *endpoint = (struct network_endpoint){0};
  if (inet_pton(AF_INET, name, &endpoint->address) != 1) {
    return false;
  }
  int fd = openat(files, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
  if (file == NULL) {
    close_owned(&fd);
    return false;
  }
  while (fgets(line, sizeof(line), file) != NULL) {
    sscanf(line, "id %64[0-9a-f]", endpoint->id);
    sscanf(line, "name %64s", endpoint->name);
    sscanf(line, "interface %15s", endpoint->interface);
    sscanf(line, "relay %d", &endpoint->relay);
    read_port_line(line, endpoint);
  }
  fclose(file);
  network_complete_endpoint(endpoint);
  return true;
}

static int compare_addresses(const void *left, const void *right) {
  const uint32_t a = ntohl(((const struct network_endpoint *)left)->address.s_addr);
  const uint32_t b = ntohl(((const struct network_endpoint *)right)->address.s_addr);
  return a < b ? -1 : a > b;
}

/* Adds to the array, which has room for a power of two of records. */
static long keep(struct network_records *records, const struct network_endpoint *endpoint) {
  if ((records->count & (records->count - 1)) == 0) {
    const size_t room = records->count == 0 ? 1 : 2 * (size_t)records->count;
    struct network_endpoint *grown = realloc(records->endpoints, room * sizeof(*grown));
    if (grown == NULL) {
      return -ENOMEM;
    }
    records->endpoints = grown;
  }
  records->endpoints[records->count++] = *endpoint;
  return 0;
}

static void sort(struct network_records *records) {
  if (records->count > 1) {
    qsort(records->endpoints, records->count, sizeof(*records->endpoints), compare_addresses);
  }
}

long network_records_read(struct network_records *records) {
  struct network_endpoint endpoint;
  int fd = openat(records->files, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *files = fd < 0 ? NULL : fdopendir(fd);
  if (files == NULL) {
    close_owned(&fd);
    return -errno;
  }
  long result = 0;
  for (struct dirent *entry = readdir(files); entry != NULL && result == 0;
       entry = readdir(files)) {
    if (read_record(records->files, entry->d_name, &endpoint)) {
      result = keep(records, &endpoint);
    }
  }
  closedir(files);
  sort(records);
  return result;
}

struct network_endpoint *network_records_find(const struct network_records *records,
                                              const char *id) {
  for (uint32_t i = 0; i < records->count; i++) {
    if (strcmp(records->endpoints[i].id, id) == 0) {
      return &records->endpoints[i];
    }
  }
  return NULL;
}

struct in_addr network_records_free_address(const struct network_records *records) {
  const uint32_t last = NETWORK_GATEWAY | ((1U << NETWORK_PREFIX_LENGTH) - 1);
  uint32_t address = NETWORK_GATEWAY + 1;
  for (uint32_t i = 0; i < records->count; i++) {
    const uint32_t taken = ntohl(records->endpoints[i].address.s_addr);
    if (taken > address) {
      break;
    }
    address = taken == address ? address + 1 : address;
  }
  /* The last one is for broadcasts. */
  return (struct in_addr){address < last ? htonl(address) : 0};
}

static void write_record(FILE *file, const struct network_endpoint *endpoint) {
  fprintf(file, "interface %s\n", endpoint->interface);
  if (endpoint->id[0] != '\0') {
    fprintf(file, "id %s\nname %s\n", endpoint->id, endpoint->name);
  }
  for (uint32_t i = 0; i < endpoint->port_count; i++) {
    const struct network_port *port = &endpoint->ports[i];
    char address[INET_ADDRSTRLEN];
    network_write_address(address, port->address);
    fprintf(file, "port %s %s %hu %hu\n", port->protocol == IPPROTO_UDP ? "udp" : "tcp", address,
            port->machine_port, port->container_port);
  }
  if (endpoint->relay > 0) {
    fprintf(file, "relay %d\n", endpoint->relay);
  }
}

static long write_file(const struct network_records *records,
                       const struct network_endpoint *endpoint) {
  char name[INET_ADDRSTRLEN];
  network_write_address(name, endpoint->address);
  int fd =
      openat(records->files, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
  FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
  if (file == NULL) {
    const int error = errno;
    close_owned(&fd);
    return -error;
  }
  write_record(file, endpoint);
  return fclose(file) != 0 ? -errno : 0;
}

long network_records_add(struct network_records *records, const struct network_endpoint *endpoint) {
  long result = write_file(records, endpoint);
  if (result == 0) {
    result = keep(records, endpoint);
    sort(records);
  }
  return result;
}

long network_records_note_relay(const struct network_records *records,
                                struct network_endpoint *endpoint, int relay) {
  endpoint->relay = relay;
  return write_file(records, endpoint);
}

long network_records_release(const struct network_records *records,
                             struct network_endpoint *endpoint) {
  endpoint->id[0] = '\0';
  endpoint->name[0] = '\0';
  endpoint->port_count = 0;
  endpoint->relay = 0;
  return write_file(records, endpoint);
}

long network_records_remove(struct network_records *records,
                            const struct network_endpoint *endpoint) {
  char name[INET_ADDRSTRLEN];
  const uint32_t index = (uint32_t)(endpoint - records->endpoints);
  network_write_address(name, endpoint->address);
  if (unlinkat(records->files, name, 0) < 0 && errno != ENOENT) {
    return -errno;
  }
  memmove(&records->endpoints[index], &records->endpoints[index + 1],
          (records->count - index - 1) * sizeof(*endpoint));
  records->count--;
  return 0;
}
