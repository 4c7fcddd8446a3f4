import assert from 'node:assert/strict';
import test from 'node:test';
import { FLOW_CONTROL } from './flow-control.ts';
import { FRAME_PAYLOAD_BYTES_MAX } from './frame.ts';

test('a page that acknowledges as it must always brings a paused terminal back', () => {
  const { acknowledgeEveryBytes, pauseAboveBytes, resumeBelowBytes, replayBytes } = FLOW_CONTROL;
  assert.ok(resumeBelowBytes < pauseAboveBytes);
  // What a page has drawn but not yet acknowledged is less than one acknowledgement's worth.
  assert.ok(acknowledgeEveryBytes < resumeBelowBytes);
  // All that may be under way when a page goes can be sent again when it returns: the last frame goes over
  // the mark, and what is being read from the pty when it is paused still comes.
  assert.ok(pauseAboveBytes + 2 * FRAME_PAYLOAD_BYTES_MAX < replayBytes);
  // A page sends on in the middle of its window.
  assert.ok(FLOW_CONTROL.acknowledgeInputEveryBytes < FLOW_CONTROL.inputWindowBytes / 2);
  assert.ok(FLOW_CONTROL.inputPieceBytes <= FRAME_PAYLOAD_BYTES_MAX);
});
