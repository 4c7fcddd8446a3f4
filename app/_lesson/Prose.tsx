'use client';

import type { Nodes, RootContent, TableCell } from 'mdast';
import type {} from 'mdast-util-directive';
import { Fragment, type ReactNode } from 'react';
import { Term } from '../_glossary/Term.tsx';
import { termId } from '../_glossary/terms-in.ts';
import { useText } from '../_messages/text.tsx';
import { NamespaceName } from '../_ui/NamespaceName.tsx';
import { isHueName } from '../_ui/namespace-colour.ts';
import { ManLink } from './ManLink.tsx';
import { Word } from './Word.tsx';

/** The teacher's sentences. A kind of node that is not in the table below is a mistake in the lesson and ends the build. */
export function Prose({ nodes, size = '' }: { nodes: readonly RootContent[]; size?: string }) {
  return <div className={`prose ${size}`}>{children(nodes)}</div>;
}

function children(nodes: readonly RootContent[]): ReactNode {
  return nodes.map((node, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: a lesson's nodes never move
    return <Fragment key={index}>{element(node)}</Fragment>;
  });
}

function element(node: RootContent): ReactNode {
  switch (node.type) {
    case 'paragraph':
      return <p>{children(node.children)}</p>;
    case 'text':
      return node.value;
    case 'emphasis':
      return <em lang={foreign(node)}>{children(node.children)}</em>;
    case 'strong':
      return <strong>{children(node.children)}</strong>;
    case 'delete':
      return <del>{children(node.children)}</del>;
    case 'inlineCode':
      return <Word text={node.value} />;
    case 'break':
      return <br />;
    case 'thematicBreak':
      return <hr />;
    case 'heading':
      // The step's title is the second level.
      return node.depth <= 3 ? (
        <h3>{children(node.children)}</h3>
      ) : (
        <h4>{children(node.children)}</h4>
      );
    case 'blockquote':
      return <blockquote>{children(node.children)}</blockquote>;
    case 'list':
      return node.ordered ? (
        <ol start={node.start ?? 1}>{children(node.children)}</ol>
      ) : (
        <ul>{children(node.children)}</ul>
      );
    case 'listItem':
      return <li>{children(node.children)}</li>;
    case 'link':
      return <Link address={node.url}>{children(node.children)}</Link>;
    case 'table': {
      const [head, ...rows] = node.children;
      return (
        <div className="overflow-x-auto">
          <table>
            <thead>
              <tr>{head?.children.map(headCell)}</tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a lesson's rows never move
                <tr key={index}>{children(row.children)}</tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    }
    case 'tableCell':
      return <td>{children(node.children)}</td>;
    case 'textDirective':
      return directive(node);
    default:
      throw new Error(`A lesson's prose cannot hold “${node.type}”.`);
  }
}

function headCell(cell: TableCell, index: number): ReactNode {
  return (
    <th key={index} scope="col">
      {children(cell.children)}
    </th>
  );
}

/**
 * `:ns[hostname]{uts}` is a word in the hue of a namespace, `:man[unshare(1)]` a manual page,
 * `:term[zombies]{zombie}` a word that the glossary explains.
 */
function directive(node: Extract<RootContent, { type: 'textDirective' }>): ReactNode {
  if (node.name === 'man') return <ManLink name={plainText(node)} />;
  const term = node.name === 'term' ? termId(node.attributes) : undefined;
  if (term !== undefined) return <Term id={term}>{children(node.children)}</Term>;
  const name = Object.keys(node.attributes ?? {}).find(isHueName);
  if (node.name === 'ns' && name !== undefined) {
    return <NamespaceName name={name}>{children(node.children)}</NamespaceName>;
  }
  throw new Error(`A lesson's prose cannot hold “:${node.name}” with these attributes.`);
}

function Link({ address, children }: { address: string; children: ReactNode }) {
  const { site } = useText();
  if (!/^https?:/.test(address)) return <a href={address}>{children}</a>;
  return (
    <a href={address} target="_blank" rel="noreferrer" title={site.opensNewTab}>
      {children}
    </a>
  );
}

/** Stressed words without a Chinese character are English, in a Chinese sentence too: italics, and no dots. */
function foreign(node: Nodes): 'en' | undefined {
  return /\p{Script=Han}/u.test(plainText(node)) ? undefined : 'en';
}

function plainText(node: Nodes): string {
  if ('children' in node) return node.children.map(plainText).join('');
  return 'value' in node ? node.value : '';
}
