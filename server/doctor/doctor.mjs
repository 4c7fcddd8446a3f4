import { REQUIREMENTS } from './check.mjs';

const MARKS = { ok: '✓', degraded: '!', missing: '✗' };

/**
 * `npm run doctor`: every requirement with what was found and how to put it right. It changes nothing and
 * needs no npm package, so that it works on a bare machine.
 *
 * @param {import('./requirement.mjs').SetupOptions} options
 * @returns {Promise<number>} The exit code: 0 if nothing is missing.
 */
export async function runDoctor(options) {
  const width = Math.max(...REQUIREMENTS.map(({ name }) => name.length));
  const counts = { ok: 0, degraded: 0, missing: 0 };
  for (const { name, probe } of REQUIREMENTS) {
    const { state, detail, fix } = await examine(probe, options);
    counts[state] += 1;
    console.log(`${MARKS[state]} ${state.padEnd(8)}  ${name.padEnd(width)}  ${detail}`);
    if (fix) console.log(`${' '.repeat(width + 14)}${fix}`);
  }
  console.log(`\n${counts.ok} ok, ${counts.degraded} degraded, ${counts.missing} missing`);
  return counts.missing === 0 ? 0 : 1;
}

/**
 * One probe that can't be made must not hide what the others find.
 * @param {import('./requirement.mjs').Requirement['probe']} probe
 * @param {import('./requirement.mjs').SetupOptions} options
 * @returns {Promise<import('./requirement.mjs').Finding>}
 */
async function examine(probe, options) {
  try {
    return await probe(options);
  } catch (reason) {
    const message = reason instanceof Error ? reason.message : String(reason);
    return {
      state: 'missing',
      detail: `It could not be found out: ${message}`,
      fix: 'Run the doctor as root.',
    };
  }
}
