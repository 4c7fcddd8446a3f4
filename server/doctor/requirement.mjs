/**
 * One thing the lab needs from the host.
 *
 * @typedef {object} Finding
 * @property {'ok' | 'missing' | 'degraded'} state  Degraded: the lab runs, with something less.
 * @property {string} detail  What was found, or what is lost.
 * @property {string} [fix]   What to do; always there unless the state is ok.
 *
 * @typedef {import('../setup/options.mjs').SetupOptions} SetupOptions
 *
 * @typedef {object} Requirement
 * @property {string} name
 * @property {'first' | 'start' | 'doctor'} when
 *   Looked at by `npm start` before anything is installed; by `npm start`, once the system's packages
 *   are there; or by the doctor only.
 * @property {(options: SetupOptions) => Finding | Promise<Finding>} probe
 */

/**
 * @param {string} detail
 * @returns {Finding}
 */
export const ok = (detail) => ({ state: 'ok', detail });

/**
 * @param {string} detail
 * @param {string} fix
 * @returns {Finding}
 */
export const missing = (detail, fix) => ({ state: 'missing', detail, fix });

/**
 * @param {string} detail
 * @param {string} fix
 * @returns {Finding}
 */
export const degraded = (detail, fix) => ({ state: 'degraded', detail, fix });
