/** A member of a tar archive: a file unless it says otherwise. */
export type TarMember = {
  readonly name: string;
  readonly content?: string | Buffer;
  readonly type?: 'file' | 'link' | 'symlink' | 'device' | 'directory';
  readonly linkname?: string;
  /** Of a device: major and minor. */
  readonly device?: readonly [number, number];
};

const TYPES = { file: '0', link: '1', symlink: '2', device: '3', directory: '5' } as const;

/** Writes an archive as it is asked to, however hostile; the programs that make archives refuse to. */
export function tarArchive(members: readonly TarMember[]): Buffer {
  return Buffer.concat([...members.flatMap(tarMember), Buffer.alloc(1024)]);
}

function tarMember(member: TarMember): Buffer[] {
  const content = Buffer.from(member.content ?? '');
  const header = Buffer.alloc(512);
  const octal = (value: number, width: number) => value.toString(8).padStart(width - 1, '0');
  const [major, minor] = member.device ?? [0, 0];
  header.write(member.name, 0);
  header.write(octal(member.type === 'directory' ? 0o755 : 0o644, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(content.length, 12), 124);
  header.write(octal(0, 12), 136);
  header.write(' '.repeat(8), 148);
  header.write(TYPES[member.type ?? 'file'], 156);
  header.write(member.linkname ?? '', 157);
  header.write('ustar\u000000', 257, 'latin1');
  header.write(octal(major, 8), 329);
  header.write(octal(minor, 8), 337);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 7)}\0 `, 148);
  return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
}
