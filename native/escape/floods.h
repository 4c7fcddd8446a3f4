/* Floods: each function takes one more of a thing, and gives -1 and errno when there is no more. */
#ifndef FLOODS_H
#define FLOODS_H

/* What is written where it does not matter what. */
#define CHUNK (1 << 20)
extern char chunk[CHUNK];

/* In floods_sockets.c: each socket with all that it may hold back. */
int unix_socket(void);
int udp_socket(void);
int tcp_socket(void);
int netlink_socket(void);
int packet_ring(void);

/* In floods_namespaces.c: each held by a descriptor. */
int uts_namespace(void);
int ipc_namespace(void);
int net_namespace(void);
int mount_namespace(void);
int cgroup_namespace(void);
int time_namespace(void);
int pid_namespace(void);
int user_namespace(void);

#endif
