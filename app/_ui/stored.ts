/**
 * localStorage that may be full, forbidden, or hold what another program wrote. A value that cannot be
 * kept lives until the page is closed.
 */
const unkept = new Map<string, string>();

/** The text stored under a key, or `null`. */
export function readStored(key: string): string | null {
  try {
    return localStorage.getItem(key) ?? unkept.get(key) ?? null;
  } catch {
    return unkept.get(key) ?? null;
  }
}

/** Stores a text under a key; `null` removes it. */
export function writeStored(key: string, value: string | null): void {
  unkept.delete(key);
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    if (value !== null) unkept.set(key, value);
  }
}
