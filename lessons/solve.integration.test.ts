import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { parseConfiguration } from '../server/configuration.ts';
import { baseImageDirectory } from '../server/images/base-image.ts';
import { imageStoreAttachment } from '../server/images/store.ts';
import type { SandboxNeed } from '../server/protocol/needs.ts';
import { prepareStage, STAGE } from '../server/warden/janitor.ts';
import { openNative } from '../server/warden/native.ts';
import type { Native } from '../server/warden/native-interface.ts';
import { MACHINE_HOSTNAME, Sandbox } from '../server/warden/sandbox.ts';
import { SANDBOX_LIMITS } from '../server/warden/sandbox-limits.ts';
import { loadLessons } from './load.ts';
import type { Lesson } from './schema.ts';
import { type Played, Solver } from './solve.ts';

/** Ids that no lab hands out, should one be running. */
const ID_BASE = 3_900_000_000;
const LIFE_MS = 10 * 60_000;

const { imagesDirectory, nativeDirectory } = parseConfiguration([], process.env);
const table: string[] = [];
let native: Native;
let removeStage: () => void;

before(() => {
  removeStage = prepareStage();
  native = openNative({
    libraryDirectory: nativeDirectory,
    cgroupParent: `glassbox-solve-${randomBytes(4).toString('hex')}`,
    stage: STAGE,
  });
});

after(async () => {
  await native.close();
  removeStage();
  console.log(table.join('\n'));
});

/** Gives a fresh sandbox, and takes it away whatever happened in it. */
async function inSandbox(
  needs: readonly SandboxNeed[],
  play: (solver: Solver) => Promise<void>,
): Promise<void> {
  const id = randomBytes(6).toString('hex');
  const created = await native.create({
    attachments: [imageStoreAttachment(imagesDirectory)],
    ...SANDBOX_LIMITS,
    id,
    hostname: MACHINE_HOSTNAME,
    lowerdirs: [join(nativeDirectory, 'layer'), baseImageDirectory(imagesDirectory)],
    idBase: ID_BASE,
    needs,
  });
  const sandbox = new Sandbox({
    id,
    needs,
    created,
    idleMs: LIFE_MS,
    lifeMs: LIFE_MS,
    native,
    events: {
      terminalEnded: () => {},
      inspectFailed: (_, error) => {
        throw error;
      },
    },
  });
  try {
    await play(new Solver(sandbox, native));
  } finally {
    const closed = sandbox.close();
    await native.destroy(id, created.pidfd);
    await closed;
  }
}

function note(lesson: Lesson, what: string, { step, deeds, greenMs }: Played): void {
  // At once: already when the last command was typed, as in a step that goes on after its task.
  const after = greenMs !== null && greenMs < 1 ? 'at once' : `after ${greenMs?.toFixed(0)} ms`;
  const green = greenMs === null ? 'no check' : `green ${after}`;
  const where = `${lesson.id} ${lesson.language}`;
  table.push(`${where.padEnd(8)} ${step.padEnd(10)} ${what.padEnd(9)} ${deeds} typed, ${green}`);
}

const lessons = loadLessons();

for (const lesson of lessons) {
  test(`${lesson.id} (${lesson.language}): every command prints what the lesson says, and every check turns green`, async () => {
    await inSandbox(lesson.needs, async (solver) => {
      for (const step of lesson.steps) note(lesson, 'text', await solver.playStep(lesson, step));
    });
  });
}

// Commands are the same in every language, which lint sees to: once is enough.
for (const lesson of lessons.filter(({ language }) => language === 'en')) {
  for (const [index, step] of lesson.steps.entries()) {
    if (step.check === null) continue;
    test(`${lesson.id}, step ${step.id}: the solution turns the check green within a second`, async () => {
      await inSandbox(lesson.needs, async (solver) => {
        for (const earlier of lesson.steps.slice(0, index)) await solver.playStep(lesson, earlier);
        note(lesson, 'solution', await solver.playSolution(lesson, step));
      });
    });
  }
}
