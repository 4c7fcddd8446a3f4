import assert from 'node:assert/strict';
import test from 'node:test';
import { APP, BASE, cachedSteps, machine, machineWithImages, made } from '../testing/box-images.ts';

test('a build shows its steps, and does again only those from the changed line on', async (context) => {
  const shell = await machine(context);
  await made(shell, BASE, APP);
  const first = await shell.succeed('cd /tmp/app; box build -t app .');
  assert.match(
    first,
    /^Step 1\/5 : FROM base\n ---> [0-9a-f]{12}\nStep 2\/5 : COPY www \/srv\/www\/\n/,
  );
  assert.match(first, /Successfully built [0-9a-f]{12}\nSuccessfully tagged app:latest\n$/);
  assert.deepEqual(cachedSteps(first), []);
  const again = await shell.succeed('cd /tmp/app; touch www/one; box build -t app .');
  assert.deepEqual(cachedSteps(again), [2, 3, 4, 5]);
  assert.equal(again.split('\n').at(-3), first.split('\n').at(-3), 'it is the same image');
  const changed = await shell.succeed('cd /tmp/app; echo other > settings; box build -t app .');
  assert.deepEqual(cachedSteps(changed), [2]);
  const fresh = await shell.succeed('cd /tmp/app; box build --no-cache -t app .');
  assert.deepEqual(cachedSteps(fresh), []);
});

test('what a Dockerfile says is in the image', async (context) => {
  const shell = await machine(context);
  await made(
    shell,
    BASE,
    `mkdir -p /tmp/all/src/deep /tmp/all/secret; cd /tmp/all
echo 1 > src/a; echo 2 > 'src/deep/two words'; echo 3 > secret/key; echo 4 > src/note.md
printf '# not these\\nsecret\\n**/*.md\\n' > .dockerignore
cat > Dockerfile <<'END'
ARG TAG=latest
FROM base:$TAG
# a comment
ENV GREETING="hello world" \\
    # a comment between the lines
    NAME=all
ENV OLD one form
WORKDIR /srv
COPY --chown=7:8 . context/
COPY src/a renamed
COPY src/* /many/
EXPOSE 80 53/udp
LABEL who="a b"
USER 1000
ENTRYPOINT ["/bin/httpd"]
CMD -f
END
box build -q -t all .`,
  );
  assert.equal(
    await shell.succeed(
      "grep -vE '^(manifest|image|created|parent|layer|size)' /var/lib/box/references/all/latest",
    ),
    `env PATH=/bin
env GREETING=hello world
env NAME=all
env OLD=one form
workdir /srv
user 1000
entrypoint /bin/httpd
command /bin/sh
command -c
command -f
expose 53/udp
expose 80/tcp
`,
  );
  const files = await shell.succeed(`
cd /var/lib/box/layers
for layer in $(sed -n 's/^layer //p' /var/lib/box/references/all/latest | tail -n +3); do
  (cd $layer && find . -type f -printf '%P %U\\n')
done | sort`);
  assert.equal(
    files,
    `many/a 0
many/two words 0
srv/context/.dockerignore 7
srv/context/Dockerfile 7
srv/context/src/a 7
srv/context/src/deep/two words 7
srv/renamed 0
`,
  );
});

test('a mistake in a Dockerfile is told with its file, its line and what is wrong', async (context) => {
  const shell = await machine(context);
  await made(shell, BASE);
  const mistakes: readonly (readonly [string, string])[] = [
    ['FROM base\n\nRUNN true\n', 'Dockerfile:3: unknown instruction: RUNN'],
    [
      'COPY a b\n',
      'Dockerfile:1: no build stage in current context: begin with FROM, before COPY.',
    ],
    [
      '# nothing\n',
      'Dockerfile:1: the file has no instruction: begin with FROM, such as FROM busybox.',
    ],
    ['FROM base\nCOPY one\n', 'Dockerfile:2: COPY requires at least two arguments'],
    ['FROM base\nCOPY missing /x\n', 'Dockerfile:2: COPY failed: file not found in build context'],
    ['FROM base\nCOPY ../../etc/passwd /x\n', 'Dockerfile:2: COPY failed: forbidden path outside'],
    ['FROM base\nENV "A=1\n', 'Dockerfile:2: a quote is opened and not closed.'],
    ['FROM base\nEXPOSE http\n', 'Dockerfile:2: invalid containerPort: http'],
    ['FROM nowhere\n', 'Dockerfile:1: pull access denied for nowhere'],
    ['FROM base\nADD x /\n', 'Dockerfile:2: box build has no ADD'],
  ];
  for (const [dockerfile, sentence] of mistakes) {
    const { printed, exitCode } = await shell.end(
      `mkdir -p /tmp/wrong; cd /tmp/wrong; printf %s '${dockerfile}' > Dockerfile; box build . > /dev/null`,
    );
    assert.ok(printed.startsWith(`box: ${sentence}`), printed);
    assert.equal(exitCode, 1);
  }
});

