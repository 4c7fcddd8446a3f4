import type { Metadata } from 'next';
import { loadGlossary, loadLessons } from '../../lessons/load.ts';
import type { Lesson } from '../../lessons/schema.ts';
import type { Language } from '../../server/protocol/identifiers.ts';
import { termsIn } from '../_glossary/terms-in.ts';
import { Lab } from '../_lab/Lab.tsx';
import { plain } from '../_lesson/Inline.tsx';
import { lessonLink } from '../_lesson/lesson-link.ts';
import { LANGUAGE_TAGS, lessonPath } from './languages.ts';

type LessonParams = { params: Promise<{ slug: string }> };

/** The lessons of a language, in their order. */
export function lessonsIn(language: Language): readonly Lesson[] {
  return loadLessons().filter((lesson) => lesson.language === language);
}

/** A lesson's page, its metadata and its addresses, for one language: what `lessons/[slug]/page.tsx` exports. */
export function lessonPage(language: Language) {
  const lessonOf = async ({ params }: LessonParams) => {
    const { slug } = await params;
    const lessons = lessonsIn(language);
    const index = lessons.findIndex((lesson) => lesson.id === slug);
    const lesson = lessons[index];
    if (lesson === undefined) throw new Error(`No lesson ${slug} in ${language}.`);
    const next = lessons[index + 1];
    const terms = termsIn(lesson);
    return {
      lesson,
      before: lessons.filter(({ id }) => lesson.after.includes(id)).map(lessonLink),
      next: next === undefined ? null : lessonLink(next),
      glossary: loadGlossary(language).filter(({ id }) => terms.has(id)),
    };
  };

  return {
    generateStaticParams: () => lessonsIn(language).map(({ id }) => ({ slug: id })),

    async generateMetadata(props: LessonParams): Promise<Metadata> {
      const { lesson } = await lessonOf(props);
      return {
        title: plain(lesson.title),
        description: plain(lesson.summary),
        alternates: {
          languages: {
            [LANGUAGE_TAGS.en]: lessonPath('en', lesson.id),
            [LANGUAGE_TAGS.zh]: lessonPath('zh', lesson.id),
          },
        },
      };
    },

    async Page(props: LessonParams) {
      const { lesson, ...around } = await lessonOf(props);
      return <Lab key={lesson.id} lesson={lesson} {...around} />;
    },
  };
}
