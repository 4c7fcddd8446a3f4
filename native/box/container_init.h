#ifndef BOX_CONTAINER_INIT_H
#define BOX_CONTAINER_INIT_H

/* Where --init puts box into a container, and how box knows that it is meant to be PID 1. */
#define CONTAINER_INIT "/dev/box-init"

/* Runs `arguments[1…]` as PID 1 would; the exit code. */
int container_init(int count, char **arguments);

#endif
