/** Address of a manual page such as `unshare(1)`, or `null` if the text is no such name. */
export function manPageAddress(name: string): string | null {
  const match = /^([\w.:+-]+)\((\d)[a-z]*\)$/.exec(name);
  if (match === null) return null;
  const [, page, section] = match;
  return `https://man7.org/linux/man-pages/man${section}/${page}.${section}.html`;
}
