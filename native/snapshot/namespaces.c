/* The namespaces of a sandbox: see namespaces(7), ioctl_ns(2). */
#include <errno.h>
#include <linux/nsfs.h>
#include <string.h>
#include <sys/utsname.h>

#include "../cgroup_tree.h"
#include "../syscalls.h"
#include "../text.h"
#include "snapshot.h"

struct snapshot_namespace *snapshot_find_namespace(struct snapshot *snapshot, uint64_t inode) {
  for (uint32_t i = 0; i < snapshot->namespace_count; i++) {
    if (snapshot->namespaces[i].inode == inode) {
      return &snapshot->namespaces[i];
    }
  }
  return NULL;
}

/* Inode of the namespace that an ioctl leads to from this one; 0 for none, or none that we may see.
 * Its fd, if `opened` wants it. */
static uint64_t related(int fd, unsigned long request, int *opened) {
  struct stat status;
  int other = (int)system_call(SYS_ioctl, fd, (long)request, 0, 0, 0, 0);
  if (other < 0) {
    return 0;
  }
  long result = sys_fstatat(other, "", &status, AT_EMPTY_PATH);
  if (result == 0 && opened != NULL) {
    *opened = other;
  } else {
    sys_close(other);
  }
  return result == 0 ? status.st_ino : 0;
}

static bool is_own(uint64_t inode, enum namespace_type type) {
  char path[40];
  struct stat status;
  struct text text = TEXT(path);
  text_append(&text, "/proc/thread-self/ns/");
  text_append(&text, NAMESPACE_NAMES[type]);
  return sys_fstatat(AT_FDCWD, path, &status, 0) == 0 && status.st_ino == inode;
}

/* What is above a namespace up to the host's own, which is no part of the sandbox. */
static void note_above(struct snapshot *snapshot, int fd, enum namespace_type type) {
  int owner = -1;
  int parent = -1;
  uint64_t inode = related(fd, NS_GET_USERNS, &owner);
  if (inode != 0 && !is_own(inode, IN_USER)) {
    snapshot_note_namespace(snapshot, IN_USER, owner, -1);
  } else {
    close_owned(&owner);
  }
  if (type != IN_USER && type != IN_PID) {
    return;
  }
  inode = related(fd, NS_GET_PARENT, &parent);
  if (inode != 0 && !is_own(inode, type)) {
    snapshot_note_namespace(snapshot, type, parent, -1);
  } else {
    close_owned(&parent);
  }
}

void snapshot_note_namespace(struct snapshot *snapshot, enum namespace_type type, int fd,
                             int member) {
  struct stat status;
  if (sys_fstatat(fd, "", &status, AT_EMPTY_PATH) < 0) {
    sys_close(fd);
    return;
  }
  struct snapshot_namespace *known = snapshot_find_namespace(snapshot, status.st_ino);
  int copy = member < 0 ? -1 : (int)system_call(SYS_fcntl, member, F_DUPFD_CLOEXEC, 3, 0, 0, 0);
  if (known != NULL) {
    sys_close(fd);
    if (known->member < 0) {
      known->member = copy;
    } else {
      close_owned(&copy);
    }
    return;
  }
  if (snapshot->namespace_count == SNAPSHOT_NAMESPACES_MAX) {
    snapshot->cut |= CUT_NAMESPACES;
    sys_close(fd);
    close_owned(&copy);
    return;
  }
  snapshot->namespaces[snapshot->namespace_count++] =
      (struct snapshot_namespace){.type = type, .inode = status.st_ino, .fd = fd, .member = copy};
  note_above(snapshot, fd, type);
}

static void write_uts(struct snapshot *snapshot, const struct snapshot_namespace *namespace) {
  struct utsname names;
  if (snapshot_enter(snapshot, namespace) < 0) {
    return;
  }
  long result = system_call(SYS_uname, (long)&names, 0, 0, 0, 0, 0);
  snapshot_return(snapshot, IN_UTS);
  if (result == 0) {
    json_key_string(&snapshot->json, "hostname", names.nodename);
    json_key_string(&snapshot->json, "domainname", names.domainname);
  }
}

