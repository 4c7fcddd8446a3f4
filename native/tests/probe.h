/* The program of a test sandbox: what it can be asked to try, see probe_attempts.c. */
#ifndef PROBE_H
#define PROBE_H

int calls(void);
int netfilter(void);
int nest(void);
int attached(void);
int disk(void);
int devices(void);
int net_cls(void);
int groups(void);

/* Prints a file, each line with its path. */
void report_file(const char *path);

#endif
