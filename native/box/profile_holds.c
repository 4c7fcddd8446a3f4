/* For which containers and machines a profile and each of its rules are meant. */
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "../confine.h"
#include "json_read.h"
#include "message.h"
#include "profile_read.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define NOTES_MAX 12

/* This architecture in the words of libseccomp, and in Docker's. */
#if defined(__x86_64__)
#define ARCHITECTURE "SCMP_ARCH_X86_64"
#define DOCKER_ARCHITECTURE "amd64"
#else
#define ARCHITECTURE "SCMP_ARCH_AARCH64"
#define DOCKER_ARCHITECTURE "arm64"
#endif

static const char *const ARCHITECTURES[] = {
    "SCMP_ARCH_X86",     "SCMP_ARCH_X86_64",   "SCMP_ARCH_X32",         "SCMP_ARCH_ARM",
    "SCMP_ARCH_AARCH64", "SCMP_ARCH_MIPS",     "SCMP_ARCH_MIPS64",      "SCMP_ARCH_MIPS64N32",
    "SCMP_ARCH_MIPSEL",  "SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PPC",
    "SCMP_ARCH_PPC64",   "SCMP_ARCH_PPC64LE",  "SCMP_ARCH_S390",        "SCMP_ARCH_S390X",
    "SCMP_ARCH_PARISC",  "SCMP_ARCH_PARISC64", "SCMP_ARCH_RISCV64",     "SCMP_ARCH_LOONGARCH64",
    "SCMP_ARCH_M68K",    "SCMP_ARCH_SH",       "SCMP_ARCH_SHEB",
};

const struct flag_name PROFILE_FLAGS[] = {
    {SECCOMP_FILTER_FLAG_LOG, "SECCOMP_FILTER_FLAG_LOG"},
    {SECCOMP_FILTER_FLAG_SPEC_ALLOW, "SECCOMP_FILTER_FLAG_SPEC_ALLOW"},
    {0, NULL},
};

struct profile_host profile_host(uint64_t capabilities) {
  struct profile_host host = {.capabilities = capabilities};
  struct utsname names;
  if (uname(&names) == 0) {
    char *end = names.release;
    host.kernel_major = (unsigned)strtoul(end, &end, 10);
    host.kernel_minor = *end == '.' ? (unsigned)strtoul(end + 1, NULL, 10) : 0;
  }
  return host;
}

static bool lists(const struct json *list, const char *word) {
  for (const struct json *text = list->first; text != NULL; text = text->next) {
    if (strcmp(text->text, word) == 0) {
      return true;
    }
  }
  return false;
}

/* A name that is none is a capability that no container has, as with Docker. */
static bool has_capability(struct profile_reader *reader, const char *name) {
  for (const struct flag_name *row = CAPABILITIES; row->name != NULL; row++) {
    if (strcmp(row->name, name) == 0) {
      return (reader->host->capabilities >> row->value & 1) != 0;
    }
  }
  if (reader->profile->notes.count < NOTES_MAX) {
    char word[128];
    struct text text = TEXT(word);
    text_quoted(&text, name, strnlen(name, 32));
    words_add(&reader->profile->notes,
              print_text("%s is no capability that is known here: no container has it.", word));
  }
  return false;
}

/* "4.8" */
static bool read_kernel(const char *text, unsigned long *major, unsigned long *minor) {
  static const char digits[] = "0123456789";
  size_t length = strspn(text, digits);
  if (length == 0 || length > 5 || text[length] != '.') {
    return false;
  }
  const char *second = text + length + 1;
  *major = strtoul(text, NULL, 10);
  *minor = strtoul(second, NULL, 10);
  length = strspn(second, digits);
  return length > 0 && length <= 5 && second[length] == '\0';
}

struct conditions {
  const struct json *architectures;
  const struct json *capabilities;
  const struct json *kernel;
  /* Whether this kernel is that one or a newer one. */
  bool is_new_enough;
};

static bool read_conditions(struct profile_reader *reader, const struct json *rule,
                            const char *name, struct conditions *conditions) {
  const struct json *object;
  unsigned long major;
  unsigned long minor;
  *conditions = (struct conditions){0};
  if (!profile_member(reader, rule, name, JSON_OBJECT, &object) || object == NULL) {
    return object == NULL;
  }
  if (!profile_texts(reader, object, "arches", &conditions->architectures) ||
      !profile_texts(reader, object, "caps", &conditions->capabilities) ||
      !profile_member(reader, object, "minKernel", JSON_TEXT, &conditions->kernel)) {
    return false;
  }
  if (conditions->kernel != NULL) {
    const char *text = conditions->kernel->text;
    if (!read_kernel(text, &major, &minor)) {
      return profile_wrong(reader, conditions->kernel, "\"minKernel\": ", text,
                           " is no version of a kernel, such as \"4.8\"");
    }
    const struct profile_host *host = reader->host;
    conditions->is_new_enough =
        host->kernel_major > major || (host->kernel_major == major && host->kernel_minor >= minor);
  }
  return true;
}

