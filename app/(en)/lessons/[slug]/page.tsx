import { lessonPage } from '../../../_site/lesson-page.tsx';

const { Page, generateMetadata, generateStaticParams } = lessonPage('en');

export { generateMetadata, generateStaticParams };
export const dynamicParams = false;
export default Page;
