import { resolve } from 'node:path';
import { Stop } from './stop.mjs';

/**
 * The few options that set-up itself needs to know before a single npm package is there. All others are
 * left as they are for the program that set-up hands over to, which checks every one of them.
 *
 * @typedef {object} SetupOptions
 * @property {boolean} install  Install what is missing, or only say so.
 * @property {string} data      Data directory of the lab.
 * @property {string} images    Where base images are kept.
 * @property {string} address   Address and port the lab is going to listen on.
 * @property {number} port
 * @property {boolean} outside  Machines may reach the outside.
 * @property {string[]} rest    Arguments for the program that comes after set-up.
 */

export const DEFAULT_DATA = '/var/lib/glassbox';

/** @type {Readonly<Record<'address' | 'port' | 'data' | 'images' | 'allow-outside', readonly [variable: string, fallback: string]>>} */
const VALUES = {
  address: ['GLASSBOX_ADDRESS', '127.0.0.1'],
  port: ['GLASSBOX_PORT', '3000'],
  data: ['GLASSBOX_DATA', DEFAULT_DATA],
  // Kept with the data, unless several labs are to share them.
  images: ['GLASSBOX_IMAGES', ''],
  'allow-outside': ['GLASSBOX_ALLOW_OUTSIDE', 'no'],
};

/**
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string | undefined>>} environment
 * @returns {SetupOptions}
 */
export function parseOptions(args, environment) {
  const rest = args.filter((argument) => argument !== '--no-install');
  const port = value('port', rest, environment);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new Stop(`"${port}" is no port: give a number from 0 to 65535, as in --port 3001.`);
  }
  const data = resolve(value('data', rest, environment));
  return {
    install: rest.length === args.length,
    data,
    images: resolve(value('images', rest, environment) || resolve(data, 'images')),
    address: value('address', rest, environment),
    port: Number(port),
    outside: value('allow-outside', rest, environment) !== 'no',
    rest,
  };
}

/**
 * @param {keyof typeof VALUES} name
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string | undefined>>} environment
 */
function value(name, args, environment) {
  const [variable, fallback] = VALUES[name];
  const at = args.findLastIndex(
    (argument) => argument === `--${name}` || argument.startsWith(`--${name}=`),
  );
  if (at < 0) return environment[variable] || fallback;
  const argument = /** @type {string} */ (args[at]);
  const given = argument.includes('=') ? argument.slice(argument.indexOf('=') + 1) : args[at + 1];
  if (!given || given.startsWith('--')) throw new Stop(`--${name} needs a value after it.`);
  return given;
}
