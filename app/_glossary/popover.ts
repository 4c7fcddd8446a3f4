/** Id of the element that holds the meaning of a word. */
export function popoverId(word: string): string {
  return `word-${word}`;
}

const GAP = 6;
const MARGIN = 8;

/** Closing gives the focus back to the word, and that must not open it again. */
const closing = new WeakSet<Element>();

export function markClosing(popover: Element, isClosing: boolean): void {
  if (isClosing) closing.add(popover);
  else closing.delete(popover);
}

/** Shows what a word means, below it or above it, wherever there is room. Tells when it is closed again. */
export function showMeaning(popover: HTMLElement, word: HTMLElement, closed: () => void): void {
  if (popover.matches(':popover-open') || closing.has(popover)) return;
  // With its source named, Tab goes from the word into the popover and out again.
  popover.showPopover({ source: word });
  placeAt(popover, word);
  const hide = () => popover.hidePopover();
  const toggled = (event: ToggleEvent) => {
    if (event.newState === 'open') return;
    popover.removeEventListener('toggle', toggled);
    removeEventListener('scroll', hide, { capture: true });
    removeEventListener('resize', hide);
    closed();
  };
  popover.addEventListener('toggle', toggled);
  // It stands where the word was: where the word goes, it does not follow.
  addEventListener('scroll', hide, { capture: true, passive: true });
  addEventListener('resize', hide);
}

function placeAt(popover: HTMLElement, word: HTMLElement): void {
  const line = word.getClientRects()[0];
  if (line === undefined) return;
  const { width, height } = popover.getBoundingClientRect();
  const rightmost = innerWidth - width - MARGIN;
  const below = line.bottom + GAP;
  const fits = below + height + MARGIN <= innerHeight;
  popover.style.left = `${Math.max(MARGIN, Math.min(line.left, rightmost))}px`;
  popover.style.top = `${fits ? below : Math.max(MARGIN, line.top - GAP - height)}px`;
}
