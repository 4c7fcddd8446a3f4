/** Nothing else leaves the page: no `javascript:`, `data:` or `file:` of a program. */
const PROTOCOLS = ['http:', 'https:'];

/** Opens an address so that its page knows nothing of this one. */
export function openLink(address: string): void {
  window.open(address, '_blank', 'noopener,noreferrer');
}

/** The address as the browser will take it: what looks like another host in it does so no more. */
export function safeAddress(text: string): string | undefined {
  const address = URL.canParse(text) ? new URL(text) : undefined;
  return address && PROTOCOLS.includes(address.protocol) ? address.href : undefined;
}
