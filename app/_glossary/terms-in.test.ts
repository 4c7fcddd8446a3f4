import assert from 'node:assert/strict';
import test from 'node:test';
import { termsIn } from './terms-in.ts';

const term = (id: string) => ({
  type: 'textDirective',
  name: 'term',
  attributes: { [id]: '' },
  children: [{ type: 'text', value: 'words' }],
});
const prose = (...children: unknown[]) => ({
  kind: 'prose',
  nodes: [{ type: 'paragraph', children }],
});

test('words are found wherever a lesson links to them, each once', () => {
  const lesson = {
    id: 'pid',
    steps: [
      {
        blocks: [prose(term('zombie'), { type: 'text', value: ':term' }), prose(term('zombie'))],
        tasks: [
          {
            hints: [[prose({ type: 'strong', children: [term('inode')] })]],
            solution: [{ kind: 'variants', v1: [prose(term('cgroup'))], v2: [] }],
          },
        ],
      },
    ],
  };
  assert.deepEqual([...termsIn(lesson)].sort(), ['cgroup', 'inode', 'zombie']);
});

test('other words in the text are no terms', () => {
  const namespace = { ...term('uts'), name: 'ns' };
  assert.deepEqual([...termsIn([prose(namespace)])], []);
});
