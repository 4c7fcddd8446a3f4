'use client';

import { fill, useText } from '../_messages/text.tsx';
import { manPageAddress } from './man-page.ts';

/** A manual page, such as `unshare(1)`. In a new tab: the terminals stay where they are. */
export function ManLink({ name }: { name: string }) {
  const { site, lesson } = useText();
  const address = manPageAddress(name);
  if (address === null) throw new Error(`Not the name of a manual page: ${name}`);
  return (
    <a
      href={address}
      target="_blank"
      rel="noreferrer"
      title={`${fill(lesson.manualPage, { name })}, ${site.opensNewTab}`}
      className="font-mono text-[0.86em] text-accent underline decoration-1 underline-offset-4"
    >
      {name}
    </a>
  );
}
