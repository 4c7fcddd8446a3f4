#include "network_hosts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "network.h"

/* Lines are filled up to here with spaces, so that most fit where another one was. */
#define LINE_BYTES 64
#define FILE_BYTES_MAX (1 << 20)

static const char HEAD[] = "127.0.0.1 localhost\n"
                           "::1 localhost ip6-localhost ip6-loopback\n"
                           "172.30.0.1 machine\n";

struct hosts {
  char *bytes;
  size_t size;
};

static long put(int hosts, const char *bytes, size_t size, size_t offset) {
  while (size > 0) {
    ssize_t written = pwrite(hosts, bytes, size, (off_t)offset);
    if (written < 0) {
      return -errno;
    }
    bytes += written;
    offset += (size_t)written;
    size -= (size_t)written;
  }
  return 0;
}

static long read_hosts(int fd, struct hosts *hosts) {
  struct stat status;
  if (fstat(fd, &status) < 0) {
    return -errno;
  }
  if (status.st_size > FILE_BYTES_MAX) {
    return -EFBIG;
  }
  hosts->bytes = malloc((size_t)status.st_size + 1);
  if (hosts->bytes == NULL) {
    return -ENOMEM;
  }
  ssize_t size = pread(fd, hosts->bytes, (size_t)status.st_size, 0);
  if (size < 0) {
    const int error = errno;
    free(hosts->bytes);
    return -error;
  }
  hosts->size = (size_t)size;
  hosts->bytes[size] = '\0';
  return 0;
}

long network_hosts_open(int directory) {
  struct stat status;
  int fd = openat(directory, NETWORK_HOSTS_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (fd < 0) {
    return -errno;
  }
  long result = fstat(fd, &status) < 0 ? -errno : 0;
  if (result == 0 && status.st_size == 0) {
    result = put(fd, HEAD, strlen(HEAD), 0);
  }
  if (result < 0) {
    close(fd);
    return result;
  }
  return fd;
}

static size_t line_length(const struct hosts *hosts, size_t start) {
  const char *end = memchr(hosts->bytes + start, '\n', hosts->size - start);
  return end == NULL ? hosts->size - start : (size_t)(end - hosts->bytes) - start;
}

/* A line that was taken away: `#` and spaces. */
static bool is_vacant(const struct hosts *hosts, size_t start, size_t length) {
  return length >= LINE_BYTES - 1 && hosts->bytes[start] == '#' &&
         strspn(hosts->bytes + start + 1, " ") >= length - 1;
}

static bool has_word(const char *line, size_t length, const char *word) {
  const size_t size = strlen(word);
  for (const char *at = memmem(line, length, word, size); at != NULL;
       at = memmem(at + 1, length - (size_t)(at + 1 - line), word, size)) {
    const bool begins = at > line && strchr(" \t", at[-1]) != NULL;
    const bool ends = at + size == line + length || strchr(" \t", at[size]) != NULL;
    if (begins && ends) {
      return true;
    }
  }
  return false;
}

/* Where a line of this length was taken away, or the end of the file. */
static size_t find_place(const struct hosts *hosts, size_t needed, size_t *length) {
  for (size_t start = 0; start < hosts->size; start += *length + 1) {
    *length = line_length(hosts, start);
    if (*length >= needed && is_vacant(hosts, start, *length)) {
      return start;
    }
  }
  *length = needed;
  return hosts->size;
}

/* The write that makes the line appear. */
static long show(struct tracer *tracer, int fd, const char *bytes, size_t size, size_t offset) {
  const long written =
      TRACED(tracer, pwrite64, NUMBER(fd), BYTES(bytes), NUMBER(size), NUMBER(offset));
  return written < 0 ? written : written == (long)size ? 0 : -EIO;
}

long network_hosts_add(int fd, const char *line, struct tracer *tracer) {
  char filled[512];
  struct hosts hosts;
  size_t length;
  long result = read_hosts(fd, &hosts);
  if (result < 0) {
    return result;
  }
  const size_t needed = strlen(line) > LINE_BYTES - 1 ? strlen(line) : LINE_BYTES - 1;
  const size_t place = find_place(&hosts, needed, &length);
  const bool at_end = place == hosts.size;
  /* Someone's editor may have left the last line open. */
  const char *newline = at_end && place > 0 && hosts.bytes[place - 1] != '\n' ? "\n" : "";
  free(hosts.bytes);
  const int size = snprintf(filled, sizeof(filled), "%s%-*s\n", newline, (int)length, line);
  if (size < 0 || (size_t)size >= sizeof(filled)) {
    return -ENAMETOOLONG;
  }
  if (at_end) {
    return show(tracer, fd, filled, (size_t)size, place);
  }
  result = put(fd, filled + 1, (size_t)size - 1, place + 1);
  return result < 0 ? result : show(tracer, fd, filled, 1, place);
}

static long vacate(int fd, struct hosts *hosts, size_t start, size_t length) {
  long result = put(fd, "#", 1, start);
  hosts->bytes[start] = '#';
  memset(hosts->bytes + start + 1, ' ', length - 1);
  return result < 0 ? result : put(fd, hosts->bytes + start + 1, length - 1, start + 1);
}

/* Vacant lines at the end go for good. */
static long cut(int fd, const struct hosts *hosts, size_t used) {
  return used < hosts->size && ftruncate(fd, (off_t)used) < 0 ? -errno : 0;
}

long network_hosts_remove(int fd, const char *word) {
  struct hosts hosts;
  size_t length;
  size_t used = 0;
  long result = read_hosts(fd, &hosts);
  if (result < 0) {
    return result;
  }
  for (size_t start = 0; start < hosts.size && result == 0; start += length + 1) {
    length = line_length(&hosts, start);
    if (length > 0 && hosts.bytes[start] != '#' && has_word(hosts.bytes + start, length, word)) {
      result = vacate(fd, &hosts, start, length);
    }
    if (!is_vacant(&hosts, start, length)) {
      used = start + length + 1;
    }
  }
  if (result == 0) {
    result = cut(fd, &hosts, used);
  }
  free(hosts.bytes);
  return result;
}
