import test from 'node:test';
import { ociFiles, type TarEntry, tarOf, tarOfFiles } from '../testing/archives.ts';
import { directory, file, link, randomBytes, refused, symlink } from '../testing/refusals.ts';

/** A layer that is refused: what is in it, and the end of the sentence. */
const LAYERS: Readonly<Record<string, readonly [readonly TarEntry[], RegExp]>> = {
  'a path that climbs out': [
    [file('a/../../x')],
    /the entry "a\/..\/..\/x" leads out of the archive/,
  ],
  'an absolute path': [[file('/etc/x')], /the entry "\/etc\/x" has an absolute path/],
  'a file through a symbolic link': [
    [symlink('etc', '/etc'), file('etc/x')],
    /"etc\/x" lies below "etc", which is a symlink/,
  ],
  'a directory through a symbolic link': [
    [symlink('a', '..'), directory('a/b')],
    /"a\/b" lies below "a", which is a symlink/,
  ],
  'a whiteout through a symbolic link': [
    [symlink('a', '/'), file('a/.wh.etc')],
    /lies below "a", which is a symlink/,
  ],
  'a symbolic link that takes the place of a directory': [
    [directory('a'), symlink('a', '/')],
    /"a" is in the layer twice/,
  ],
  'a file below a file': [[file('a'), file('a/b')], /"a\/b" lies below "a", which is a file/],
  'a hard link to a file of the host': [
    [link('x', '/etc/shadow')],
    /"x" is a hard link to something that "\/etc\/shadow" has an absolute path/,
  ],
  'a hard link that climbs out': [[link('x', '../../etc/shadow')], /leads out of the archive/],
  'a hard link to what is not in the layer': [
    [link('x', 'etc/shadow')],
    /hard link to "etc\/shadow", which is no file of the same layer/,
  ],
  'a hard link to a symbolic link': [
    [symlink('s', '/etc/shadow'), link('x', 's')],
    /hard link to "s", which is no file/,
  ],
  'a hard link through a symbolic link': [
    [symlink('s', '/etc'), link('x', 's/shadow')],
    /hard link to "s\/shadow", which is no file/,
  ],
  'a block device': [
    [{ name: 'sda', type: 'block-device', devmajor: 8 }],
    /"sda" is a block-device/,
  ],
  'a character device': [
    [{ name: 'mem', type: 'character-device', devmajor: 1, devminor: 1 }],
    /"mem" is a character-device/,
  ],
  'a whiteout that is already a device': [
    [{ name: 'gone', type: 'character-device' }],
    /"gone" is a character-device/,
  ],
  'a FIFO': [[{ name: 'pipe', type: 'fifo' }], /"pipe" is a fifo/],
  'a sparse file of the old GNU kind': [
    [{ ...file('holes'), typeflag: 'S' }],
    /"holes" is a thing of an unknown kind, such as a sparse file/,
  ],
  'a sparse file of the new GNU kind': [
    [{ ...file('holes'), pax: { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0' } }],
    /"holes" is a sparse file/,
  ],
  'a path in a pax header that climbs out': [
    [{ ...file('good'), pax: { path: '../bad' } }],
    /"..\/bad" leads out of the archive/,
  ],
  'an attribute of overlayfs': [
    [{ ...file('x'), pax: { 'SCHILY.xattr.user.overlay.opaque': 'y' } }],
    /"x" carries the attribute "user.overlay.opaque", which is the kernel's/,
  ],
  'a trusted attribute': [
    [{ ...file('x'), pax: { 'SCHILY.xattr.trusted.overlay.redirect': '/etc' } }],
    /carries the attribute "trusted.overlay.redirect"/,
  ],
  'a file twice': [[file('a'), file('./a')], /".\/a" is in the layer twice/],
  'a file that is also deleted': [[file('a'), file('.wh.a')], /".wh.a" is in the layer twice/],
  'a whiteout of the parent': [
    [file('a/.wh...')],
    /"a\/.wh\.\.\." names nothing that can be deleted/,
  ],
  'a whiteout of nothing': [[file('.wh.')], /names nothing that can be deleted/],
  'a whiteout with contents': [
    [{ name: '.wh.x', content: 'x' }],
    /the whiteout ".wh.x" is no empty file/,
  ],
  'a newline in a name': [[file('a\nb')], /"a\\nb" has a control character in its name/],
  'a terminal escape in a name': [[file('\x1b[2J')], /"\\u001b\[2J" has a control character/],
  'a name that is not UTF-8': [[{ ...file('x'), pax: { path: '\ufffd' } }], /not UTF-8/],
  'a name that is too long': [
    [{ ...file('x'), pax: { path: 'n'.repeat(256) } }],
    /has a name that is too long/,
  ],
  'a path that is too long': [
    [{ ...file('x'), pax: { path: Array(60).fill('n'.repeat(100)).join('/') } }],
    /has a path that is too long/,
  ],
  'a path that is too deep': [
    [{ ...file('x'), pax: { path: Array(200).fill('d').join('/') } }],
    /lies too deep/,
  ],
  'an id that no machine has': [
    [{ ...file('x'), uid: 65_536 }],
    /"x" belongs to the id 65536; machines have the ids 0 to 65535/,
  ],
  'an id below zero': [[{ ...file('x'), pax: { uid: '-1' } }], /belongs to the id -1/],
  'a root that is a link': [[symlink('.', '/etc')], /would replace the root of the layer/],
  'too many files': [
    Array.from({ length: 501 }, (_, index) => file(`f${index}`)),
    /it has too many files/,
  ],
  'a file that is too large': [
    [{ name: 'big', content: randomBytes(2 * 1024 ** 2 + 1) }],
    /the file "big" has 2097153 bytes; 2097152 are the limit/,
  ],
  'more bytes than the limit': [
    ['a', 'b', 'c'].map((name) => ({ name, content: randomBytes(1.5 * 1024 ** 2) })),
    /it is too large when it is unpacked/,
  ],
  'a bomb of zeros': [
    [{ name: 'zeros', content: Buffer.alloc(1024 ** 2) }],
    /it grows more than 50 times/,
  ],
};

for (const [what, [entries, sentence]] of Object.entries(LAYERS)) {
  test(`a layer with ${what} is refused and leaves nothing`, async (context) => {
    const before = { name: 'good/file', content: 'x' };
    const tar = await tarOf([before, ...entries]);
    await refused(context, await tarOfFiles(ociFiles({ layers: [tar] })), sentence);
  });
}
