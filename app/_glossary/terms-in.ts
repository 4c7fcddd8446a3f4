/** Ids of the glossary's words that a lesson, or any part of one, links to. */
export function termsIn(content: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  collect(content, found);
  return found;
}

/** Lessons are plain data, so it is enough to look at every value. */
function collect(value: unknown, found: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  if (
    'type' in value &&
    value.type === 'textDirective' &&
    'name' in value &&
    'attributes' in value
  ) {
    const id = value.name === 'term' ? termId(value.attributes) : undefined;
    if (id !== undefined) found.add(id);
  }
  for (const part of Object.values(value)) collect(part, found);
}

/** In `:term[zombies]{zombie}` the id is the only attribute. */
export function termId(attributes: unknown): string | undefined {
  return typeof attributes === 'object' && attributes !== null
    ? Object.keys(attributes)[0]
    : undefined;
}
