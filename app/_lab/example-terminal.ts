import type { ToBrowser } from '../../server/protocol/browser.ts';

type Opened = Extract<ToBrowser, { type: 'terminal' }>;

/** What a lab says of a terminal that was just opened, for tests, with what matters to one of them. */
export const attached = (change: Partial<Opened>): Opened => ({
  type: 'terminal',
  terminal: 'machine',
  serial: 1,
  channel: 1,
  offset: 0,
  head: 0,
  running: true,
  modes: '',
  sizes: [{ offset: 0, columns: 80, rows: 24 }],
  shell: 1,
  inputOffset: 0,
  inputTaken: 0,
  used: true,
  ...change,
});
