import { rmSync } from 'node:fs';
import { eventually } from '../testing/eventually.ts';
import { makeDataDirectory, TestLab } from '../testing/lab.ts';
import { newSecret, TestPage } from '../testing/page.ts';
import type { Contender } from './contender.ts';

/**
 * Our sandbox as a learner gets it, by the real warden at its real size: a page resets its machine again and
 * again. The times are those that the warden itself takes and logs.
 */
export async function openSandbox(): Promise<Contender & { readonly wardenBytes: () => number }> {
  const data = makeDataDirectory();
  const lab = new TestLab(data, ['--port', '0', '--warm', '0']);
  const page = await TestPage.connect(await lab.address());
  let { id } = await page.hello(newSecret());
  const took = (pattern: string) =>
    eventually(`the warden logs ${pattern}`, () => {
      const found = new RegExp(`sandbox ${pattern} in ([\\d.]+) ms`).exec(lab.printed)?.[1];
      return found === undefined ? undefined : Number(found);
    });
  return {
    name: 'glassbox, in its warden',
    wardenBytes: () => lab.residentBytes(),
    async round() {
      page.forget();
      lab.printed = '';
      page.say({ type: 'reset' });
      const { state } = await page.hear('machine');
      const destroyMs = await took(`${id} removed`);
      id = state.id;
      const createMs = await took(`${id} made for \\w+`);
      return { createMs, destroyMs, totalMs: createMs + destroyMs, trace: state.trace };
    },
    async close() {
      await page.close();
      await lab.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