/* A file of a process as text: maps, offsets, its group's path. */
static void write_text_file(struct snapshot *snapshot, int directory, const char *file,
                            const char *key) {
  char text[4096];
  snapshot_file(directory, file, text, sizeof(text));
  json_key_string(&snapshot->json, key, text);
}

static void write_user(struct snapshot *snapshot, const struct snapshot_namespace *namespace) {
  uint32_t owner;
  if (system_call(SYS_ioctl, namespace->fd, NS_GET_OWNER_UID, (long)&owner, 0, 0, 0) == 0) {
    json_key_integer(&snapshot->json, "ownerUid", owner);
  }
  if (namespace->member >= 0) {
    write_text_file(snapshot, namespace->member, "uid_map", "uidMap");
    write_text_file(snapshot, namespace->member, "gid_map", "gidMap");
    write_text_file(snapshot, namespace->member, "setgroups", "setgroups");
  }
}

/* How a member's groups are called from inside: what is missing at their front is the root. */
static void write_cgroup(struct snapshot *snapshot, const struct snapshot_namespace *namespace) {
  char text[4096];
  if (namespace->member < 0 || snapshot_enter(snapshot, namespace) < 0) {
    return;
  }
  snapshot_file(namespace->member, "cgroup", text, sizeof(text));
  snapshot_return(snapshot, IN_CGROUP);
  json_key_string(&snapshot->json, "memberGroups", text);
}

static void write_content(struct snapshot *snapshot, const struct snapshot_namespace *namespace) {
  switch (namespace->type) {
  case IN_UTS:
    write_uts(snapshot, namespace);
    break;
  case IN_USER:
    write_user(snapshot, namespace);
    break;
  case IN_CGROUP:
    write_cgroup(snapshot, namespace);
    break;
  case IN_TIME:
    if (namespace->member >= 0) {
      write_text_file(snapshot, namespace->member, "timens_offsets", "offsets");
    }
    break;
  case IN_NET:
    if ((snapshot->sections & GLASSBOX_SECTION_NETWORK) != 0) {
      snapshot_network(snapshot, namespace);
    }
    if ((snapshot->sections & GLASSBOX_SECTION_PORTS) != 0) {
      snapshot_ports(snapshot, namespace);
    }
    break;
  case IN_IPC:
    if ((snapshot->sections & GLASSBOX_SECTION_QUEUES) != 0) {
      snapshot_queues(snapshot, namespace);
    }
    break;
  case IN_MNT:
    if ((snapshot->sections & GLASSBOX_SECTION_MOUNTS) != 0) {
      snapshot_mounts(snapshot, namespace);
    }
    break;
  case IN_PID:
    break;
  }
}

static void write_related(struct json *json, const char *key, uint64_t inode) {
  json_key(json, key);
  if (inode == 0) {
    json_null(json);
  } else {
    json_identifier(json, inode);
  }
}

void snapshot_namespaces(struct snapshot *snapshot) {
  struct json *json = &snapshot->json;
  snapshot_open_list(snapshot, "namespaces");
  for (uint32_t i = 0; i < snapshot->namespace_count; i++) {
    const struct snapshot_namespace *namespace = &snapshot->namespaces[i];
    if (snapshot_late(snapshot)) {
      snapshot->cut |= CUT_NAMESPACES;
      break;
    }
    size_t mark = json->length;
    json_open(json, '{');
    json_key_string(json, "type", NAMESPACE_NAMES[namespace->type]);
    json_key_identifier(json, "inode", namespace->inode);
    write_related(json, "owner", related(namespace->fd, NS_GET_USERNS, NULL));
    if (namespace->type == IN_USER || namespace->type == IN_PID) {
      write_related(json, "parent", related(namespace->fd, NS_GET_PARENT, NULL));
    }
    write_content(snapshot, namespace);
    json_close(json, '}');
    snapshot_finish(snapshot, mark, CUT_NAMESPACES);
  }
  snapshot_close_list(snapshot);
}
