'use client';

import type { CSSProperties } from 'react';
import { useText } from '../_messages/text.tsx';
import { Icon } from '../_ui/Icon.tsx';

/** A picture is drawn at most this much larger, and at least this much smaller, than it was made. */
const LARGEST = 1.25;
const SMALLEST = 0.8;

/**
 * A picture of a lesson, in the colours of the present theme. What it shows is heard instead of it, and
 * can be read below it. On a narrow screen it scrolls rather than get too small to read.
 */
export function Figure({ svg, alternative }: { svg: string; alternative: string }) {
  const { lesson } = useText();
  const width = naturalWidth(svg);
  const bounds: CSSProperties = { maxWidth: width * LARGEST, minWidth: width * SMALLEST };
  return (
    <figure className="border-y border-line py-4">
      <div className="overflow-x-auto">
        <div
          role="img"
          aria-label={alternative}
          style={bounds}
          className="mx-auto font-sans text-14 text-ink [&>svg]:h-auto [&>svg]:w-full"
          // biome-ignore lint/security/noDangerouslySetInnerHtml: a file of the lesson, checked by its parser when the page is built
          dangerouslySetInnerHTML={{ __html: svg }}
        />
      </div>
      <figcaption className="mt-3 text-13">
        <details className="group">
          <summary className="inline-flex items-center gap-1.5 rounded-6 text-ink-2 hover:text-ink">
            <Icon name="chevron-right" className="group-open:rotate-90" />
            {lesson.figureWords}
          </summary>
          <p className="mt-1 text-14 text-ink-2">{alternative}</p>
        </details>
      </figcaption>
    </figure>
  );
}

/** The width that the picture was drawn for; the parser has seen to it that there is a `viewBox`. */
function naturalWidth(svg: string): number {
  const width = /viewBox=["']\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)/.exec(svg)?.[1];
  if (width === undefined) throw new Error('A figure without a viewBox.');
  return Number(width);
}
