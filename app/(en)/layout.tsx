import type { ReactNode } from 'react';
import { Document, documentMetadata } from '../_site/Document.tsx';

export const metadata = documentMetadata('en');

export default function Layout({ children }: { children: ReactNode }) {
  return <Document language="en">{children}</Document>;
}
