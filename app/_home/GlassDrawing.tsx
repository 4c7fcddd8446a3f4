import type { Text } from '../_messages/en.ts';
import { HUE_CLASSES } from '../_ui/namespace-colour.ts';
import { FIGURE_ROWS, type FigureRow } from './figure-rows.ts';

/** Where things stand in the drawing, in its own units, which are pixels at its natural size. */
type Geometry = {
  readonly width: number;
  readonly firstRow: number;
  readonly rowHeight: number;
  /** From the middle to the inner end of an answer, and of the words about it. */
  readonly answer: number;
  readonly radius: number;
  /** Beside the answers, at the margins; or under them, where there is no room beside. */
  readonly wordsBeside: boolean;
};

export const WIDE: Geometry = {
  width: 1040,
  firstRow: 76,
  rowHeight: 54,
  answer: 190,
  radius: 46,
  wordsBeside: true,
};

export const NARROW: Geometry = {
  width: 380,
  firstRow: 64,
  rowHeight: 62,
  answer: 66,
  radius: 40,
  wordsBeside: false,
};

type DrawingProps = { geometry: Geometry; text: Text; className: string };

/** A pane of glass, a process in it, and a line from each question's answer on one side to that on the other. */
export function GlassDrawing({ geometry, text, className }: DrawingProps) {
  const { width, firstRow, rowHeight, radius } = geometry;
  const { home } = text;
  const middle = width / 2;
  const height = firstRow + rowHeight * FIGURE_ROWS.length;
  const centre = firstRow + (rowHeight * (FIGURE_ROWS.length - 1)) / 2;
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={home.figureSummary}
      className={`mx-auto h-auto w-full overflow-visible ${className}`}
    >
      <SideTitle x={middle - geometry.answer} anchor="end" words={home.figureMachine} />
      <SideTitle x={middle + geometry.answer} anchor="start" words={home.figureContainer} />
      <rect
        x={middle - 7.5}
        y={8.5}
        width={15}
        height={height - 17}
        rx={3}
        className="fill-raised stroke-line"
      />
      {FIGURE_ROWS.map((row, index) => (
        <Row
          key={row.question}
          row={row}
          y={firstRow + index * rowHeight}
          centre={centre}
          geometry={geometry}
          text={text}
        />
      ))}
      <circle
        cx={middle}
        cy={centre}
        r={radius}
        className="fill-surface stroke-ink"
        strokeWidth="1.5"
      />
      <text x={middle} y={centre + 1} textAnchor="middle" className="fill-ink font-mono text-14">
        nginx
      </text>
      <text x={middle} y={centre + 18} textAnchor="middle" className="fill-ink-2 text-12">
        {home.figureProcess}
      </text>
    </svg>
  );
}

function SideTitle({ x, anchor, words }: { x: number; anchor: 'start' | 'end'; words: string }) {
  return (
    <text x={x} y={24} textAnchor={anchor} className="fill-ink text-13 font-semibold">
      {words}
    </text>
  );
}

type RowProps = { row: FigureRow; y: number; centre: number; geometry: Geometry; text: Text };

function Row({ row, y, centre, geometry, text }: RowProps) {
  const middle = geometry.width / 2;
  const { answer, wordsBeside } = geometry;
  const hue = row.namespace === null ? 'text-ink-3' : HUE_CLASSES[row.namespace];
  const value = `font-mono ${wordsBeside ? 'text-18' : 'text-14'} ${row.namespace === null ? 'fill-ink-3' : 'fill-ink'}`;
  const question = text.home.figureQuestions[row.question];
  const namespace = row.namespace === null ? text.home.figureNone : text.namespace[row.namespace];
  // Beside: at the margins, on the line. Under: below the answers.
  const words = wordsBeside ? { left: 0, right: geometry.width, y: y + 5 } : { y: y + 22 };
  return (
    <g className={hue}>
      <path
        d={`${curve(middle, -1, y, centre, geometry)} ${curve(middle, 1, y, centre, geometry)}`}
        fill="none"
        stroke="currentColor"
        strokeWidth={row.namespace === null ? 1 : 2}
      />
      <circle cx={middle - answer + 14} cy={y} r="3" fill="currentColor" />
      <circle cx={middle + answer - 14} cy={y} r="3" fill="currentColor" />
      <text x={middle - answer} y={y + 5} textAnchor="end" className={value}>
        {row.machine}
      </text>
      <text x={middle + answer} y={y + 5} textAnchor="start" className={value}>
        {row.container}
      </text>
      <text
        x={words.left ?? middle - answer}
        y={words.y}
        textAnchor={wordsBeside ? 'start' : 'end'}
        className="fill-ink-2 text-13"
      >
        {question}
      </text>
      <text
        x={words.right ?? middle + answer}
        y={words.y}
        textAnchor={wordsBeside ? 'end' : 'start'}
        className="fill-current text-13"
      >
        {namespace}
      </text>
    </g>
  );
}

/** From an answer to the process: `side` is -1 on the machine's side, 1 on the container's. */
function curve(
  middle: number,
  side: 1 | -1,
  y: number,
  centre: number,
  geometry: Geometry,
): string {
  const start = middle + side * (geometry.answer - 14);
  const end = middle + side * geometry.radius * 0.8;
  const bend = (start + end) / 2;
  const endY = centre + (y - centre) * 0.12;
  return `M${start} ${y}C${bend} ${y} ${bend} ${endY} ${end} ${endY}`;
}
