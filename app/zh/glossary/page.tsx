import { GlossaryPage, glossaryMetadata } from '../../_glossary/GlossaryPage.tsx';

export const metadata = glossaryMetadata('zh');

export default function Page() {
  return <GlossaryPage language="zh" />;
}
