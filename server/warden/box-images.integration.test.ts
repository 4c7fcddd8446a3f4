import assert from 'node:assert/strict';
import test from 'node:test';
import { APP, BASE, machine, machineWithImages, made } from '../testing/box-images.ts';

test('images, history, tag, inspect and rmi say what Docker says', async (context) => {
  const shell = await machine(context);
  await made(shell, BASE, APP, 'cd /tmp/app; box build -q -t app:v1 .; box tag app:v1 other/name');
  const images = await shell.succeed('box images');
  assert.match(images, /^REPOSITORY {3,}TAG {3,}IMAGE ID {3,}CREATED {3,}SIZE\n/);
  assert.match(images, /^app +v1 +[0-9a-f]{12} +(Less than a second|\d+ seconds?) ago +200kB$/m);
  assert.match(images, /^other\/name +latest +/m);
  const ids = await shell.succeed('box images -q --no-trunc');
  assert.match(ids, /^(sha256:[0-9a-f]{64}\n){2}$/, 'an image with two names is there once');
  assert.match(
    await shell.succeed('box images --digests app'),
    /^REPOSITORY.* DIGEST .*\napp +v1 +sha256:[0-9a-f]{64} .*\n$/,
  );
  const history = (await shell.succeed('box history app:v1')).split('\n');
  assert.match(history[0] ?? '', /^IMAGE +CREATED +CREATED BY +SIZE +COMMENT$/);
  assert.match(
    history[1] ?? '',
    /^[0-9a-f]{12} .* ago +\/bin\/sh -c #\(nop\) +CMD \["httpd", "-f"\] +0B/,
  );
  assert.match(history[4] ?? '', / COPY .\/www in \/srv\/www\/ +8B/);
  assert.equal(
    await shell.succeed("box image inspect -f '{{json .RepoTags}}' app:v1"),
    '["app:v1","other/name:latest"]\n',
  );
  assert.equal(await shell.succeed("box inspect -f '{{.Config.Labels.version}}' app:v1"), '1\n');
  assert.match(await shell.succeed('box rmi app:v1'), /^Untagged: app:v1\n$/);
  const removed = await shell.succeed('box rmi other/name');
  assert.match(removed, /^Untagged: other\/name:latest\n(Deleted: sha256:[0-9a-f]{64}\n){4}$/);
  assert.equal(
    await shell.succeed('ls /var/lib/box/layers | wc -l'),
    '2\n',
    "the base's layers are still there",
  );
  await made(shell, 'box rmi base');
  const left = 'shopt -s nullglob; echo /var/lib/box/{blobs/sha256,layers,images,cache}/*';
  assert.equal(await shell.succeed(left), '\n');
  const missing = await shell.end('box rmi nothing');
  assert.deepEqual(missing, {
    printed: 'box: Error response: No such image: nothing\n',
    exitCode: 1,
  });
  const flag = await shell.end('box images --nothing');
  assert.equal(flag.exitCode, 125);
});

test('ten images on one base share its layers, and system df measures it', async (context) => {
  const shell = await machine(context);
  await made(shell, BASE);
  const table = await shell.succeed(`
mkdir /tmp/ten; cd /tmp/ten
printf 'FROM base\\nCOPY own /own\\n' > Dockerfile
for number in {1..10}; do
  head -c 10000 /dev/urandom > own
  box build -q -t app$number . > /dev/null
done
box system df -v`);
  const rows = table.split('\n').filter((line) => line.startsWith('app'));
  assert.equal(rows.length, 10);
  for (const row of rows) assert.match(row, / 10kB +0$/, 'only its own file is its own');
  const [, total, size] =
    /^Images +(\d+) +0 +([\d.]+)kB/m.exec(await shell.succeed('box system df')) ?? [];
  assert.equal(total, '11');
  assert.equal(size, '300', 'all together: the base once, and ten times ten kilobytes');
});

test('commands at once wait for each other, and each does all of its work', async (context) => {
  const shell = await machine(context);
  await made(shell, BASE, APP);
  const output = await shell.succeed(`
cd /tmp/app
for number in 1 2 3 4; do box build -q -t app$number . > /dev/null 2>&1 & done
wait
box images -q app1 app2 | sort -u | wc -l; box images | grep -c ^app`);
  assert.equal(output, '1\n4\n');
});

