import * as z from 'zod';

/** Where the dividers are, as a percentage of what each divides. */
export type Layout = {
  /** Width of the lesson. */
  readonly lesson: number;
  /** Width of the machine terminal beside the container's. */
  readonly terminals: number;
  /** Height of the terminals above the X-ray. */
  readonly xray: number;
};

export type DividerName = keyof Layout;

export const DEFAULT_LAYOUT: Layout = { lesson: 33, terminals: 50, xray: 56 };

/** How far each divider goes, in percent. The lesson's bounds in pixels are the style sheet's. */
export const DIVIDER_BOUNDS = {
  lesson: { min: 20, max: 50 },
  terminals: { min: 20, max: 80 },
  xray: { min: 20, max: 85 },
} as const satisfies Record<DividerName, { min: number; max: number }>;

const stored = z.object({ lesson: z.number(), terminals: z.number(), xray: z.number() });

/** The layout with one divider moved, as far as it goes. */
export function moveDivider(layout: Layout, name: DividerName, percent: number): Layout {
  const { min, max } = DIVIDER_BOUNDS[name];
  return { ...layout, [name]: Math.round(Math.min(Math.max(percent, min), max) * 10) / 10 };
}

/** Reads a remembered layout; what is missing or makes no sense is the default. */
export function parseLayout(text: string | null): Layout {
  const parsed = stored.safeParse(parseJson(text ?? ''));
  if (!parsed.success) return DEFAULT_LAYOUT;
  const { lesson, terminals, xray } = parsed.data;
  return moveDivider(
    moveDivider(moveDivider(DEFAULT_LAYOUT, 'lesson', lesson), 'terminals', terminals),
    'xray',
    xray,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
