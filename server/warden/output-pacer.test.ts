import assert from 'node:assert/strict';
import test from 'node:test';
import { OUTPUT_PACE, OutputPacer } from './output-pacer.ts';

/** Real time: a window is a few milliseconds. Resolves after the next flush. */
function pacer() {
  let flushes = 0;
  let flushed: () => void = () => {};
  const next = () =>
    new Promise<void>((resolve) => {
      flushed = resolve;
    });
  const paced = new OutputPacer(() => {
    flushes += 1;
    flushed();
  });
  return { paced, next, flushes: () => flushes };
}

test('what is small goes out at once, several times in a window', () => {
  const { paced, flushes } = pacer();
  for (let key = 1; key <= 16; key += 1) {
    paced.printed(OUTPUT_PACE.burstBytes / 16);
    assert.equal(flushes(), key);
  }
  paced.stop();
});

test('what is more waits for the end of the window and goes out in one', async () => {
  const { paced, next, flushes } = pacer();
  for (let piece = 0; piece < 10; piece += 1) paced.printed(4095);
  assert.equal(flushes(), 0);
  await next();
  assert.equal(flushes(), 1);
  paced.stop();
  assert.equal(flushes(), 1);
});

test('a full frame does not wait', () => {
  const { paced, flushes } = pacer();
  const pieces = Math.ceil(OUTPUT_PACE.frameBytes / 4095);
  for (let piece = 0; piece <= pieces; piece += 1) paced.printed(4095);
  assert.equal(flushes(), 1);
  paced.stop();
});

test('stopping sends what waits', () => {
  const { paced, flushes } = pacer();
  paced.printed(OUTPUT_PACE.burstBytes + 1);
  assert.equal(flushes(), 0);
  paced.stop();
  assert.equal(flushes(), 1);
});
