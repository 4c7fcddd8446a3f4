/* What attacks and witnesses share: the same frame and event are sent, and listened for. */
#ifndef WITNESS_H
#define WITNESS_H

/* Sends a frame of a type of our own out of every interface; how many, or -1. */
int send_frames(void);

/* Sends a uevent of our own to everybody who listens in this network namespace. */
long send_uevent(void);

#endif
