import assert from 'node:assert/strict';
import test from 'node:test';
import { machineWithImages } from '../testing/box-images.ts';

/** Waits for what the kernel tells nobody; the script fails when it does not come. */
const EVENTUALLY = `eventually() { for _ in $(seq 300); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; false; }`;

/** What could be left of containers: groups, mounts, interfaces, files, processes. */
const LEFT = `left() {
  find /sys/fs/cgroup -path '*/box/*' -type d
  grep /var/lib/box/containers /proc/self/mountinfo || true
  ip -o link | grep veth || true
  ls -A /var/lib/box/containers /var/lib/box/names | grep -v '^/\\|^$' || true
  pgrep -x box || true
}`;

/** A network namespace goes when the kernel finds time for it, and its veth with it. */
const TIDY = `${EVENTUALLY}; ${LEFT}; eventually sh -c '! ip -o link | grep veth'; left`;

test('a detached container runs, is listed, entered, shown, stopped and removed', async (context) => {
  const machine = await machineWithImages(context);
  const id = await machine.succeed(
    'box run -d --name web busybox sh -c "trap exit TERM; echo started; echo trouble >&2; while :; do sleep 0.1; done"',
  );
  assert.match(id, /^[0-9a-f]{64}\n$/);
  const short = id.slice(0, 12);
  const [title, row] = (await machine.succeed('box ps')).split('\n');
  assert.equal(
    title,
    'CONTAINER ID   IMAGE     COMMAND                  CREATED                  STATUS                  PORTS     NAMES',
  );
  assert.match(
    row ?? '',
    new RegExp(`^${short} {3}busybox {3}"sh -c trap exit TER…" {3}.* ago {3}.*Up .* web$`),
  );
  assert.equal(await machine.succeed('box ps -q'), `${short}\n`);
  assert.equal(await machine.succeed('box ps -q --no-trunc'), id);
  assert.equal(await machine.succeed(`box exec ${short} hostname`), `${short}\n`);
  assert.equal((await machine.end('box exec web sh -c "exit 4"')).exitCode, 4);
  assert.equal((await machine.end('box exec web nothing')).exitCode, 127);
  assert.equal((await machine.end('box exec web /etc/passwd')).exitCode, 126);
  assert.equal(
    await machine.succeed("box exec -e A=b -w /tmp -u 33 web sh -c 'echo $A $PWD $(id -u)'"),
    'b /tmp 33\n',
  );
  const logs = `${EVENTUALLY}; eventually sh -c 'box logs web | grep trouble'; box logs web`;
  assert.deepEqual((await machine.succeed(logs)).trim().split('\n').sort(), ['started', 'trouble']);
  assert.match((await machine.end('box rm web')).printed, /cannot remove container "\/web"/);
  assert.equal(await machine.succeed('box stop web'), 'web\n');
  assert.match(await machine.succeed('box ps -a'), /Exited \(0\) .* web\n$/);
  assert.match((await machine.end('box exec web true')).printed, /is not running/);
  assert.equal(await machine.succeed('box logs -n 1 web | wc -l'), '1\n');
  assert.equal(await machine.succeed(`box rm ${short.slice(0, 6)}`), `${short.slice(0, 6)}\n`);
  assert.equal(await machine.succeed(`${TIDY}`), '');
});

test('the processes in a container are in its namespaces, group and root', async (context) => {
  const machine = await machineWithImages(context);
  const printed = await machine.succeed(`
    box run -d --name one -m 64m busybox sleep 1000 >/dev/null
    pid=$(box inspect -f '{{.State.Pid}}' one)
    box exec -d one sleep 2000
    other=$(pgrep -f '^sleep 2000')
    for ns in mnt pid net uts ipc cgroup; do
      [ $(readlink /proc/$pid/ns/$ns) = $(readlink /proc/$other/ns/$ns) ] || echo "another $ns"
      [ $(readlink /proc/$pid/ns/$ns) != $(readlink /proc/self/ns/$ns) ] || echo "the machine's $ns"
    done
    [ $(readlink /proc/$pid/ns/user) = $(readlink /proc/self/ns/user) ] && echo 'no user namespace'
    cmp /proc/$pid/cgroup /proc/$other/cgroup && grep -c "/box/$(box ps -q --no-trunc)" /proc/$pid/cgroup | grep -v '^0$' >/dev/null && echo 'one group'
    grep -E 'NSpid|Seccomp:|CapEff' /proc/$other/status | tr '\\n\\t' '  '
    grep -E 'Seccomp:|CapEff' /proc/$pid/status | tr '\\n\\t' '  '; echo
    cd /var/lib/box/containers/$(box ps -q --no-trunc)
    box exec one touch /root/file; ls merged/root upper/root
    box rm -f one`);
  assert.match(
    printed,
    /^no user namespace\none group\nNSpid: .*CapEff: 00000000880425fb Seccomp: 2 CapEff: 00000000880425fb Seccomp: 2 \nmerged\/root:\nfile\n\nupper\/root:\nfile\none\n$/,
  );
});

