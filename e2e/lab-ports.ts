/** Tests that run at once. Each has a lab of its own: some of them kill its web. */
export const WORKERS = 2;

/** Set by the configuration, which the processes that run the tests read, too. */
const VARIABLE = 'GLASSBOX_E2E_PORTS';

/** Where the labs of the tests listen; chosen by the first who asks, for all whom it starts. */
export async function labPorts(choose: () => Promise<number>): Promise<readonly number[]> {
  process.env[VARIABLE] ??= (await Promise.all(Array.from({ length: WORKERS }, choose))).join(' ');
  return chosenPorts();
}

/** Where the lab of this process's tests listens. */
export function labPort(): number {
  const port = chosenPorts()[Number(process.env.TEST_PARALLEL_INDEX ?? 0)];
  if (port === undefined) throw new Error(`${VARIABLE} names no lab for these tests.`);
  return port;
}

const chosenPorts = () => (process.env[VARIABLE] ?? '').split(' ').map(Number);
