#ifndef BOX_USER_NAMES_H
#define BOX_USER_NAMES_H

#include <stdint.h>

#include "../glassbox.h"

/*
 * Reads `user[:group]`, numbers or names, with what the container's own /etc/passwd and /etc/group
 * say. "" is root. `groups` has room for GROUPS_MAX.
 */
int user_find(const char *root, const char *words, uint32_t *user, uint32_t *group,
              uint32_t *groups, uint32_t *group_count, const char **home,
              struct glassbox_failure *failure);

#endif
