import assert from 'node:assert/strict';
import test from 'node:test';
import { type ComputedAnswer, computedAnswer } from '../protocol/quiz.ts';
import { eventually } from '../testing/eventually.ts';
import { makeWatchedSandbox } from '../testing/watched-sandbox.ts';

test('a computed question has the answers that the machine itself gives', async (context) => {
  const { sandbox, shell, close } = await makeWatchedSandbox(context);
  const ask = (question: ComputedAnswer) => sandbox.compute(computedAnswer.parse(question));
  assert.deepEqual(await ask({ inode: 'uts', of: 'container' }), [], 'no terminal is open');
  assert.deepEqual(await ask({ namespaces: 'net' }), ['1']);
  assert.deepEqual(await ask({ processes: 'pid', of: 'other' }), ['0']);
  assert.deepEqual(await ask({ queue: 'messages', of: 'machine' }), []);

  const machine = shell('machine');
  const container = shell('container');
  container.type(`unshare --ipc --net sh -c 'ip link add glass type bridge
    echo is:$(ip -o link show glass | cut -d: -f1): uts:$(readlink /proc/self/ns/uts) net:$(readlink /proc/self/ns/net)
    exec unshare --user --map-user=7 --pid --fork sleep 1000'\n`);
  const shown = await container.shows(/is:(\d+): uts:uts:\[(\d+)\] net:net:\[(\d+)\]/);
  const [, index = '', uts = '', net = ''] = shown;
  await eventually(
    'sleep is in the foreground',
    async () => (await ask({ pid: 'container', seenFrom: 'inside' }))[0] === '1',
  );
  assert.deepEqual(await ask({ inode: 'net', of: 'container' }), [net]);
  assert.deepEqual(await ask({ inode: 'uts', of: 'container' }), [uts]);
  assert.deepEqual(await ask({ uid: 'container', seenFrom: 'inside' }), ['7']);
  assert.deepEqual(await ask({ uid: 'container', seenFrom: 'machine' }), ['0']);
  assert.deepEqual(await ask({ namespaces: 'net' }), ['2']);
  assert.deepEqual(await ask({ processes: 'pid', of: 'other' }), ['1']);
  assert.deepEqual(await ask({ interface: 'glass', of: 'other' }), [index]);
  assert.deepEqual(await ask({ interface: 'glass', of: 'machine' }), []);

  machine.type('echo pid:$(pgrep -x sleep) queue:$(ipcmk --queue | grep -o "[0-9]*$"):\n');
  const [, pid = '', queue = ''] = await machine.shows(/pid:(\d+) queue:(\d+):/);
  assert.deepEqual(await ask({ pid: 'container', seenFrom: 'machine' }), [pid]);
  assert.deepEqual(await ask({ pid: { command: 'sleep' }, seenFrom: 'machine' }), [pid]);
  assert.deepEqual(await ask({ uid: { command: 'sleep' }, seenFrom: 'inside' }), ['7']);
  assert.deepEqual(await ask({ queue: 'messages', of: 'machine' }), [queue]);
  assert.deepEqual(await ask({ queue: 'messages', of: 'other' }), []);
  await close();
});
