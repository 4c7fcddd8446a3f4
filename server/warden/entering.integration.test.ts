import assert from 'node:assert/strict';
import test from 'node:test';
import { NAMESPACES } from '../protocol/namespace.ts';
import { Machine } from '../testing/machine.ts';

/** Enough for looks to fall into the moment between two system calls of `enter`. */
const ENTERED = 60;

test('who is only just entering a machine is not in it yet: the host’s namespaces are nobody’s there', async (context) => {
  const machine = await Machine.make(context, []);
  const { processes: born } = await machine.snapshot([]);
  const own = born[0]?.namespaces;
  let entering = true;
  const entered = (async () => {
    for (let count = 0; count < ENTERED; count += 1) await machine.run('true');
    entering = false;
  })();
  let looks = 0;
  let shells = 0;
  while (entering) {
    const { processes, namespaces } = await machine.snapshot([]);
    looks += 1;
    for (const process of processes.slice(1)) {
      // Of one that has ended meanwhile they can't be read.
      for (const type of NAMESPACES) {
        const inode = process.namespaces[type];
        if (inode !== null) assert.equal(inode, own?.[type], `${process.command}: ${type}`);
      }
      shells += 1;
    }
    assert.equal(namespaces.filter(({ type }) => type === 'uts').length, 1);
  }
  await entered;
  assert.ok(shells > 0, `${looks} looks saw a shell`);
});
