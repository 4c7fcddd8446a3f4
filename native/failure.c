#include "failure.h"

#include <errno.h>
#include <string.h>

#include "text.h"

/*
 * The kernel has few errnos for many troubles, and some of them mislead. First the meaning in a
 * certain step, then what an errno means anywhere.
 */
static const struct {
  const char *step;
  int error;
  const char *hint;
} HINTS[] = {
    {"spec", EINVAL, "The request for this sandbox is not valid; this is a bug of the caller."},
    {"spec", ENOMEM, "A sandbox needs at least 32 MiB of memory: raise its limit."},
    {"cgroup", EEXIST, "A sandbox of this id has control groups already: destroy it first."},
    {"cgroup", ENOENT,
     "The lab's control group or one of its files is gone, or the kernel lacks this controller."},
    {"cgroup", EBUSY,
     "Processes in this group keep its controllers from being enabled below it: move them to a "
     "group of their own."},
    {"cgroup", ENOSPC, "The kernel has no room for more control groups, or cpuset.cpus is empty."},
    {"cgroup", EROFS, "The cgroup file system is read-only here: run Glassbox on the host itself."},
    {"clone", ENOSPC,
     "A limit on namespaces is reached, not a disk: raise user.max_user_namespaces and the other "
     "user.max_*_namespaces sysctls."},
    {"clone", EUSERS, "Namespaces are nested too deeply: run Glassbox on the host itself."},
    {"clone", EPERM,
     "This kernel keeps root from making user namespaces: check kernel.unprivileged_userns_clone, "
     "user.max_user_namespaces and AppArmor or SELinux."},
    {"clone", ENOSYS, "This kernel has no clone3: Glassbox needs Linux 5.19 or newer."},
    {"clone", EAGAIN, "The limit on processes is reached: raise kernel.pid_max or pids.max."},
    {"user", EPERM, "The id range could not be mapped: Glassbox needs CAP_SETUID and CAP_SETGID."},
    {"layers", EINVAL,
     "The file system that holds this layer does not support idmapped mounts: keep the data "
     "directory on ext4, xfs, btrfs or tmpfs, with Linux 5.19 or newer."},
    {"layers", ENOENT, "This layer is missing: build the base image and the native library again."},
    {"attachments", EINVAL,
     "The file system that holds this directory does not support idmapped mounts: keep the data "
     "directory on ext4, xfs, btrfs or tmpfs, with Linux 5.19 or newer."},
    {"attachments", ENOENT, "This directory of the host is missing."},
    {"disk", ENOENT,
     "This host has no loop devices, or mkfs.ext4 was missing when the lab started: load the "
     "module "
     "'loop', install e2fsprogs."},
    {"disk", ENXIO, "This host has no loop devices: load the module 'loop'."},
    {"disk", ENODEV, "This kernel has no ext4: load the module 'ext4'."},
    {"disk", ENOSPC, "The data directory's file system is nearly full: make room there."},
    {"disk", EOPNOTSUPP,
     "The file system of the data directory can't hold disks: keep it on ext4, xfs or btrfs."},
    {"disk", EINVAL,
     "The file system of the data directory can't hold disks: keep it on ext4, xfs or btrfs."},
    {"device", ENOENT,
     "This host has no devices controller, and no cgroup2 that could do its work."},
    {"device", EPERM, "This kernel refuses programs of BPF to the host's root: see lockdown."},
    {"net_cls", EOPNOTSUPP,
     "Only control groups of version 1 have this controller, and this host has version 2."},
    {"net_cls", ENODEV, "This kernel has no net_cls: it needs CONFIG_CGROUP_NET_CLASSID."},
    {"net_cls", EINVAL, "This kernel has no net_cls: it needs CONFIG_CGROUP_NET_CLASSID."},
    {"netfilter", EPROTONOSUPPORT,
     "This kernel has no netfilter: load the modules 'nfnetlink' and 'nf_tables'."},
    {"overlay", EINVAL,
     "The kernel refused the overlay: it needs Linux 5.19 or newer, with overlayfs."},
    {"overlay", ENODEV, "This kernel has no overlayfs: load the module 'overlay'."},
    {"proc", EPERM,
     "The host's /proc is not fully visible, as in a container: run Glassbox on the host itself."},
    {"sys", EPERM,
     "The host's /sys is not fully visible, as in a container: run Glassbox on the host itself."},
    {"root", EINVAL, "The host's root is an initramfs or not a mount point: pivot_root needs one."},
    {"time", EINVAL, "This kernel has no time namespaces: it needs CONFIG_TIME_NS."},
    {"exec", ENOENT, "No layer has /sbin/init, or its directory tree is broken: build them again."},
    {"exec", ECHILD, "PID 1 ended at once: its program is broken, build the native library again."},
    {"seccomp", EINVAL, "This kernel has no seccomp filters: it needs CONFIG_SECCOMP_FILTER."},
    {"destroy", ETIMEDOUT,
     "Processes of this sandbox do not end although they were killed: look at their state in ps."},
    {"destroy", EBUSY, "A control group still counts a process that cannot be found: try again."},
    {NULL, ENOSPC, "A kernel limit is reached; for mounts it is fs.mount-max."},
    {NULL, ENOMEM, "The host is short of memory: end some sandboxes."},
    {NULL, EMFILE, "Too many open files in the warden: raise its RLIMIT_NOFILE."},
    {NULL, ENFILE, "Too many open files on the host: raise fs.file-max."},
    {NULL, EPERM, "Glassbox must run as root of the host, with all capabilities."},
    {NULL, EACCES, "Glassbox must run as root of the host, with all capabilities."},
    {NULL, ENOSYS, "This kernel is too old: Glassbox needs Linux 5.19 or newer."},
    {NULL, ENOENT, "It does not exist."},
    {NULL, EINVAL, "The kernel did not accept the value."},
};

static const char *hint_for(const char *step, int error) {
  for (size_t i = 0; i < sizeof(HINTS) / sizeof(HINTS[0]); i++) {
    bool here = HINTS[i].step == NULL || strcmp(HINTS[i].step, step) == 0;
    if (here && HINTS[i].error == error) {
      return HINTS[i].hint;
    }
  }
  return "Its manual page explains this error.";
}

int fail(struct glassbox_failure *failure, const char *step, const char *object, long error) {
  const char *name = strerrorname_np((int)-error);
  text_join(failure->step, sizeof(failure->step), step, "", "");
  text_join(failure->object, sizeof(failure->object), object, "", "");
  text_join(failure->error, sizeof(failure->error), name == NULL ? "EUNKNOWN" : name, "", "");
  text_join(failure->hint, sizeof(failure->hint), hint_for(step, (int)-error), "", "");
  return -1;
}
