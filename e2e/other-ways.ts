import type { LessonTerminal } from '../server/protocol/identifiers.ts';

type Line = {
  readonly terminal: LessonTerminal;
  readonly line: string;
  /** Goes on when so many conditions of the task are met: what is true for a moment only has to be seen. */
  readonly until?: number;
};

const machine = (line: string, until?: number): Line => ({
  terminal: 'machine',
  line,
  ...(until === undefined ? {} : { until }),
});
const container = (line: string): Line => ({ terminal: 'container', line });

/** By lesson and step: commands that lead to the same state of the kernel as the lesson's, by another way. */
export const OTHER_WAYS: Readonly<Record<string, Readonly<Record<string, readonly Line[]>>>> = {
  uts: {
    shared: [machine('hostname oops', 1), machine('hostname machine')],
    unshare: [container("unshare -u sh -c 'hostname glass; exec bash'")],
    inherit: [container('setsid sleep 3600 &')],
    enter: [machine('nsenter --uts=/proc/$(pgrep -n sleep)/ns/uts hostname mirror')],
    last: [container('pkill sleep; exit')],
    root: [
      container(
        "setpriv --reuid 65534 --regid 65534 --clear-groups unshare -Ur -u sh -c 'hostname mine; exec sh'",
      ),
    ],
    docker: [container('exit'), machine("unshare -u bash -c 'hostname web-1; sleep 3600; true' &")],
  },
  pid: {
    fork: [container('unshare -pf sh')],
    proc: [machine('unshare -pf --mount-proc tail -f /dev/null &')],
    numbers: [machine("unshare -pf nginx -g 'daemon off;' &")],
    nested: [machine('unshare -pf unshare -pf unshare -pf sleep 1000 &')],
    clone: [
      machine(
        "sed 's/= SIGCHLD/= SIGCHLD | CLONE_NEWPID/' /usr/local/share/glassbox/pid/newpid.c | cc -x c -o newpid - && ./newpid &",
      ),
    ],
    signals: [machine("lsns -t pid -no PID | awk '$1 != 1' | xargs kill -KILL")],
    end: [machine("timeout -s KILL 2 unshare -pf --kill-child sh -c 'sleep 500 & sleep 500'")],
    zombie: [
      machine("unshare -pf sh -c 'sleep 1 & exec sleep 4'", 1),
      machine(
        "cc -o reaper /usr/local/share/glassbox/pid/reaper.c; unshare -pf ./reaper sh -c '(sleep 4 &) ; exec sleep 1000' &",
      ),
    ],
    docker: [
      machine('pkill -KILL sleep'),
      container("unshare -pf --mount-proc ./reaper sh -c 'nginx; exec bash'"),
    ],
  },
};
