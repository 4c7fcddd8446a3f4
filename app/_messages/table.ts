import type { Language } from '../../server/protocol/identifiers.ts';
import { EN, type Text } from './en.ts';
import { ZH } from './zh.ts';

/** Texts by language, for what is rendered at build time. Client components take theirs from `useText`. */
export const TEXT = { en: EN, zh: ZH } as const satisfies Record<Language, Text>;
