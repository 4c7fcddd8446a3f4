import type { Language } from '../../server/protocol/identifiers.ts';

/** What the `lang` attribute says. */
export const LANGUAGE_TAGS = { en: 'en', zh: 'zh-CN' } as const satisfies Record<Language, string>;

export const OTHER_LANGUAGE = { en: 'zh', zh: 'en' } as const satisfies Record<Language, Language>;

/** Address of a page in a language: English at the root, Chinese under `/zh`. `path` begins and ends with a slash. */
export function pathIn(language: Language, path: string): string {
  return language === 'en' ? path : `/${language}${path}`;
}

/** Address of a lesson, or of one of its steps. */
export function lessonPath(language: Language, lessonId: string, stepId?: string): string {
  const path = pathIn(language, `/lessons/${lessonId}/`);
  return stepId === undefined ? path : `${path}#${stepId}`;
}
