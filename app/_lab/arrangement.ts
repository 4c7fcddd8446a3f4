import * as z from 'zod';
import { GROUPS, type GroupName } from './tabs.ts';

/** How the two groups of terminals stand: beside each other, one above the other, or one alone. */
export type Arrangement = {
  readonly split: 'beside' | 'stacked';
  /** The only one that is shown, where there is room for both. */
  readonly only: GroupName | null;
};

export const DEFAULT_ARRANGEMENT: Arrangement = { split: 'beside', only: null };

const stored = z.object({
  split: z.enum(['beside', 'stacked']),
  only: z.enum(GROUPS).nullable(),
});

/** Shows this group alone, or both again if it is alone already. */
export function toggleOnly(arrangement: Arrangement, group: GroupName): Arrangement {
  return { ...arrangement, only: arrangement.only === group ? null : group };
}

/** With this group to be seen. */
export function withShown(arrangement: Arrangement, group: GroupName): Arrangement {
  return arrangement.only === null || arrangement.only === group
    ? arrangement
    : { ...arrangement, only: group };
}

/** Reads a remembered arrangement; what makes no sense is the default. */
export function parseArrangement(text: string | null): Arrangement {
  try {
    const parsed = stored.safeParse(JSON.parse(text ?? ''));
    return parsed.success ? parsed.data : DEFAULT_ARRANGEMENT;
  } catch {
    return DEFAULT_ARRANGEMENT;
  }
}
