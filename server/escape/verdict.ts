/** What the attacking program says of one attempt (`native/escape/attack.h`). */
export type Saying = {
  readonly verdict: 'refused' | 'open' | 'skipped';
  readonly text: string;
};

/** What a whole attack came to, with the reason in a few words. */
export type Judgement = Saying;

const SAYING = /^(refused|open|skipped): (.*)$/;

/** What a line of the program says; nothing when it is no saying. */
export function parseSaying(line: string): Saying | undefined {
  const [, verdict, text = ''] = SAYING.exec(line) ?? [];
  if (verdict !== 'refused' && verdict !== 'open' && verdict !== 'skipped') return undefined;
  return { verdict, text };
}

/**
 * Silence is no refusal: an attack that said nothing, or crashed, counts as open, and so does whatever the
 * host has seen, whatever the program says.
 */
export function judge(sayings: readonly Saying[], seenByHost: readonly string[]): Judgement {
  const [harm] = seenByHost;
  if (harm !== undefined) return { verdict: 'open', text: `the host sees: ${harm}` };
  const open = sayings.find((saying) => saying.verdict === 'open');
  if (open !== undefined) return open;
  const refused = sayings.filter((saying) => saying.verdict === 'refused');
  if (refused.length > 0) return { verdict: 'refused', text: summary(refused) };
  return (
    sayings.find((saying) => saying.verdict === 'skipped') ?? {
      verdict: 'open',
      text: 'the attack did not say how it ended',
    }
  );
}

/** One way tried in two places is open if it is in one of them, and refused if it was in one at least. */
export function join(judgements: readonly Judgement[]): Judgement {
  const ranked = (['open', 'refused', 'skipped'] as const).flatMap((verdict) =>
    judgements.filter((judgement) => judgement.verdict === verdict),
  );
  return ranked[0] ?? { verdict: 'open', text: 'nothing was tried' };
}

/** The errnos by which attempts were refused, each once, or the words if there is none. */
function summary(refused: readonly Saying[]): string {
  const [first] = refused;
  const errors = new Set(refused.flatMap(({ text }) => text.match(/\bE[A-Z0-9]{2,}\b/g) ?? []));
  if (errors.size === 0) return first?.text ?? '';
  return `${[...errors].join(', ')} (${refused.length === 1 ? first?.text : `${refused.length} attempts`})`;
}
