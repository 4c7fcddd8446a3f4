/** This much of a text is enough to know it again. */
const LINES_MAX = 3;
const LINE_LENGTH_MAX = 500;

type TextPreviewProps = {
  readonly label: string;
  readonly text: string;
  /** What stands for the lines that are not shown. */
  readonly more?: (lines: number) => string;
};

/** The first lines of a text that is not the page's own. */
export function TextPreview({ label, text, more }: TextPreviewProps) {
  const lines = text.replace(/\n$/, '').split('\n');
  const rest = lines.length - LINES_MAX;
  const shown = lines.slice(0, LINES_MAX).map((line) => line.slice(0, LINE_LENGTH_MAX));
  return (
    <figure className="terminal-preview" aria-label={label}>
      <pre dir="auto">{shown.join('\n')}</pre>
      {rest > 0 && <figcaption>{more ? more(rest) : '…'}</figcaption>}
    </figure>
  );
}
