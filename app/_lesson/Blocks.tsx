'use client';

import type { Block } from '../../lessons/schema.ts';
import { CodeBlock } from './CodeBlock.tsx';
import { KeyBlock } from './KeyBlock.tsx';
import { Prose } from './Prose.tsx';
import { RunBlock } from './RunBlock.tsx';

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
      return <RunBlock terminal={block.terminal} command={block.command} output={block.output} />;
    case 'key':
      return <KeyBlock terminal={block.terminal} name={block.key} />;
    case 'code':
      return <CodeBlock language={block.language} text={block.text} />;
  }
}
