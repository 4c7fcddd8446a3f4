import assert from 'node:assert/strict';
import test from 'node:test';
import { APP, BASE, machine, made } from '../testing/box-images.ts';
import { type Flaw, ociArchive } from '../testing/oci-archive.ts';
import type { TarMember } from '../testing/tar.ts';

test('what is pushed to a directory is pulled elsewhere, and only the layers that are missing', async (context) => {
  const shell = await machine(context);
  await made(shell, BASE, APP, 'cd /tmp/app; box build -q -t app:v1 .');
  const first = await shell.succeed('box push app:v1 /tmp/registry');
  assert.equal([...first.matchAll(/^[0-9a-f]{12}: Pushed$/gm)].length, 4);
  await made(shell, 'cd /tmp/app; echo new > settings; box build -q -t app:v2 .');
  const second = await shell.succeed('box push app:v2 /tmp/registry');
  assert.equal([...second.matchAll(/: Layer already exists$/gm)].length, 3);
  assert.equal([...second.matchAll(/: Pushed$/gm)].length, 1);
  const other = 'export BOX_STORE=/tmp/other;';
  const pulled = await shell.succeed(`${other} box pull /tmp/registry:v1`);
  assert.match(
    pulled,
    /^v1: Pulling from \/tmp\/registry\n([0-9a-f]{12}: Pull complete\n){4}Digest: sha256:[0-9a-f]{64}\nStatus: Downloaded newer image for app:v1\napp:v1\n$/,
  );
  const more = await shell.succeed(`${other} box pull oci:/tmp/registry:app:v2`);
  assert.match(more, /\n([0-9a-f]{12}: Already exists\n){3}[0-9a-f]{12}: Pull complete\nDigest/);
  assert.match(
    await shell.succeed(`${other} box pull /tmp/registry:v2`),
    /Status: Image is up to date for app:v2/,
  );
  const { printed, exitCode } = await shell.end(`${other} box pull /tmp/registry:v3`);
  assert.equal(
    printed,
    'box: manifest for /tmp/registry:v3 not found. /tmp/registry has: app:v1 app:v2\n',
  );
  assert.equal(exitCode, 1);
  const digests = 'cat $store/references/app/v2 | grep -v ^parent';
  assert.equal(
    await shell.succeed(`store=/var/lib/box; ${digests}`),
    await shell.succeed(`store=/tmp/other; ${digests}`),
  );
});

test('an image that is saved in one machine and loaded in another is the same', async (context) => {
  const [one, two] = [await machine(context), await machine(context, 200_000)];
  await made(
    one,
    `mkdir /tmp/small; cd /tmp/small; echo 'ü' > 'ä b'; ln -s /etc link; printf 'FROM scratch\\nCOPY . /x/\\nCMD ["ü"]\\n' > Dockerfile
box build -q -t small . ; box save -o /tmp/small.tar small; box save small | cmp - /tmp/small.tar`,
  );
  const archive = (await one.succeed('gzip -9 < /tmp/small.tar | base64 -w 0')).trim();
  assert.equal(
    await two.succeed(
      `base64 -d <<< ${archive} | gunzip > /tmp/small.tar; box load -i /tmp/small.tar`,
    ),
    'Loaded image: small:latest\n',
  );
  const look = `grep -v ^parent /var/lib/box/references/small/latest; cd /var/lib/box/layers/*/; find . | sort; cat 'x/ä b'`;
  assert.equal(await two.succeed(look), await one.succeed(look));
  await made(two, 'box save small | cmp - /tmp/small.tar');
  const sizes = await two.succeed(`cd /var/lib/box/blobs/sha256
manifest=$(sed -n 's/^manifest //p' /var/lib/box/references/small/latest)
jq -r '.config, .layers[] | "\\(.size) \\(.digest | ltrimstr("sha256:"))"' $manifest
stat --format='%s %n' $(jq -r '.config, .layers[] | .digest | ltrimstr("sha256:")' $manifest)`);
  const lines = sizes.trim().split('\n');
  assert.deepEqual(
    lines.slice(0, 2),
    lines.slice(2),
    'sizes are in bytes, whatever the characters',
  );
  const names = await two.succeed(
    "tar -tf /tmp/small.tar; tar -xOf /tmp/small.tar manifest.json | jq -r '.[].RepoTags[]'",
  );
  assert.match(
    names,
    /^oci-layout\nindex.json\nmanifest.json\n(blobs\/sha256\/[0-9a-f]{64}\n){3}small:latest\n$/,
  );
});

