import * as z from 'zod';
import type { Report } from './problem.ts';
import type { LineOf } from './read-yaml.ts';

type Schema = z.core.$ZodType;
type Path = readonly PropertyKey[];

/** Where complaints go, and what the thing is called that they are about: `check`. */
type Place = { readonly report: Report; readonly lineOf: LineOf; readonly what: string };

/**
 * Says what is wrong with a value that a schema refuses: every unknown key with the one that was meant,
 * every missing one, and every value that does not fit, each on its line. The keys are those of the
 * schema itself. True when nothing is wrong.
 */
export function examine(schema: Schema, value: unknown, place: Place, path: Path = []): boolean {
  const before = place.report.problems.length;
  walk(schema, value, path, place);
  return place.report.problems.length === before;
}

function walk(schema: Schema, value: unknown, path: Path, place: Place): void {
  if (schema instanceof z.ZodLazy) {
    walk(schema.unwrap(), value, path, place);
    return;
  }
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    if (value !== undefined) walk(schema.unwrap(), value, path, place);
    return;
  }
  if (schema instanceof z.ZodNullable) {
    if (value !== null) walk(schema.unwrap(), value, path, place);
    return;
  }
  const before = place.report.problems.length;
  if (schema instanceof z.ZodUnion) walkUnion(schema.options, value, path, place);
  else if (schema instanceof z.ZodObject && isRecord(value)) {
    walkObject(schema, value, path, place);
  } else if (schema instanceof z.ZodRecord && isRecord(value)) {
    walkRecord(schema, value, path, place);
  } else if (schema instanceof z.ZodArray && Array.isArray(value)) {
    const element = schema.element;
    value.forEach((item: unknown, index) => {
      walk(element, item, [...path, index], place);
    });
  } else if (schema instanceof z.ZodEnum && typeof value === 'string') {
    const known = schema.options.map(String);
    if (!known.includes(value)) {
      place.report.unknown(place.lineOf(path), valueAt(path), value, known);
    }
    return;
  }
  if (place.report.problems.length > before) return;
  // What is left is a value of another kind, or a rule of the schema's own.
  const issue = z.safeParse(schema, value).error?.issues[0];
  if (issue === undefined) return;
  const expected =
    issue.code === 'invalid_type' ||
    issue.code === 'invalid_union' ||
    issue.code === 'invalid_value'
      ? `must be ${describe(schema)}${isUnquoted(schema, value) ? ', in quotation marks' : ''}`
      : issue.message;
  const inside = [...path, ...issue.path];
  place.report.add(place.lineOf(inside), `${placeName(place.what, inside)}: ${expected}.`);
}

function walkObject(
  schema: z.ZodObject,
  value: Readonly<Record<string, unknown>>,
  path: Path,
  place: Place,
): void {
  const known = Object.keys(schema.shape);
  for (const key of Object.keys(value)) {
    const inner: Schema | undefined = known.includes(key) ? schema.shape[key] : undefined;
    if (inner === undefined) {
      if (!(schema.def.catchall instanceof z.ZodUnknown)) unknownKey(key, known, path, place);
    } else walk(inner, value[key], [...path, key], place);
  }
  for (const key of known) {
    const inner: Schema | undefined = schema.shape[key];
    if (key in value || inner === undefined || z.safeParse(inner, undefined).success) continue;
    place.report.add(
      place.lineOf(path),
      `${placeName(place.what, path)}: \`${key}\` is missing, ${describe(inner)}.`,
    );
  }
}

function walkRecord(
  schema: z.ZodRecord,
  value: Readonly<Record<string, unknown>>,
  path: Path,
  place: Place,
): void {
  const keys = schema.keyType;
  for (const [key, inner] of Object.entries(value)) {
    if (keys instanceof z.ZodEnum && !keys.options.includes(key)) {
      unknownKey(key, keys.options.map(String), path, place);
    } else walk(schema.valueType, inner, [...path, key], place);
  }
}

