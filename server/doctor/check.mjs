import { Stop } from '../setup/stop.mjs';
import { CGROUPS } from './cgroups.mjs';
import { HOST_REQUIREMENTS } from './host.mjs';
import { KERNEL_REQUIREMENTS } from './kernel.mjs';
import { OPTIONAL_PARTS } from './optional.mjs';
import { PARTS } from './parts.mjs';

/** Everything the lab needs from its host, in the order of the table that the doctor prints. */
export const REQUIREMENTS = [
  ...HOST_REQUIREMENTS,
  ...KERNEL_REQUIREMENTS,
  CGROUPS,
  ...OPTIONAL_PARTS,
  ...PARTS,
];

/**
 * Stops at the first thing that is missing, with its sentence; says what is degraded and goes on.
 *
 * @param {'first' | 'start'} when
 * @param {import('./requirement.mjs').SetupOptions} options
 * @param {readonly string[]} [without]  Names of requirements that do not matter now.
 */
export async function checkHost(when, options, without = []) {
  for (const requirement of REQUIREMENTS) {
    if (requirement.when !== when || without.includes(requirement.name)) continue;
    const { state, detail, fix } = await requirement.probe(options);
    if (state === 'missing') throw new Stop(`${detail} ${fix}`);
    if (state === 'degraded') console.log(`! ${requirement.name}: ${detail} ${fix}`);
  }
}
