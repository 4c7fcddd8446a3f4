/** Longer ones may break at a hyphen or a slash; a short option that does (`-` / `-pid`) reads as two. */
const UNBROKEN_LENGTH = 24;

/** A word of the machine in a sentence: a command, a path, a name. */
export function Word({ text }: { text: string }) {
  const unbroken = text.length <= UNBROKEN_LENGTH ? 'whitespace-nowrap' : '';
  return <code className={`word ${unbroken}`}>{text}</code>;
}
