/* Images, as far as running them needs: the text that references are, and unpacked layers. */
#ifndef BOX_IMAGE_H
#define BOX_IMAGE_H

#include <stdbool.h>

#include "words.h"

struct image {
  /* Digest of its configuration, which is its id. */
  const char *id;
  /* As it was asked for, with its tag. */
  const char *name;
  /* Diff ids, base first. */
  struct words layers;
  struct words environment;
  struct words entrypoint;
  struct words command;
  struct words exposed;
  const char *directory;
  const char *user;
  const char *stop_signal;
};

/* Finds `name[:tag]` or an id's beginning, in the machine's own store, then in the shared one. */
bool image_find(const char *reference, struct image *image);

/* The directory of an unpacked layer, or NULL. */
const char *image_layer(const char *diff_id);

#endif
