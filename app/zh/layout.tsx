import type { ReactNode } from 'react';
import { Document, documentMetadata } from '../_site/Document.tsx';

export const metadata = documentMetadata('zh');

export default function Layout({ children }: { children: ReactNode }) {
  return <Document language="zh">{children}</Document>;
}
