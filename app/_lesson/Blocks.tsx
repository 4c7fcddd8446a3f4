'use client';

import type { Block } from '../../lessons/schema.ts';
import { CodeBlock } from './CodeBlock.tsx';
import { Figure } from './Figure.tsx';
import { KeyBlock } from './KeyBlock.tsx';
import { Prose } from './Prose.tsx';
import { Quiz } from './Quiz.tsx';
import { RunBlock } from './RunBlock.tsx';
import { Variants } from './Variants.tsx';

/** The pieces of a step, a hint or a solution, in their order. */
export function Blocks({ blocks }: { blocks: readonly Block[] }) {
  return (
    <div className="flex flex-col gap-5">
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a lesson's blocks never move
        <BlockView key={index} block={block} />
      ))}
    </div>
  );
}

function BlockView({ block }: { block: Block }) {
  switch (block.kind) {
    case 'prose':
      return <Prose nodes={block.nodes} />;
    case 'run':
      return <RunBlock block={block} />;
    case 'key':
      return <KeyBlock terminal={block.terminal} name={block.key} />;
    case 'code':
      return <CodeBlock language={block.language} text={block.text} />;
    case 'variants':
      return <Variants v1={block.v1} v2={block.v2} />;
    case 'figure':
      return <Figure svg={block.svg} alternative={block.alternative} />;
    case 'quiz':
      return <Quiz quiz={block} />;
  }
}
