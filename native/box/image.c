#include "image.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "../syscalls.h"
#include "../text.h"
#include "message.h"
#include "records.h"
#include "store.h"

/* The machine's own store comes first: what is built here hides what came with the machine. */
static const char *const STORES[] = {"", "shared/"};
#define STORE_COUNT (sizeof(STORES) / sizeof(STORES[0]))

static bool read_image(struct image *image, const char *path) {
  struct records records;
  const char *key;
  const char *value;
  if (!records_open(&records, AT_FDCWD, path)) {
    return false;
  }
  const char *name = image->name;
  *image = (struct image){.id = "", .name = name, .directory = "/", .user = "", .stop_signal = ""};
  const struct {
    const char *key;
    const char **text;
    struct words *words;
  } fields[] = {
      {"image", &image->id, NULL},
      {"workdir", &image->directory, NULL},
      {"user", &image->user, NULL},
      {"stopsignal", &image->stop_signal, NULL},
      {"layer", NULL, &image->layers},
      {"env", NULL, &image->environment},
      {"entrypoint", NULL, &image->entrypoint},
      {"command", NULL, &image->command},
      {"expose", NULL, &image->exposed},
  };
  while (records_next(&records, &key, &value)) {
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
      if (strcmp(key, fields[i].key) != 0) {
        continue;
      }
      if (fields[i].text != NULL) {
        *fields[i].text = value;
      } else {
        words_add(fields[i].words, value);
      }
    }
  }
  return true;
}

/* A reference becomes part of a path, so it has no character that could lead elsewhere. */
static bool is_valid(const char *reference) {
  static const char allowed[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/:";
  size_t length = strlen(reference);
  return length > 0 && length < 256 && strspn(reference, allowed) == length &&
         reference[0] != '/' && reference[0] != '.' && strstr(reference, "/.") == NULL;
}

static bool find_name(const char *reference, struct image *image) {
  const char *slash = strrchr(reference, '/');
  const char *colon = strchr(slash == NULL ? reference : slash, ':');
  char *repository = copy_text(reference);
  const char *tag = colon == NULL ? "latest" : colon + 1;
  if (colon != NULL) {
    repository[colon - reference] = '\0';
  }
  image->name = colon == NULL ? print_text("%s:latest", reference) : reference;
  for (size_t i = 0; i < STORE_COUNT; i++) {
    char path[STORE_PATH_BYTES];
    store_path(path, print_text("%sreferences", STORES[i]), repository, tag);
    if (read_image(image, path)) {
      return true;
    }
  }
  return false;
}

/* Own images by their id, tagged or not. */
static bool find_own_id(const char *digits, struct image *image) {
  char path[STORE_PATH_BYTES];
  bool found = false;
  store_path(path, "images", NULL, NULL);
  DIR *directory = opendir(path);
  for (const struct dirent *entry = directory == NULL ? NULL : readdir(directory);
       entry != NULL && !found; entry = readdir(directory)) {
    if (strncmp(entry->d_name, digits, strlen(digits)) == 0) {
      store_path(path, "images", entry->d_name, NULL);
      found = read_image(image, path);
    }
  }
  if (directory != NULL) {
    closedir(directory);
  }
  return found;
}

/* Shared images have a name always: reads those at any depth below a directory of references. */
static bool find_shared_id(const char *path, const char *digits, struct image *image) {
  bool found = false;
  DIR *directory = opendir(path);
  for (const struct dirent *entry = directory == NULL ? NULL : readdir(directory);
       entry != NULL && !found; entry = readdir(directory)) {
    const char *below = print_text("%s/%s", path, entry->d_name);
    if (entry->d_name[0] == '.') {
      continue;
    }
    found = find_shared_id(below, digits, image) ||
            (read_image(image, below) && strncmp(image->id, digits, strlen(digits)) == 0);
  }
  if (directory != NULL) {
    closedir(directory);
  }
  return found;
}

bool image_find(const char *reference, struct image *image) {
  *image = (struct image){.name = reference};
  if (!is_valid(reference)) {
    return false;
  }
  if (find_name(reference, image)) {
    return true;
  }
  const char *digits = strncmp(reference, "sha256:", 7) == 0 ? reference + 7 : reference;
  if (!store_is_hexadecimal(digits)) {
    return false;
  }
  char path[STORE_PATH_BYTES];
  store_path(path, "shared", "references", NULL);
  image->name = reference;
  return find_own_id(digits, image) || find_shared_id(path, digits, image);
}

const char *image_layer(const char *diff_id) {
  if (!store_is_hexadecimal(diff_id)) {
    return NULL;
  }
  for (size_t i = 0; i < STORE_COUNT; i++) {
    char path[STORE_PATH_BYTES];
    struct stat status;
    store_path(path, print_text("%slayers", STORES[i]), diff_id, NULL);
    if (sys_fstatat(AT_FDCWD, path, &status, 0) == 0) {
      return copy_text(path);
    }
  }
  return NULL;
}
