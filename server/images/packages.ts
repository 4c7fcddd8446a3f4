/** A package of the base image: what it is there for, and a file that proves it is there. */
export type ImagePackage = {
  readonly package: string;
  readonly proof: string;
  readonly why: string;
};

/**
 * What a learner's machine has beyond the smallest Debian. Every tool that a lesson names is here; bash,
 * coreutils, util-linux (unshare, nsenter, lsns, ipcmk, mount) and e2fsprogs come with Debian itself.
 */
export const IMAGE_PACKAGES: readonly ImagePackage[] = [
  {
    package: 'procps',
    proof: '/usr/bin/ps',
    why: 'ps, top, kill, sysctl: processes, in every lesson',
  },
  { package: 'psmisc', proof: '/usr/bin/pstree', why: 'pstree and killall: who is whose parent' },
  { package: 'hostname', proof: '/usr/bin/hostname', why: 'UTS namespace' },
  {
    package: 'iproute2',
    proof: '/usr/bin/ip',
    why: 'ip netns, veth pairs, bridges: network namespace',
  },
  { package: 'iputils-ping', proof: '/usr/bin/ping', why: 'is the other side there?' },
  {
    package: 'iptables',
    proof: '/usr/sbin/xtables-nft-multi',
    why: 'NAT and published ports as Docker makes them',
  },
  { package: 'nftables', proof: '/usr/sbin/nft', why: 'the same, said the new way' },
  {
    package: 'netcat-openbsd',
    proof: '/usr/bin/nc.openbsd',
    why: 'a server and a client in one line',
  },
  { package: 'curl', proof: '/usr/bin/curl', why: 'asks the web server in a container' },
  {
    package: 'nginx-light',
    proof: '/usr/sbin/nginx',
    why: 'PID 1 of a container that does something',
  },
  { package: 'strace', proof: '/usr/bin/strace', why: 'shows the system calls behind a command' },
  {
    package: 'libcap2-bin',
    proof: '/usr/sbin/capsh',
    why: 'capabilities: capsh, getpcaps, setcap',
  },
  {
    package: 'uidmap',
    proof: '/usr/bin/newuidmap',
    why: 'user namespace: newuidmap and /etc/subuid',
  },
  {
    package: 'attr',
    proof: '/usr/bin/getfattr',
    why: 'overlay: opaque directories are an attribute',
  },
  {
    package: 'busybox-static',
    proof: '/usr/bin/busybox',
    why: 'the root directory of a container made by hand',
  },
  {
    package: 'tcc',
    proof: '/usr/bin/tcc',
    why: 'compiles the clone() programs; a tenth of the size of gcc',
  },
  { package: 'libc6-dev', proof: '/usr/include/sched.h', why: 'headers for the clone() programs' },
  { package: 'bsdextrautils', proof: '/usr/bin/hexdump', why: 'hexdump and column' },
  { package: 'file', proof: '/usr/bin/file', why: 'what kind of file is this?' },
  { package: 'jq', proof: '/usr/bin/jq', why: 'reads the manifests of images' },
  { package: 'tree', proof: '/usr/bin/tree', why: 'shows lower, upper and merged at a glance' },
  { package: 'less', proof: '/usr/bin/less', why: 'pages long output' },
  { package: 'nano', proof: '/usr/bin/nano', why: 'an editor for everybody' },
  { package: 'vim-tiny', proof: '/usr/bin/vim.tiny', why: 'an editor for those who know it' },
  { package: 'tmux', proof: '/usr/bin/tmux', why: 'more shells in one terminal' },
];

/** Without these no machine starts; they come with Debian itself, and prove that the image is whole. */
export const ESSENTIAL_FILES = [
  '/usr/bin/bash',
  '/usr/bin/ls',
  '/usr/bin/mount',
  '/usr/bin/unshare',
  '/usr/bin/nsenter',
  '/etc/passwd',
] as const;
