import type { Language } from '../../server/protocol/identifiers.ts';
import type { HueName } from '../_ui/namespace-colour.ts';

/** A lesson of the course as the table of contents has it, written or not. */
export type OutlineEntry = {
  readonly number: number;
  readonly namespace: HueName | null;
  readonly title: Readonly<Record<Language, string>>;
};

export type PartName = 'process' | 'namespaces' | 'cgroups' | 'filesystem' | 'whole';

function entry(number: number, namespace: HueName | null, en: string, zh: string): OutlineEntry {
  return { number, namespace, title: { en, zh } };
}

/** The whole course in its order. A written lesson brings its own title; the others are named from here. */
export const OUTLINE: readonly { part: PartName; entries: readonly OutlineEntry[] }[] = [
  {
    part: 'process',
    entries: [entry(1, null, 'A container is a process', '容器就是进程')],
  },
  {
    part: 'namespaces',
    entries: [
      entry(2, 'pid', 'PID namespace', 'PID 命名空间'),
      entry(3, 'net', 'Network namespace', 'network 命名空间'),
      entry(4, 'mnt', 'Mount namespace', 'mount 命名空间'),
      entry(5, 'uts', 'UTS namespace', 'UTS 命名空间'),
      entry(6, 'ipc', 'IPC namespace', 'IPC 命名空间'),
      entry(7, 'user', 'User namespace', 'user 命名空间'),
      entry(8, 'cgroup', 'Cgroup namespace', 'cgroup 命名空间'),
      entry(9, 'time', 'Time namespace', 'time 命名空间'),
    ],
  },
  {
    part: 'cgroups',
    entries: [
      entry(10, null, 'The seven controllers', '七个控制器'),
      entry(11, null, 'CPU limits', '限制 CPU'),
      entry(12, null, 'Memory limits and the OOM killer', '限制内存与 OOM killer'),
      entry(13, null, 'Block I/O limits', '限制磁盘 I/O'),
      entry(14, null, 'Process, device and network classes', '进程数、设备与网络分类'),
    ],
  },
  {
    part: 'filesystem',
    entries: [
      entry(15, 'overlay', 'OverlayFS: layers and copy-on-write', 'OverlayFS：分层与写时复制'),
      entry(16, 'overlay', 'Whiteouts', 'whiteout 文件'),
      entry(17, 'overlay', 'Image layers: share, build, distribute', '镜像层：共享、构建与分发'),
    ],
  },
  {
    part: 'whole',
    entries: [
      entry(18, null, 'What docker run does', 'docker run 做了什么'),
      entry(19, null, 'Build a container by hand', '亲手造一个容器'),
      entry(20, null, 'Containers and virtual machines', '容器与虚拟机'),
      entry(21, null, 'Capabilities, seccomp, privileged', 'capability、seccomp 与特权容器'),
      entry(22, null, 'Escape room', '逃出密室'),
      entry(23, null, 'Summary and quiz', '总结与测验'),
    ],
  },
];
