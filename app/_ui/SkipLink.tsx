'use client';

import { useText } from '../_messages/text.tsx';

/**
 * First stop of the keyboard: past the header. A button and no link, because a link would change the
 * part of the address that names the step.
 */
export function SkipLink() {
  const { site } = useText();
  return (
    <button
      type="button"
      onClick={() => document.getElementById('content')?.focus()}
      className="absolute top-2 left-2 z-50 -translate-y-16 rounded-6 bg-accent px-3 py-2 text-13 font-semibold text-surface focus:translate-y-0"
    >
      {site.skip}
    </button>
  );
}
