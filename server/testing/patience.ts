/**
 * How many times longer than usual a test waits before it gives up: more than 1 where the machine itself is
 * emulated. No test gets slower by it, only a failure later.
 */
export const PATIENCE = Math.max(1, Number(process.env.GLASSBOX_TEST_PATIENCE) || 1);