test('stop kills after its time, kill sends signals, PID 1 ignores what it has no handler for', async (context) => {
  const machine = await machineWithImages(context);
  const printed = await machine.succeed(`${EVENTUALLY}
    box run -d --name deaf busybox sleep 1000 >/dev/null
    box kill -s TERM deaf; box ps --format '{{.Names}}'
    box stop -t 1 deaf; box inspect -f '{{.State.ExitCode}} {{.State.OOMKilled}}' deaf
    box run -d --name hears busybox sh -c 'trap "exit 9" USR1; echo ready; while :; do sleep 0.1; done' >/dev/null
    eventually sh -c 'box logs hears | grep ready'; box kill -s SIGUSR1 hears; box wait hears
    box run -d --name dies busybox sleep 1000 >/dev/null; box kill dies; box wait dies
    box rm deaf hears dies; box kill -s NOTHING nobody || true`);
  assert.equal(
    printed,
    'deaf\ndeaf\ndeaf\n137 false\nhears\n9\ndies\n137\ndeaf\nhears\ndies\nbox: Error response: invalid signal: NOTHING\n',
  );
});

test('pause freezes every process of a container, and unpause lets it go on', async (context) => {
  const machine = await machineWithImages(context);
  const printed = await machine.succeed(`${EVENTUALLY}
    box run -d --name clock busybox sh -c 'while :; do echo x >> /ticks; sleep 0.05; done' >/dev/null
    changed() { [ $(ticks) != $before ]; }
    ticks() { wc -c < /var/lib/box/containers/$(box ps -q --no-trunc)/merged/ticks; }
    begun() { test -s /var/lib/box/containers/*/merged/ticks; }
    eventually begun; box pause clock; box ps --format '{{.Status}}'; before=$(ticks); sleep 0.5
    [ $(ticks) = $before ] && echo frozen
    box exec clock true || true; box pause clock || true
    box unpause clock; eventually changed; echo 'goes on'
    box pause clock; box rm clock || true; box rm -f clock`);
  assert.match(
    printed,
    /^clock\nUp .* \(Paused\)\nfrozen\nbox: .* is paused, unpause the container before exec\nbox: .* already paused\nclock\ngoes on\nclock\nbox: .* container is paused: unpause.*\nclock\n$/,
  );
});

test('a container is not lost when its monitor is killed, and is tidied up by rm', async (context) => {
  const machine = await machineWithImages(context);
  const printed = await machine.succeed(`${EVENTUALLY}
    box run -d --name orphan busybox sleep 1000 >/dev/null
    kill -9 $(sed -n 's/^monitor //p' /var/lib/box/containers/*/state)
    box ps --format '{{.Names}} {{.Status}}'; box exec orphan echo alive
    box kill orphan; box ps -a --format '{{.Names}} {{.Status}}'
    box inspect -f '{{.State.Status}} {{.State.Pid}}' orphan
    box rm orphan
    box run --rm --name front busybox sleep 1000 & front=$!
    eventually box exec front true
    kill -9 $front; box ps --format '{{.Names}}'; box rm -f front`);
  assert.match(
    printed,
    /^orphan Up .*\nalive\norphan\norphan Exited \(255\)\nexited 0\norphan\nfront\n(?:.*Killed.*\n)?front\n$/,
  );
  assert.equal(await machine.succeed(`${TIDY}`), '');
});

