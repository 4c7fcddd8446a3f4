#!/bin/bash
# PID 1 of the virtual machine: makes what systemd would have made, runs the tests, and powers off.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
mount --make-rshared /
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs -o mode=755 dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t tmpfs -o mode=755 run /run
mount -t tmpfs tmp /tmp
ln -s /proc/self/fd /dev/fd
for number in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${number%:*}" "/dev/${number#*:}"; done
mount -t cgroup2 -o nsdelegate,memory_recursiveprot cgroup2 /sys/fs/cgroup
# No udev loads these, and a sandbox may not.
modprobe -qa virtio_pci virtio_console virtio_blk overlay loop veth bridge tun nf_tables nft_masq nft_nat nft_compat nft_ct nft_chain_nat \
  xt_MASQUERADE xt_nat xt_addrtype xt_conntrack xt_comment xt_tcpudp iptable_nat iptable_filter ip6table_nat nf_nat
ip link set lo up
hostname machine
ulimit -Sn 1024
ulimit -Hn 524288

# The tests run in a group below /system.slice, as a service does; the controllers are on above it.
cd /sys/fs/cgroup || exit
controllers=$(sed 's/[^ ]*/+&/g' cgroup.controllers)
echo "$controllers" > cgroup.subtree_control
mkdir -p system.slice/tests.service
echo "$controllers" > system.slice/cgroup.subtree_control

# Devices come when they come, and an emulated machine on a busy host is slow.
ports() { cat /sys/class/virtio-ports/*/name 2> /dev/null; }
for _ in {1..1200}; do [ -b /dev/vda ] && [ "$(ports | wc -l)" = 2 ] && break; sleep 0.1; done
for port in /sys/class/virtio-ports/*; do ln -s "/dev/${port##*/}" "/run/$(cat "$port/name")"; done
if mount -t ext4 -o noatime /dev/vda /lab; then
  (
    echo 0 > /sys/fs/cgroup/system.slice/tests.service/cgroup.procs
    cd /lab/glassbox && exec bash /lab/run < /dev/null
  ) > /run/output 2>&1
fi
sync
echo o > /proc/sysrq-trigger
sleep 60
