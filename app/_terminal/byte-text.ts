const UNITS = ['B', 'kB', 'MB', 'GB'] as const;

/** An amount of bytes for people: 512 B, 1.2 MB. */
export function byteText(bytes: number): string {
  const at = Math.min(Math.floor(Math.log10(Math.max(1, bytes)) / 3), UNITS.length - 1);
  const amount = bytes / 1000 ** at;
  return `${at > 0 && amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${UNITS[at]}`;
}