test('on a full disk a command says so, and leaves nothing half-made', async (context) => {
  const shell = await machine(context);
  await made(
    shell,
    BASE,
    `box save -o /tmp/base.tar base; mkdir /tmp/large; cd /tmp/large; head -c 300000 /dev/urandom > file
printf 'FROM base\nCOPY file /file\n' > Dockerfile`,
  );
  // The lock and empty directories may stay: they are no part of an image.
  const everything = 'find /var/lib/box ! -type d ! -name lock | sort';
  const before = await shell.succeed(everything);
  const commands: readonly (readonly [string, number])[] = [
    ['box tag base name', 0],
    ['box build -t large /tmp/large', 0],
    ['box build -t large /tmp/large', 200],
    ['BOX_STORE=/var/lib/box/other box load -i /tmp/base.tar', 0],
    ['BOX_STORE=/var/lib/box/other box load -i /tmp/base.tar', 200],
    ['BOX_STORE=/var/lib/box/other box load -i /tmp/base.tar', 500],
  ];
  for (const [command, kilobytes] of commands) {
    const { printed, exitCode } = await shell.end(`
dd if=/dev/zero of=/tmp/fill bs=1M status=none 2> /dev/null
truncate -s -${kilobytes}K /tmp/fill
${command} > /dev/null
code=$?
rm -f /tmp/fill
exit $code`);
    assert.equal(exitCode, 1, printed);
    assert.match(printed, /^box: The machine's disk is full\. Remove images/m);
    await made(shell, 'rm -f /var/lib/box/other/oci-layout');
    assert.equal(await shell.succeed(everything), before, `after ${command} on ${kilobytes} KiB`);
  }
});

test('a container’s changes are shown by diff and become a layer by commit, while it runs', async (context) => {
  const shell = await machineWithImages(context);
  await shell.succeed(`box run -d --name busy busybox sh -c '
    echo one > /new; rm /bin/vi; echo x >> /etc/passwd; touch /ready; exec sleep 1000' > /dev/null
until [[ -e $(echo /var/lib/box/containers/*/upper/ready) ]]; do sleep 0.01; done`);
  assert.equal(
    await shell.succeed('box diff busy'),
    'C /bin\nD /bin/vi\nC /etc\nC /etc/passwd\nA /new\nA /ready\n',
  );
  assert.match(
    await shell.succeed(
      `box commit -m 'by hand' -a me -c 'CMD ["cat", "/new"]' -c 'ENV A=b' busy kept:v1`,
    ),
    /^sha256:[0-9a-f]{64}\n$/,
  );
  assert.equal(await shell.succeed('box run --rm kept:v1'), 'one\n');
  assert.match(await shell.succeed('box history kept:v1'), / sh -c .* by hand\n/);
  assert.equal(await shell.succeed("box image inspect -f '{{.Author}}' kept:v1"), 'me\n');
  assert.match(await shell.succeed('box ps'), / Up .*(second|Less)/, 'it goes on');
  await shell.succeed(
    'box run -d --name other kept:v1 sleep 1000; box kill busy other > /dev/null',
  );
  const used = await shell.end('box rmi kept:v1');
  assert.match(
    used.printed,
    /^box: Error response: conflict: unable to remove repository reference "kept:v1" \(must force\) - container [0-9a-f]{12} is using/,
  );
  assert.equal(used.exitCode, 1);
});

test('an image on one of the host can be saved whole, and removed without it', async (context) => {
  const shell = await machineWithImages(context);
  await shell.succeed(`mkdir /tmp/mine; cd /tmp/mine; printf 'FROM app\nLABEL mine=1\n' > Dockerfile
box build -q -t mine . ; box tag app renamed; box save -o /tmp/mine.tar mine renamed`);
  const loaded = await shell.succeed(
    'BOX_STORE=/tmp/other box load -i /tmp/mine.tar; BOX_STORE=/tmp/other box run --rm --entrypoint cat mine /etc/passwd | head -n 1',
  );
  assert.match(loaded, /^Loaded image: mine:latest\nLoaded image: renamed:latest\nroot:/);
  assert.match(
    await shell.succeed('box rmi mine renamed'),
    /^Untagged: mine:latest\nDeleted: sha256:.*\nUntagged: renamed:latest\nDeleted: .*\n$/,
  );
  const host = await shell.end('box rmi busybox');
  assert.deepEqual(host, {
    printed: "box: Error response: busybox is an image of the host: it can't be removed here.\n",
    exitCode: 1,
  });
  assert.match(await shell.succeed('box images'), /^busybox +latest/m);
});