test('an archive that is broken or hostile is refused with a sentence, and leaves nothing', async (context) => {
  const shell = await machine(context);
  const fine: readonly TarMember[] = [{ name: 'file', content: 'x' }];
  const load = (members: readonly TarMember[], flaw: Flaw = {}) =>
    shell.end(`base64 -d <<< ${ociArchive('name:tag', members, flaw).toString('base64')} > /tmp/archive.gz
gunzip --force /tmp/archive.gz; box load -i /tmp/archive`);
  const link = (linkname: string): TarMember => ({ name: 'link', type: 'symlink', linkname });
  const broken: readonly (readonly [string, RegExp, readonly TarMember[], Flaw?])[] = [
    [
      'manifest changed',
      /^box: the manifest sha256:.* has the digest/m,
      fine,
      { corrupt: 'manifest' },
    ],
    ['config changed', /^box: the config sha256:.* has the digest/m, fine, { corrupt: 'config' }],
    ['layer changed', /^box: the layer sha256:.* has the digest/m, fine, { corrupt: 'layer' }],
    [
      'diff_id wrong',
      /^box: the unpacked layer sha256:0+ has/m,
      fine,
      { diffId: `sha256:${'0'.repeat(64)}` },
    ],
    ['diff_id no digest', /^box: '..\/..' is no digest/m, fine, { diffId: '../..' }],
    ['..', /Member name contains '\.\.'/, [{ name: '../../escaped' }]],
    ['through a link', /Not a directory/, [link('/tmp'), { name: 'link/escaped' }]],
    [
      'through .. in a link',
      /Not a directory/,
      [link('../../../..'), { name: 'link/tmp/escaped' }],
    ],
    [
      'hard link outside',
      /Cannot hard link/,
      [{ name: 'file', type: 'link', linkname: '/etc/passwd' }],
    ],
    ['a device', /Operation not permitted/, [{ name: 'disk', type: 'device', device: [7, 0] }]],
    ['whiteout of ..', /hides nothing/, [{ name: '.wh...' }]],
    ['whiteout outside', /Member name contains '\.\.'/, [{ name: '../.wh.escaped' }]],
    ['a directory as a whiteout', /hides nothing/, [{ name: '.wh.directory', type: 'directory' }]],
    ['link beside the layout', /has a link that leads out of it/, fine, { beside: [link('/etc')] }],
  ];
  for (const [what, sentence, members, flaw] of broken) {
    const { printed, exitCode } = await load(members, flaw);
    assert.match(printed, sentence, what);
    assert.match(printed, /^box: /m, what);
    assert.equal(exitCode, 1, what);
  }
  assert.equal(
    await shell.succeed(
      'find /var/lib/box /tmp/escaped -type f ! -name lock ! -name oci-layout 2> /dev/null || :',
    ),
    '',
  );
  assert.equal((await load(fine)).printed, 'Loaded image: name:tag\n');
});

test('whiteouts of an archive become those of OverlayFS', async (context) => {
  const shell = await machine(context);
  const archive = ociArchive('name:tag', [
    { name: 'directory', type: 'directory' },
    { name: 'directory/.wh.file' },
    { name: 'directory/.wh.strange \\name\n' },
    { name: 'opaque/.wh..wh..opq' },
    { name: '.wh.again' },
    { name: 'again', type: 'directory' },
    { name: 'again/new', content: 'x' },
  ]);
  await shell.succeed(`base64 -d <<< ${archive.toString('base64')} | gunzip | box load`);
  assert.equal(
    await shell.succeed(`cd /var/lib/box/layers/*/; find . -mindepth 1 -printf '%y %P %i\\n' | sed 's/ [0-9]*$//' | sort
stat -c '%F %t,%T' directory/file; getfattr -R --only-values -n user.overlay.opaque again opaque 2> /dev/null || :`),
    `
c directory/file
c directory/strange \\name
d again
d directory
d opaque
f again/new
character special file 0,0
yy`,
  );
});
