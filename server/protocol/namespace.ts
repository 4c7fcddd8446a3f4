/** The eight Linux namespace types, spelled as the kernel spells them in `/proc/<pid>/ns`. See namespaces(7). */
export const NAMESPACES = ['user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time'] as const;

export type NamespaceName = (typeof NAMESPACES)[number];
