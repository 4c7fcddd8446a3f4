import type { Report } from './problem.ts';
import { parseSvg, type SvgAttribute, type SvgElement, SvgSyntax, writeSvg } from './svg-text.ts';

/** A figure is part of the page: no more than a picture needs. */
const BYTES_MAX = 40 * 1024;

const ELEMENTS = [
  'svg',
  ...['g', 'defs', 'symbol', 'use', 'marker', 'clipPath', 'mask', 'pattern', 'title', 'desc'],
  ...['path', 'rect', 'circle', 'ellipse', 'line', 'polyline', 'polygon', 'text', 'tspan'],
];

/** Where things are, and how they look. Nothing in here loads, runs or reaches out of the figure. */
const ATTRIBUTES = [
  ...['id', 'href', 'x', 'y', 'x1', 'y1', 'x2', 'y2', 'cx', 'cy', 'r', 'rx', 'ry', 'dx', 'dy'],
  ...['d', 'points', 'width', 'height', 'transform', 'pathLength', 'rotate', 'viewBox'],
  ...['preserveAspectRatio', 'refX', 'refY', 'markerWidth', 'markerHeight', 'markerUnits'],
  ...['orient', 'patternUnits', 'patternContentUnits', 'patternTransform', 'clipPathUnits'],
  ...['maskUnits', 'maskContentUnits', 'textLength', 'lengthAdjust'],
  ...['fill', 'stroke', 'color', 'fill-opacity', 'fill-rule', 'clip-rule', 'opacity'],
  ...['stroke-width', 'stroke-dasharray', 'stroke-dashoffset', 'stroke-linecap'],
  ...['stroke-linejoin', 'stroke-miterlimit', 'stroke-opacity', 'vector-effect', 'paint-order'],
  ...['marker-start', 'marker-mid', 'marker-end', 'clip-path', 'mask', 'shape-rendering'],
  ...['font-family', 'font-size', 'font-weight', 'font-style', 'letter-spacing', 'word-spacing'],
  ...['text-anchor', 'dominant-baseline', 'alignment-baseline', 'baseline-shift'],
  ...['text-decoration', 'writing-mode', 'visibility', 'xmlns', 'aria-hidden'],
];

const NAMESPACE_COLOURS = ['user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time', 'overlay'];
const COLOURS = [
  'none',
  'currentColor',
  ...['ink', 'ink-2', 'ink-3', 'line', 'surface', 'raised', 'sunken', 'accent'].map(variable),
  ...NAMESPACE_COLOURS.map((name) => variable(`ns-${name}`)),
];
const FONTS = ['var(--font-sans)', 'var(--font-serif)', 'var(--font-mono)'];
const SVG = 'http://www.w3.org/2000/svg';

function variable(name: string): string {
  return `var(--color-${name})`;
}

/**
 * Reads an SVG file into what may stand in a page: a picture with a shape and no size, without anything
 * that runs or loads, in colours of the page, and with ids that are its own. `null` when it may not.
 */
export function readFigure(text: string, prefix: string, report: Report): string | null {
  const before = report.problems.length;
  const bytes = Buffer.byteLength(text);
  if (bytes > BYTES_MAX) {
    report.add(
      1,
      `A figure has at most ${BYTES_MAX / 1024} KiB, and this has ${Math.ceil(bytes / 1024)}.`,
    );
    return null;
  }
  try {
    const root = parseSvg(text);
    checkRoot(root, report);
    const ids = new Set<string>();
    collectIds(root, ids, report);
    checkElement(root, ids, report);
    if (report.problems.length > before) return null;
    return writeSvg(withPrefix(root, prefix));
  } catch (error) {
    if (!(error instanceof SvgSyntax)) throw error;
    report.add(error.line, error.message);
    return null;
  }
}

function checkRoot(root: SvgElement, report: Report): void {
  if (root.name !== 'svg') {
    report.add(root.line, `A figure is an \`<svg>\`, not a \`<${root.name}>\`.`);
    return;
  }
  const value = (name: string): string | undefined =>
    root.attributes.find((attribute) => attribute.name === name)?.value;
  const box = value('viewBox')
    ?.trim()
    .split(/[\s,]+/)
    .map(Number);
  const [, , width = 0, height = 0] = box ?? [];
  if (box === undefined) {
    report.add(root.line, 'The `<svg>` has no `viewBox`.', '`viewBox="0 0 640 240"`');
  } else if (box.length !== 4 || !box.every(Number.isFinite) || width <= 0 || height <= 0) {
    report.add(root.line, 'The `viewBox` is not four numbers with a width and a height.');
  }
  for (const { name, line } of root.attributes) {
    if (name === 'width' || name === 'height') {
      report.add(line, `The \`<svg>\` has no \`${name}\`: the page gives it its size.`);
    }
  }
  if (value('xmlns') !== SVG) {
    report.add(root.line, 'The `<svg>` does not say what it is.', `\`xmlns="${SVG}"\``);
  }
}

function collectIds(element: SvgElement, ids: Set<string>, report: Report): void {
  for (const { name, value, line } of element.attributes) {
    if (name !== 'id') continue;
    if (ids.has(value)) report.add(line, `A second \`id="${value}"\`.`);
    if (!/^[A-Za-z][\w-]*$/.test(value)) report.add(line, `\`${value}\` is no id: a word is one.`);
    ids.add(value);
  }
  for (const child of element.children) {
    if (typeof child !== 'string') collectIds(child, ids, report);
  }
}

function checkElement(element: SvgElement, ids: ReadonlySet<string>, report: Report): void {
  if (!ELEMENTS.includes(element.name)) {
    report.unknown(element.line, 'SVG element', element.name, ELEMENTS);
    return;
  }
  for (const attribute of element.attributes) checkAttribute(attribute, ids, report);
  for (const child of element.children) {
    if (typeof child !== 'string') checkElement(child, ids, report);
  }
}

function checkAttribute(
  { name, value, line }: SvgAttribute,
  ids: ReadonlySet<string>,
  report: Report,
): void {
  const reference = /^(?:#([\w-]+)|url\(#([\w-]+)\))$/.exec(value);
  const id = reference?.[1] ?? reference?.[2];
  if (!ATTRIBUTES.includes(name)) {
    report.unknown(line, 'SVG attribute', name, ATTRIBUTES);
  } else if (name === 'fill' || name === 'stroke' || name === 'color') {
    if (!COLOURS.includes(value)) report.unknown(line, 'colour', value, COLOURS);
  } else if (name === 'font-family') {
    if (!FONTS.includes(value)) report.unknown(line, 'font', value, FONTS);
  } else if (name === 'href' || value.includes('url(')) {
    if (id === undefined || (name === 'href') !== value.startsWith('#')) {
      report.add(line, `\`${name}="${value}"\` reaches out of the figure.`);
    } else if (!ids.has(id)) {
      report.unknown(line, 'id', id, [...ids]);
    }
  }
}

function withPrefix(element: SvgElement, prefix: string): SvgElement {
  return {
    ...element,
    attributes: element.attributes.map((attribute) => {
      const { name, value } = attribute;
      if (name === 'id') return { ...attribute, value: `${prefix}${value}` };
      if (name === 'href') return { ...attribute, value: `#${prefix}${value.slice(1)}` };
      return { ...attribute, value: value.replace(/^url\(#/, `url(#${prefix}`) };
    }),
    children: element.children.map((child) =>
      typeof child === 'string' ? child : withPrefix(child, prefix),
    ),
  };
}
