import assert from 'node:assert/strict';
import test from 'node:test';
import { FLOW_CONTROL } from './flow-control.ts';

test('a page that acknowledges as it must always brings a paused terminal back', () => {
  const { acknowledgeEveryBytes, pauseAboveBytes, resumeBelowBytes, replayBytes } = FLOW_CONTROL;
  assert.ok(resumeBelowBytes < pauseAboveBytes);
  // What a page has drawn but not yet acknowledged is less than one acknowledgement's worth.
  assert.ok(acknowledgeEveryBytes < resumeBelowBytes);
  // All that may be under way when a page goes can be sent again when it returns.
  assert.ok(pauseAboveBytes <= replayBytes);
});