test('what a step deletes is a whiteout in its layer, in both of its forms', async (context) => {
  const shell = await machineWithImages(context);
  await shell.succeed(`mkdir /tmp/whiteout; cd /tmp/whiteout
cat > Dockerfile <<'END'
FROM busybox
RUN mkdir -p /data/old; echo x > /data/old/file; echo y > /gone
RUN rm /gone; rm -r /data; mkdir /data; echo z > /data/new
END
box build -q -t whiteout .`);
  const layer = await shell.succeed(
    "sed -n 's/^layer //p' /var/lib/box/references/whiteout/latest | tail -n 1",
  );
  assert.equal(
    await shell.succeed(`cd /var/lib/box/layers/${layer.trim()}; find . -mindepth 1 | sort
stat -c '%F %t,%T' gone; getfattr --only-values -n user.overlay.opaque data`),
    './data\n./data/new\n./gone\ncharacter special file 0,0\ny',
  );
  const archive =
    await shell.succeed(`manifest=$(sed -n 's/^manifest //p' /var/lib/box/references/whiteout/latest)
cd /var/lib/box/blobs/sha256; tar -tzf $(jq -r '.layers[-1].digest | ltrimstr("sha256:")' $manifest)`);
  assert.equal(archive, 'data/\ndata/new\n.wh.gone\ndata/.wh..wh..opq\n');
  const seen = "box run --rm whiteout sh -c 'find /data; ls /gone' 2>&1 || :";
  const expected = '/data\n/data/new\nls: /gone: No such file or directory\n';
  assert.equal(await shell.succeed(seen), expected);
  await shell.succeed(
    'box save -o /tmp/whiteout.tar whiteout; box rmi whiteout; box load -i /tmp/whiteout.tar',
  );
  assert.equal(await shell.succeed(seen), expected, 'after it was packed and unpacked again');
});

test('a command that fails ends the build with its exit code, and what was done before is kept', async (context) => {
  const shell = await machineWithImages(context);
  const { printed, exitCode } = await shell.end(`mkdir /tmp/fails; cd /tmp/fails
printf 'FROM busybox\nARG WORD=no\nRUN echo $WORD > /word\nRUN cat /word; exit 7\n' > Dockerfile
box build --build-arg WORD=yes .`);
  assert.match(
    printed,
    /\nyes\nThe command '\/bin\/sh -c cat \/word; exit 7' returned a non-zero code: 7\n/,
  );
  assert.equal(exitCode, 7);
  assert.equal(
    await shell.succeed('box ps -aq; box images -q | wc -l'),
    '5\n',
    'no container is left',
  );
  assert.deepEqual(
    cachedSteps((await shell.end('cd /tmp/fails; box build --build-arg WORD=yes .')).printed),
    [3],
  );
  assert.deepEqual(
    cachedSteps((await shell.end('cd /tmp/fails; box build .')).printed),
    [],
    'another ARG is another step',
  );
});

test('with --explain a command tells what it does and by which command', async (context) => {
  const shell = await machineWithImages(context);
  const told =
    await shell.succeed(`mkdir /tmp/told; cd /tmp/told; printf 'FROM busybox\nRUN touch /x\n' > Dockerfile
box build --explain -t told . 2>&1; box images --explain 2>&1`);
  assert.match(told, /^ \d .*\n {6}box run --name build-/m);
  assert.match(told, /^ \d .*upperdir.*\n {6}mv \/var\/lib\/box\/containers\/[0-9a-f]{64}\/upper/m);
  assert.match(told, /^ 1 A name of an image is a small file/m);
});

test('an ARG is for its build, an ENV hides it, and one before FROM is a default', async (context) => {
  const shell = await machineWithImages(context);
  const output = await shell.succeed(`mkdir /tmp/arg; cd /tmp/arg
cat > Dockerfile <<'END'
ARG BASE=nothing
ARG KIND=plain
FROM $BASE
RUN echo "before: $KIND"
ARG KIND
ARG WORD=arg OTHER=arg
ENV WORD=env
RUN echo "after: $KIND $WORD $OTHER \${OTHER:-x}"
END
box build --build-arg BASE=busybox --build-arg OTHER=given -t arg .; box run --rm arg env`);
  assert.match(output, /\nbefore: \n/);
  assert.match(output, /\nafter: plain env given given\n/);
  assert.match(output, /^WORD=env$/m);
  assert.doesNotMatch(output, /^(OTHER|KIND|BASE)=/m);
});
