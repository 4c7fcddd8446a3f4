import { GlossaryPage, glossaryMetadata } from '../../_glossary/GlossaryPage.tsx';

export const metadata = glossaryMetadata('en');

export default function Page() {
  return <GlossaryPage language="en" />;
}
