/**
 * Something in an archive that is not taken. The message is a sentence without its full stop that says
 * where and what; whoever reads the archive says which archive, and that nothing of it was kept.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** A name from an archive as one can show it: in quotes, its control characters escaped, not too long. */
export function quoted(name: string): string {
  const shown = name.length > 120 ? `${name.slice(0, 117)}...` : name;
  // JSON leaves DEL, the C1 controls and the marks that turn the direction of writing as they are.
  return JSON.stringify(shown).replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
