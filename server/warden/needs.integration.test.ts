import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { dataDirectory, startLab } from '../testing/lab.ts';
import { newSecret, TestPage } from '../testing/page.ts';

/** What a lesson declares, and its learner's machine gets: from the page to the warden. */

test('a machine has what the lesson it was made for needs, until it is thrown away', async (context) => {
  const data = dataDirectory(context);
  const lessons = {
    plain: { needs: [], steps: [] },
    filters: { needs: ['netfilter'], steps: [] },
  };
  writeFileSync(join(data, 'web/lessons.json'), JSON.stringify(lessons));
  const address = await startLab(context, ['--port', '0'], data).address();
  const secret = newSecret();
  const open = async (lesson: string) => {
    const page = await TestPage.connect(address);
    context.after(() => page.close());
    return { page, state: await page.hello(secret, lesson) };
  };

  const plain = await open('plain');
  assert.deepEqual(plain.state.needs, []);
  const filters = await open('filters');
  assert.equal(filters.state.id, plain.state.id, 'the machine that is there stays');
  assert.deepEqual(filters.state.needs, []);

  filters.page.forget();
  filters.page.say({ type: 'reset' });
  const { state } = await filters.page.hear('machine');
  assert.deepEqual(state.needs, ['netfilter']);
  const unknown = await open('no-such-lesson');
  assert.equal(unknown.state.id, state.id);
});
