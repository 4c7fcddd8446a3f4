#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "harness.h"

static struct glassbox_spec spec;
static struct glassbox_sandbox sandbox;

static struct belongings before;

/* One sandbox for all tests: what one leaves behind the next would trip over. The host's mounts are
 * shared here, as systemd leaves them: what the library forgets to take out of a peer group stays
 * in it. */
static void make_sandbox(void) {
  CHECK(unshare(CLONE_NEWNS) == 0);
  CHECK(mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL) == 0);
  before = belongings();
  spec = spec_of(1);
  sandbox = create(&spec);
}

static void end_sandbox(void) {
  destroy(&spec, &sandbox);
  const struct belongings after = belongings();
  check_same(&before, &after);
}

static void passes_the_exit_status_on(void) {
  struct program program;
  CHECK(RUN_INSIDE(&program, &spec, &sandbox, "/bin/probe", "exit", "7") == 7);
  CHECK(RUN_INSIDE(&program, &spec, &sandbox, "/bin/probe", "die", "9") == 137);
  CHECK(RUN_INSIDE(&program, &spec, &sandbox, "/bin/nothing") == 127);
  CHECK(strstr(program.output, "/bin/nothing") != NULL);
}

static void names_a_restarted_terminal_again(void) {
  struct program program;
  for (int i = 0; i < 3; i++) {
    CHECK(RUN_INSIDE(&program, &spec, &sandbox, "/bin/probe", "report") == 0);
    CHECK(strstr(program.output, "terminal: /dev/tty1") != NULL);
  }
}

static void tells_a_new_size(void) {
  struct program program;
  const struct winsize size = {.ws_row = 33, .ws_col = 111};
  START(&program, &spec, &sandbox, "/bin/probe", "resized");
  CHECK(wait_for_output(&program, "ready"));
  CHECK(ioctl(program.terminal, TIOCSWINSZ, &size) == 0);
  CHECK(wait_for_output(&program, "resized: 33 111"));
  CHECK(wait_for_end(&program) == 0);
}

static void interrupts_with_a_key(void) {
  struct program program;
  START(&program, &spec, &sandbox, "/bin/probe", "wait");
  CHECK(wait_for_output(&program, "ready"));
  CHECK(write(program.terminal, "\x03", 1) == 1);
  CHECK(wait_for_end(&program) == 130);
}

static void ends_when_the_terminal_closes(void) {
  struct program program;
  START(&program, &spec, &sandbox, "/bin/probe", "wait");
  CHECK(wait_for_output(&program, "ready"));
  hang_up(&program);
  CHECK(wait_for_end(&program) == 128 + SIGHUP);
}

/* A mount in a peer group of the host's would show on the host what root in a sandbox mounts there.
 */
static void has_no_mount_in_common_with_the_host(void) {
  static char mounts[64 * 1024];
  char path[64];
  struct program program;
  START(&program, &spec, &sandbox, "/bin/probe", "wait");
  CHECK(wait_for_output(&program, "ready"));
  snprintf(path, sizeof path, "/proc/%d/mountinfo", sandbox.pid);
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  CHECK(file >= 0);
  size_t length = 0;
  ssize_t got = 0;
  while ((got = read(file, mounts + length, sizeof mounts - 1 - length)) > 0)
    length += (size_t)got;
  CHECK(got == 0 && length > 0 && length < sizeof mounts - 1);
  mounts[length] = '\0';
  close(file);
  CHECK(strstr(mounts, " /dev/tty1 ") != NULL);
  CHECK(strstr(mounts, " shared:") == NULL);
  CHECK(strstr(mounts, " master:") == NULL);
  CHECK(write(program.terminal, "\x03", 1) == 1);
  CHECK(wait_for_end(&program) == 130);
}

static bool is_alone(void *context) {
  int32_t pid;
  (void)context;
  return pids_of(&spec, &pid, 1) == 1;
}

static void ends_its_shell_when_it_is_killed(void) {
  struct program program;
  START(&program, &spec, &sandbox, "/bin/probe", "wait");
  CHECK(wait_for_output(&program, "ready"));
  kill(program.pid, SIGKILL);
  /* As the warden does when it hears of the end. */
  hang_up(&program);
  CHECK(wait_for_end(&program) == 137);
  CHECK(eventually(is_alone, NULL));
}

static void enters_no_other_process(void) {
  struct program program;
  struct glassbox_sandbox other = sandbox;
  other.pid = getpid();
  CHECK(RUN_INSIDE(&program, &spec, &other, "/bin/probe", "exit", "0") == 126);
  CHECK(strstr(program.output, "can't enter") != NULL);
}

static void works_on_a_broken_machine(void) {
  struct program program;
  CHECK(RUN_INSIDE(&program, &spec, &sandbox, "/bin/probe", "break-dev") == 0);
  CHECK(RUN_INSIDE(&program, &spec, &sandbox, "/bin/probe", "report") == 0);
  CHECK(strstr(program.output, "foreground: 1") != NULL);
}

int main(void) {
  static const struct test tests[] = {
      {"a sandbox to enter is made", make_sandbox},
      {"the exit status of the command is that of enter", passes_the_exit_status_on},
      {"a terminal that is started again has its name again", names_a_restarted_terminal_again},
      {"a new size of the terminal reaches the program", tells_a_new_size},
      {"Ctrl-C interrupts the program", interrupts_with_a_key},
      {"closing the terminal ends the program", ends_when_the_terminal_closes},
      {"the program ends when enter is killed and the terminal is closed",
       ends_its_shell_when_it_is_killed},
      {"no mount of a sandbox is in a peer group of the host's",
       has_no_mount_in_common_with_the_host},
      {"a process that is not the sandbox's is not entered", enters_no_other_process},
      {"a terminal works on a machine whose /dev is broken", works_on_a_broken_machine},
      {"a sandbox that was entered leaves nothing", end_sandbox},
  };
  return RUN(tests);
}