/* All that is included must be so; nothing that is excluded may be. An empty list says nothing. */
bool profile_rule_holds(struct profile_reader *reader, const struct json *rule, bool *holds) {
  struct conditions included;
  struct conditions excluded;
  if (!read_conditions(reader, rule, "includes", &included) ||
      !read_conditions(reader, rule, "excludes", &excluded)) {
    return false;
  }
  *holds =
      (included.architectures == NULL || included.architectures->first == NULL ||
       lists(included.architectures, DOCKER_ARCHITECTURE)) &&
      (included.kernel == NULL || included.is_new_enough) &&
      (excluded.architectures == NULL || !lists(excluded.architectures, DOCKER_ARCHITECTURE)) &&
      (excluded.kernel == NULL || !excluded.is_new_enough);
  const struct json *first = included.capabilities == NULL ? NULL : included.capabilities->first;
  for (const struct json *name = first; name != NULL; name = name->next) {
    *holds = has_capability(reader, name->text) && *holds;
  }
  first = excluded.capabilities == NULL ? NULL : excluded.capabilities->first;
  for (const struct json *name = first; name != NULL; name = name->next) {
    *holds = !has_capability(reader, name->text) && *holds;
  }
  return true;
}

static bool is_architecture(struct profile_reader *reader, const struct json *name) {
  for (size_t i = 0; i < LENGTH(ARCHITECTURES); i++) {
    if (strcmp(ARCHITECTURES[i], name->text) == 0) {
      return true;
    }
  }
  return profile_wrong(reader, name, "", name->text,
                       " is no architecture; this machine's is " ARCHITECTURE);
}

static bool read_architecture_map(struct profile_reader *reader, const struct json *map) {
  for (const struct json *entry = map->first; entry != NULL; entry = entry->next) {
    const struct json *name;
    const struct json *others;
    if (entry->kind != JSON_OBJECT) {
      return profile_wrong(reader, entry, "", "archMap", " must be a list of objects");
    }
    if (!profile_member(reader, entry, "architecture", JSON_TEXT, &name) ||
        !profile_texts(reader, entry, "subArchitectures", &others) ||
        (name != NULL && !is_architecture(reader, name))) {
      return false;
    }
    reader->calls->young_are_unknown |= name != NULL && strcmp(name->text, ARCHITECTURE) == 0;
  }
  return true;
}

/*
 * Calls of other architectures are killed whatever a profile says of them, by the machine's filter
 * as well. As with runc, it is a profile that names its architectures to which young calls are
 * unknown.
 */
bool profile_read_architectures(struct profile_reader *reader, const struct json *root) {
  const struct json *names;
  const struct json *map;
  if (!profile_texts(reader, root, "architectures", &names) ||
      !profile_member(reader, root, "archMap", JSON_LIST, &map)) {
    return false;
  }
  if (names != NULL && names->first != NULL && map != NULL && map->first != NULL) {
    return profile_wrong(reader, map, "", "archMap", " and \"architectures\" can't both be there");
  }
  for (const struct json *name = names == NULL ? NULL : names->first; name != NULL;
       name = name->next) {
    if (!is_architecture(reader, name)) {
      return false;
    }
  }
  reader->calls->young_are_unknown = names != NULL && lists(names, ARCHITECTURE);
  return map == NULL || read_architecture_map(reader, map);
}

bool profile_read_flags(struct profile_reader *reader, const struct json *root) {
  const struct json *flags;
  if (!profile_texts(reader, root, "flags", &flags)) {
    return false;
  }
  for (const struct json *flag = flags == NULL ? NULL : flags->first; flag != NULL;
       flag = flag->next) {
    const struct flag_name *row = PROFILE_FLAGS;
    while (row->name != NULL && strcmp(row->name, flag->text) != 0) {
      row++;
    }
    /* This one is about other threads, and a program that begins has none. */
    if (row->name == NULL && strcmp(flag->text, "SECCOMP_FILTER_FLAG_TSYNC") != 0) {
      return profile_wrong(reader, flag, "", flag->text,
                           " is no flag that a filter can have here; SECCOMP_FILTER_FLAG_LOG is");
    }
    reader->profile->flags |= row->value;
  }
  return true;
}
