/* The network of containers, in a sandbox: what network_probe does there, and what it must see. */
#include <stdio.h>
#include <string.h>

#include "harness.h"

static void run_scene(struct program *program, char *scene) {
  struct glassbox_spec spec = spec_of(1);
  const struct glassbox_sandbox sandbox = create(&spec);
  CHECK(RUN_INSIDE(program, &spec, &sandbox, "/bin/network_probe", scene) == 0);
  destroy(&spec, &sandbox);
}

static void expect(const struct program *program, const char *const *facts, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (strstr(program->output, facts[i]) == NULL) {
      printf("# no \"%s\" in: %s\n", facts[i], program->output);
      CHECK(!"the probe sees what it should");
    }
  }
}

#define EXPECT(program, ...)                                                                       \
  expect((program), (const char *const[]){__VA_ARGS__},                                            \
         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static size_t count_of(const char *text, const char *part) {
  size_t count = 0;
  for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part)) {
    count++;
  }
  return count;
}

static void joins_two(void) {
  struct program program;
  run_scene(&program, "pair");
  EXPECT(&program, "explained: The first container: make a bridge", "explained: Make two network",
         "web: 172.30.0.2 02:42:ac:1e:00:02 vethabc0001",
         "db: 172.30.0.3 02:42:ac:1e:00:03 vethabc0002", "web asks db: db 5", "db asks web: web 5",
         "web asks lo: web 5", "machine asks web: web 5",
         "/tmp/network/hosts: \"127.0.0.1 localhost\"",
         "/tmp/network/hosts: \"172.30.0.2 web abc000100000\"",
         "/tmp/network/hosts: \"172.30.0.3 db abc000200000\"", "/tmp/network/hosts: \"#\"",
         "veth left: 0");
  /* The bridge is made once; a name goes with its container. */
  CHECK(count_of(program.output, "make a bridge") == 1);
  CHECK(count_of(program.output, "\"172.30.0.2 web") == 1);
  CHECK(count_of(program.output, "\"172.30.0.3 db") == 2);
}

static void publishes_ports(void) {
  struct program program;
  run_scene(&program, "publish");
  EXPECT(&program, "port: 0.0.0.0:8080->80/tcp", "port: 127.0.0.1:5353->80/udp",
         "nobody there: nothing", "relayed: web 5", "at the bridge: web 5",
         "at the kernel's choice: web 5", "much: web 10485760", "datagram: web 5",
         "another client's: web 5",
         "taken: publish: Bind for 0.0.0.0:8080 failed: port is already allocated: EADDRINUSE",
         "not attached: 1", "free again");
}

static void gives_each_an_address(void) {
  struct program program;
  char line[48];
  run_scene(&program, "crowd");
  CHECK(count_of(program.output, "attached: 0") == 10);
  for (unsigned i = 0; i < 10; i++) {
    snprintf(line, sizeof(line), "listed %u: 172.30.0.%u", i, i + 2);
    CHECK(strstr(program.output, line) != NULL);
  }
  /* All have gone, and the file is as it was. */
  EXPECT(&program, "172.30.0.1 machine");
  CHECK(strstr(program.output, "/hosts: \"172.30.0.2") == NULL);
  CHECK(strstr(program.output, "\"#\"") == NULL);
}

static void clears_up_after_a_crash(void) {
  struct program program;
  run_scene(&program, "crash");
  EXPECT(&program, "found: 0", "next: 172.30.0.2", "\"172.30.0.2 next abc000200000\"");
  CHECK(strstr(program.output, "lost") == NULL);
}

static void reads_ports_as_docker_does(void) {
  struct program program;
  run_scene(&program, "wrong-ports");
  EXPECT(&program, "-p abc: invalid containerPort: abc", "-p 0: invalid containerPort: 0",
         "-p 80/sctp: invalid proto: sctp", "-p 70000:80: invalid hostPort: 70000",
         "-p 1.2.3:80:80: invalid IP address: 1.2.3", "-p 8080:: no port specified: 8080:",
         "-p : no port specified: ", "-p 80:80:80:80: invalid IP address: 80:80",
         "-p 1.2.3.4::80: 1.2.3.4:0->80/tcp", "-p 8080:80/udp: 0.0.0.0:8080->80/udp",
         "-p 53/udp: 0.0.0.0:0->53/udp");
}

int main(void) {
  static const struct test tests[] = {
      {"two containers reach each other and the machine, and have names", joins_two},
      {"published ports are relayed, and refused while they are taken", publishes_ports},
      {"ten containers that come at once get ten addresses", gives_each_an_address},
      {"a container that was killed leaves its address to the next", clears_up_after_a_crash},
      {"-p is read in Docker's words", reads_ports_as_docker_does},
  };
  return RUN(tests);
}
