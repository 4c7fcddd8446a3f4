let selected = '';

/** Remembers what was selected last in any terminal of the page, as X11 does with its primary selection. */
export function rememberSelection(text: string): void {
  if (text !== '') selected = text;
}

/** What was selected last in any terminal of the page. */
export function lastSelection(): string {
  return selected;
}