test('a state that speaks of a process of long ago is not believed', async (context) => {
  const machine = await machineWithImages(context);
  const printed = await machine.succeed(`
    box run -d --name old busybox sleep 1000 >/dev/null
    box kill old >/dev/null
    state=$(echo /var/lib/box/containers/*/state)
    sed -i 's/^status .*/status running/' $state; echo "pid $$" >> $state; echo 'pid_start 1' >> $state
    box ps -q; box ps -a --format '{{.Status}}'; box stop old; box kill old || true; box rm old; echo $$ lives`);
  assert.match(printed, /^Exited \(255\) .*ago\nold\nbox: .* is not running\nold\n\d+ lives\n$/);
});

test('twenty at once get names and addresses of their own and leave nothing', async (context) => {
  const machine = await machineWithImages(context);
  const printed = await machine.succeed(`${LEFT}
    for i in $(seq 20); do box run -d busybox sleep 1000 & done > /tmp/out; wait
    sort -u /tmp/out | wc -l
    for id in $(box ps -q); do box inspect -f '{{.NetworkSettings.IPAddress}} {{.Name}}' $id; done > /tmp/out
    cut -d' ' -f1 /tmp/out | sort -u | wc -l; cut -d' ' -f2 /tmp/out | sort -u | wc -l
    for id in $(box ps -q); do box rm -f $id & done > /tmp/out; wait
    for i in $(seq 5); do box run -d --name same busybox sleep 100 2>&1 & done | grep -c Conflict
    box rm -f same; ${EVENTUALLY}; eventually sh -c '! ip -o link | grep veth'; left`);
  assert.equal(printed, '20\n20\n20\n4\nsame\n');
});

test('inspect has the shape that Docker gives it, and templates find their way in it', async (context) => {
  const machine = await machineWithImages(context);
  await machine.succeed(
    'box run -d --name seen -m 64m --cpus 0.5 -e A=b -v /tmp:/t:ro --cap-add NET_ADMIN busybox sleep 1000',
  );
  const printed = await machine.succeed(`
    box inspect seen | jq -rM '.[0] | .Id, .Name, .State.Status, .State.Running, .HostConfig.Memory, .HostConfig.NanoCpus, .HostConfig.CapAdd[0], .Mounts[0].Destination, .Mounts[0].RW, .GraphDriver.Data.UpperDir, .NetworkSettings.IPAddress, .Path, .Args[0], .Config.Image'
    box inspect -f '{{.State.Pid}} {{json .Config.Cmd}}' seen`);
  const lines = printed.split('\n');
  const id = lines[0] ?? '';
  assert.deepEqual(lines.slice(1, 9), [
    '/seen',
    'running',
    'true',
    '67108864',
    '500000000',
    'NET_ADMIN',
    '/t',
    'false',
  ]);
  assert.equal(lines[9], `/var/lib/box/containers/${id}/upper`);
  assert.match(lines[10] ?? '', /^172\.30\.\d+\.\d+$/);
  assert.deepEqual(lines.slice(11, 14), ['sleep', '1000', 'busybox:latest']);
  assert.match(lines[14] ?? '', /^\d+ \["?\n?/);
  assert.match(
    (await machine.end("box inspect -f '{{.Nothing}}' seen")).printed,
    /no field "Nothing"/,
  );
  await machine.succeed('box rm -f seen');
});

test('--init reaps and passes signals on; network container:NAME shares', async (context) => {
  const machine = await machineWithImages(context);
  const printed = await machine.succeed(`${EVENTUALLY}
    box run -d --init --name tidy busybox sh -c 'sh -c "sleep 0.1 & exec sleep 0.3"; exec sleep 1000' >/dev/null
    eventually sh -c 'box exec tidy ps -o args | grep -x "sleep 1000"'; box exec tidy ps -o stat | grep -c Z || true
    box stop -t 5 tidy; box inspect -f '{{.State.ExitCode}}' tidy
    box run -d --name one busybox sleep 1000 >/dev/null
    [ "$(box run --rm --network container:one busybox ip -o addr show eth0)" = "$(box exec one ip -o addr show eth0)" ] && echo shared
    box rm -f one tidy`);
  assert.equal(printed, '0\ntidy\n143\nshared\none\ntidy\n');
});
