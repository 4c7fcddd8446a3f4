type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey'>;

/** What a key of the page's own does. */
export type PageKey =
  | { readonly does: 'next-pane' | 'previous-pane' | 'tabs' | 'maximise' }
  | { readonly does: 'tab'; readonly step: 1 | -1 };

/**
 * The keys that the page has for itself wherever the focus is, in a terminal too. Programs have hardly a use
 * for these; all others are theirs.
 */
export function pageKey({ key, ctrlKey, shiftKey, altKey, metaKey }: Pressed): PageKey | undefined {
  if (metaKey) return undefined;
  if (key === 'F6' && !altKey) {
    if (ctrlKey) return { does: shiftKey ? 'maximise' : 'tabs' };
    return { does: shiftKey ? 'previous-pane' : 'next-pane' };
  }
  if (!altKey || ctrlKey || shiftKey) return undefined;
  if (key === 'PageDown') return { does: 'tab', step: 1 };
  return key === 'PageUp' ? { does: 'tab', step: -1 } : undefined;
}
