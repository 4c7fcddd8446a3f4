import { CAPABILITIES } from '../../protocol/capability.ts';

const NUMBERS = new Map(CAPABILITIES.map((name, number) => [name, number]));

/** Is the capability in a set of `/proc/<pid>/status`? Nothing, if there is no such capability or set. */
export function hasCapability(set: string | undefined, name: string): boolean | undefined {
  const number = NUMBERS.get(name);
  if (number === undefined || set === undefined || !/^[0-9a-f]{16}$/.test(set)) return undefined;
  const digit = Number.parseInt(set.charAt(15 - Math.floor(number / 4)), 16);
  return ((digit >> (number % 4)) & 1) === 1;
}
