#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "harness.h"

/* A directory of the host with a file of root's, and a whiteout, as an image's layer has them. */
struct directory {
  char path[64];
  char file[80];
  char whiteout[80];
};

static struct directory make_directory(void) {
  struct directory directory = {.path = "/tmp/glassbox-attach-XXXXXX"};
  CHECK(mkdtemp(directory.path) != NULL);
  CHECK(chmod(directory.path, 0755) == 0);
  snprintf(directory.file, sizeof(directory.file), "%s/file", directory.path);
  snprintf(directory.whiteout, sizeof(directory.whiteout), "%s/gone", directory.path);
  int fd = open(directory.file, O_CREAT | O_WRONLY, 0644);
  CHECK(write(fd, "of the host\n", 12) == 12);
  close(fd);
  CHECK(mknod(directory.whiteout, S_IFCHR, makedev(0, 0)) == 0);
  return directory;
}

static void remove_directory(const struct directory *directory) {
  unlink(directory->file);
  unlink(directory->whiteout);
  CHECK(rmdir(directory->path) == 0);
}

static void attaches_read_only(void) {
  static const char *const facts[] = {
      "stat: ok",
      "owner: 0 0 mode: 644",
      "/srv/one/file: of the host",
      "write: EROFS",
      "make: EROFS",
      "shared: ok",
      "remount: EPERM",
      "remount with devices: EPERM",
      "mount_setattr: EPERM",
      "mount_setattr of a copy: EPERM",
      "write after all: EROFS",
      "overlay: ok",
      "write above: ok",
      "whiteout: ENOENT",
  };
  struct directory directory = make_directory();
  const struct glassbox_attachment attachments[] = {
      {directory.path, "/srv/one"},
      {directory.path, "/var/lib/box/shared"},
  };
  struct glassbox_spec spec = spec_of(1);
  spec.attachments = attachments;
  spec.attachment_count = 2;
  const struct belongings before = belongings();
  const struct glassbox_sandbox sandbox = create(&spec);
  struct program program;
  CHECK(RUN_INSIDE(&program, &spec, &sandbox, "/bin/probe", "attached") == 0);
  check_facts(&program, facts, sizeof(facts) / sizeof(facts[0]));
  destroy(&spec, &sandbox);
  const struct belongings after = belongings();
  check_same(&before, &after);
  remove_directory(&directory);
}

/* On most hosts every mount is shared: what the host mounts later must not come along. */
static void takes_no_part_in_what_the_host_mounts(void) {
  struct directory directory = make_directory();
  char inner[96];
  char seen[96];
  snprintf(inner, sizeof(inner), "%s/inner", directory.path);
  CHECK(mount("host", directory.path, "tmpfs", 0, "mode=0755") == 0);
  CHECK(mount(NULL, directory.path, NULL, MS_SHARED, NULL) == 0);
  CHECK(mkdir(inner, 0755) == 0);
  const struct glassbox_attachment attachment = {directory.path, "/srv/one"};
  struct glassbox_spec spec = spec_of(1);
  spec.attachments = &attachment;
  spec.attachment_count = 1;
  const struct glassbox_sandbox sandbox = create(&spec);
  CHECK(mount("later", inner, "tmpfs", 0, "mode=0755") == 0);
  snprintf(seen, sizeof(seen), "/proc/%d/mountinfo", sandbox.pid);
  FILE *mounts = fopen(seen, "r");
  CHECK(mounts != NULL);
  char line[1024];
  bool attached = false;
  while (mounts != NULL && fgets(line, sizeof(line), mounts) != NULL) {
    CHECK(strstr(line, " /srv/one/inner ") == NULL);
    CHECK(strstr(line, " shared:") == NULL && strstr(line, " master:") == NULL);
    attached = attached || strstr(line, " /srv/one ") != NULL;
  }
  CHECK(attached);
  if (mounts != NULL) {
    fclose(mounts);
  }
  CHECK(umount2(inner, 0) == 0);
  destroy(&spec, &sandbox);
  CHECK(umount2(directory.path, 0) == 0);
  remove_directory(&directory);
}

/* The failure of a creation with one attachment. */
static struct glassbox_failure refusal(const char *directory, const char *target) {
  const struct glassbox_attachment attachment = {directory, target};
  struct glassbox_trace *trace = malloc(sizeof(*trace));
  struct glassbox_failure failure = {0};
  struct glassbox_sandbox sandbox;
  struct glassbox_spec spec = spec_of(1);
  spec.attachments = &attachment;
  spec.attachment_count = 1;
  CHECK(glassbox_create(&spec, &sandbox, trace, &failure) < 0);
  free(trace);
  return failure;
}

static void refuses_what_cannot_be_attached(void) {
  static const char *const targets[] = {"", "srv", "/", "/srv/", "/srv//one", "/srv/../root", "/."};
  const struct belongings before = belongings();
  for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
    const struct glassbox_failure failure = refusal("/tmp", targets[i]);
    CHECK(strcmp(failure.step, "spec") == 0 && strcmp(failure.error, "EINVAL") == 0);
  }
  struct glassbox_failure failure = refusal("/no/such/directory", "/srv");
  CHECK(strcmp(failure.step, "attachments") == 0);
  CHECK(strcmp(failure.object, "/no/such/directory") == 0);
  CHECK(strcmp(failure.error, "ENOENT") == 0);
  /* A file of the image is in the way. */
  failure = refusal("/tmp", "/bin/probe/below");
  CHECK(strcmp(failure.object, "/bin/probe/below") == 0 && strcmp(failure.error, "ENOTDIR") == 0);
  const struct belongings after = belongings();
  check_same(&before, &after);
}

int main(void) {
  static const struct test tests[] = {
      {"an attached directory belongs to root, and stays read-only whatever root does",
       attaches_read_only},
      {"an attached directory takes no part in what the host mounts",
       takes_no_part_in_what_the_host_mounts},
      {"what can't be attached is refused, and leaves nothing", refuses_what_cannot_be_attached},
  };
  return RUN(tests);
}
