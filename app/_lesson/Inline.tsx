import { Fragment } from 'react';
import { Word } from './Word.tsx';

/** A sentence of a lesson that is plain text but for words of the machine between backticks. */
export function Inline({ text }: { text: string }) {
  return text.split('`').map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a fixed sentence never move
      <Word key={index} text={part} />
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a fixed sentence never move
      <Fragment key={index}>{part}</Fragment>
    ),
  );
}

/** The same sentence for a title or a live region: without the backticks. */
export function plain(text: string): string {
  return text.replaceAll('`', '');
}