/** Of several forms, the one that was meant is that which has the most of the keys that are there. */
function walkUnion(options: readonly Schema[], value: unknown, path: Path, place: Place): void {
  if (options.some((option) => z.safeParse(option, value).success)) return;
  const objects = options.map(bare).filter((option) => option instanceof z.ZodObject);
  if (!isRecord(value) || objects.length === 0) {
    const same = options.map(bare).filter((option) => isSameKind(option, value));
    const [only] = same;
    if (same.length === 1 && only !== undefined) walk(only, value, path, place);
    return;
  }
  const keys = Object.keys(value);
  const all = [...new Set(objects.flatMap((option) => Object.keys(option.shape)))];
  const unknown = keys.filter((key) => !all.includes(key));
  for (const key of unknown) unknownKey(key, all, path, place);
  if (unknown.length > 0) return;
  if (keys.length === 0) {
    const known = all.map((key) => `\`${key}\``).join(', ');
    place.report.add(
      place.lineOf(path),
      `${placeName(place.what, path)}: nothing is asked. Known: ${known}.`,
    );
    return;
  }
  const fits = (option: z.ZodObject): number =>
    keys.filter((key) => Object.hasOwn(option.shape, key)).length;
  const meant = objects.reduce((best, option) => (fits(option) > fits(best) ? option : best));
  const foreign = keys.filter((key) => !Object.hasOwn(meant.shape, key));
  if (foreign.length === 0) {
    walkObject(meant, value, path, place);
    return;
  }
  const own = keys.filter((key) => Object.hasOwn(meant.shape, key));
  place.report.add(
    place.lineOf([...path, foreign[0] ?? '']),
    `${placeName(place.what, path)}: \`${foreign.join('`, `')}\` does not stand beside \`${own.join('`, `')}\`.`,
    all.includes('all') ? '`all: [ … ]`' : null,
  );
}

function unknownKey(key: string, known: readonly string[], path: Path, place: Place): void {
  place.report.unknown(place.lineOf([...path, key]), `${place.what} key`, key, known);
}

/** A schema without what only says that it may be left out. */
function bare(schema: Schema): Schema {
  if (schema instanceof z.ZodLazy || schema instanceof z.ZodOptional) return bare(schema.unwrap());
  if (schema instanceof z.ZodDefault) return bare(schema.unwrap());
  return schema;
}

function isSameKind(schema: Schema, value: unknown): boolean {
  if (schema instanceof z.ZodEnum) return typeof value === 'string';
  if (schema instanceof z.ZodArray) return Array.isArray(value);
  const kind = schema._zod.def.type;
  return kind === typeof value || (kind === 'object' && isRecord(value));
}

/** What a value of this schema looks like, for somebody who writes YAML. */
function describe(schema: Schema): string {
  const plain = bare(schema);
  if (plain instanceof z.ZodUnion) {
    return [...new Set(plain.options.map(describe))].join(' or ');
  }
  if (plain instanceof z.ZodEnum) return plain.options.map((word) => `\`${word}\``).join(' or ');
  if (plain instanceof z.ZodLiteral)
    return [...plain.values].map((word) => `\`${word}\``).join(' or ');
  if (plain instanceof z.ZodObject) {
    const keys = Object.keys(plain.shape);
    const shown = keys.slice(0, 4).map((key) => `${key}: …`);
    return `\`{ ${shown.join(', ')}${keys.length > 4 ? ', …' : ''} }\``;
  }
  if (plain instanceof z.ZodArray) return `a list of ${describe(plain.element)}`;
  if (plain instanceof z.ZodNullable) return `${describe(plain.unwrap())} or \`null\``;
  if (plain instanceof z.ZodRecord) return `\`{ ${describe(plain.keyType)}: … }\``;
  return KINDS[plain._zod.def.type] ?? plain._zod.def.type;
}

/** YAML makes a number of `2.6` and a truth of `true`. */
function isUnquoted(schema: Schema, value: unknown): boolean {
  const isText = schema._zod.def.type === 'string';
  return isText && (typeof value === 'number' || typeof value === 'boolean');
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a whole number',
  int: 'a whole number',
  boolean: '`true` or `false`',
};

const valueAt = (path: Path): string =>
  `\`${path.filter((part) => typeof part === 'string').at(-1) ?? 'value'}\``;

function placeName(what: string, path: Path): string {
  const name = `${what.charAt(0).toUpperCase()}${what.slice(1)}`;
  return path.length === 0 ? name : `${name} \`${path.join('.')}\``;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
