import type { Language } from '../../server/protocol/identifiers.ts';

type Spelling = { readonly wrong: RegExp; readonly right: string };

/**
 * How the kernel and its manual pages spell their own words, and how we do. Only prose is held against
 * it: code is what it is.
 */
const EVERYWHERE: readonly Spelling[] = [
  { wrong: /\bcgroups[ -]?v([12])\b|\bcgroup-?v([12])\b/gi, right: 'cgroup v$1$2' },
  { wrong: /\b[cC]-?Groups?\b/g, right: 'cgroup' },
  { wrong: /\boverlay[ -]?fs\b/gi, right: 'OverlayFS' },
  { wrong: /\bSecComp\b|\bSECCOMP\b|\b[sS]ec-[cC]omp\b/g, right: 'seccomp' },
  { wrong: /\bpivot[ -]root\b/gi, right: 'pivot_root' },
  { wrong: /\bveth-pair\b|\bvethpair\b/gi, right: 'veth pair' },
  { wrong: /\b(upper|lower|work)[ -]dir\b/gi, right: '$1dir' },
  { wrong: /\bwhite[ -]outs?\b/gi, right: 'whiteout' },
  { wrong: /\bkubernetes\b/g, right: 'Kubernetes' },
  { wrong: /\bdocker\b(?![.\w/-])/g, right: 'Docker' },
  { wrong: /\blinux\b(?![.\w/-])/g, right: 'Linux' },
  { wrong: /\bPosix\b|\bposix\b/g, right: 'POSIX' },
  { wrong: /\bSys-?V\b|\bSystemV\b|\bSystem-V\b|\bsystem v\b/g, right: 'System V' },
  { wrong: /\b(?:run-?C|RunC|Runc)\b/g, right: 'runc' },
  { wrong: /\bContainerD\b/g, right: 'containerd' },
  { wrong: /\bBusybox\b|\bBusy Box\b/g, right: 'BusyBox' },
  { wrong: /\bCtrl ?\+ ?([A-Z])\b|\bCTRL-([A-Z])\b/g, right: 'Ctrl-$1$2' },
];

const IN: Readonly<Record<Language, readonly Spelling[]>> = {
  en: [
    { wrong: /\bname[ -]space(s?)\b/gi, right: 'namespace$1' },
    { wrong: /\bNameSpace(s?)\b/g, right: 'namespace$1' },
    { wrong: /\bpid namespace(s?)\b/g, right: 'PID namespace$1' },
    { wrong: /\buts namespace(s?)\b/g, right: 'UTS namespace$1' },
    { wrong: /\bipc namespace(s?)\b/g, right: 'IPC namespace$1' },
    { wrong: /\bmnt namespace(s?)\b/gi, right: 'mount namespace$1' },
    { wrong: /\bnet namespace(s?)\b/gi, right: 'network namespace$1' },
    { wrong: /\bunion[ -]?fs\b/gi, right: 'union file system' },
    { wrong: /\bcopy on write\b/gi, right: 'copy-on-write' },
    { wrong: /\bfilesystem(s?)\b/gi, right: 'file system$1' },
    { wrong: /\bmountpoint(s?)\b/gi, right: 'mount point$1' },
    { wrong: /\bsyscall(s?)\b/gi, right: 'system call$1' },
    { wrong: /\bhost name(s?)\b/gi, right: 'hostname$1' },
    { wrong: /\bpropogation\b/gi, right: 'propagation' },
    { wrong: /\bcapabilit(?:ys|ites)\b/gi, right: 'capabilities' },
  ],
  zh: [
    { wrong: /名字空间|名称空间|命名空間|名稱空間/g, right: '命名空间' },
    { wrong: /写入时复制|写时拷贝|写入时拷贝/g, right: '写时复制' },
    { wrong: /控制群组|控制群|控制族群/g, right: '控制组' },
    { wrong: /僵死进程|殭屍進程|僵屍进程/g, right: '僵尸进程' },
    { wrong: /系统呼叫|系統呼叫/g, right: '系统调用' },
    { wrong: /档案系统|檔案系統/g, right: '文件系统' },
    { wrong: /联合档案系统|\bunion[ -]?fs\b/gi, right: '联合文件系统' },
    { wrong: /挂接点|装载点/g, right: '挂载点' },
    { wrong: /消息伫列|讯息队列|訊息佇列/g, right: '消息队列' },
    { wrong: /信号灯(?:量|集)?/g, right: '信号量' },
    { wrong: /(?<=[\u4e00-\u9fff]),/g, right: '，' },
    { wrong: /(?<=[\u4e00-\u9fff]);/g, right: '；' },
    { wrong: /(?<=[\u4e00-\u9fff])\?/g, right: '？' },
    { wrong: /(?<=[\u4e00-\u9fff])!/g, right: '！' },
    { wrong: /(?<=[\u4e00-\u9fff])\.(?=\s|$)/g, right: '。' },
  ],
};

export type Misspelling = { readonly word: string; readonly right: string };

/** What a sentence says in code, or a heading for its address. */
const NOT_PROSE = /`[^`]*`|\{#[^}]*\}/g;

/** The words of a sentence that we spell in another way. */
export function misspellings(text: string, language: Language): Misspelling[] {
  const prose = text.replace(NOT_PROSE, ' ');
  return [...EVERYWHERE, ...IN[language]].flatMap(({ wrong, right }) =>
    [...prose.matchAll(wrong)]
      .map((match) => ({
        word: match[0],
        right: right.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? ''),
      }))
      .filter((each) => each.word !== each.right),
  );
}
