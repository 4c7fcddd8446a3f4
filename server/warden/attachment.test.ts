import assert from 'node:assert/strict';
import test from 'node:test';
import { FLOW_CONTROL } from '../protocol/flow-control.ts';
import { FRAME_PAYLOAD_BYTES_MAX } from '../protocol/frame.ts';
import { gistOf } from '../testing/native.ts';
import { Attachment } from './attachment.ts';
import { InputStream } from './input-stream.ts';
import { ReplayBuffer } from './replay-buffer.ts';

const SIZE = { columns: 80, rows: 24 };

const { acknowledgeEveryBytes, pauseAboveBytes, replayBytes } = FLOW_CONTROL;

/** A page that acknowledges what it draws, as pages do. */
function attach(from = 0) {
  const frames: { offset: number; bytes: number }[] = [];
  const seen = { head: from, skips: 0 };
  const attachment = new Attachment({
    from,
    size: SIZE,
    input: new InputStream(0),
    tell: {
      output: (offset, payload) => {
        assert.equal(offset, seen.head, 'what is missing was told');
        seen.head = offset + payload.byteLength;
        frames.push({ offset, bytes: payload.byteLength });
      },
      skipped: ({ offset }) => {
        assert.ok(offset > seen.head, 'offsets never go back');
        seen.skips += 1;
        seen.head = offset;
      },
      taken: () => {},
      size: () => {},
    },
  });
  let drawnSinceLast = 0;
  const draw = () => {
    for (const frame of frames.splice(0)) {
      drawnSinceLast += frame.bytes;
      if (drawnSinceLast < acknowledgeEveryBytes) continue;
      drawnSinceLast = 0;
      attachment.acknowledge(frame.offset + frame.bytes);
    }
  };
  return { attachment, frames, seen, draw };
}

test('no page is ever sent more than may be under way, whatever is printed', () => {
  const { attachment, frames } = attach();
  const printed = new ReplayBuffer(replayBytes, SIZE, gistOf);
  for (let round = 0; round < 100; round += 1) {
    printed.append(Buffer.alloc(50_001));
    attachment.send(printed);
    assert.ok(attachment.unacknowledgedBytes <= pauseAboveBytes + FRAME_PAYLOAD_BYTES_MAX);
  }
  assert.ok(attachment.blocked);
  assert.ok(frames.every((frame) => frame.bytes <= FRAME_PAYLOAD_BYTES_MAX));
});

test('a page that acknowledges as it draws always gets on, also after it was blocked and had to skip', () => {
  const { attachment, seen, draw } = attach();
  const printed = new ReplayBuffer(replayBytes, SIZE, gistOf);
  for (let round = 0; round < 300; round += 1) {
    printed.append(Buffer.alloc(1 + ((round * 7919) % 200_000)));
    attachment.send(printed);
    // The page is slow: it draws only now and then, and by then much may be forgotten.
    if (round % 9 !== 8) continue;
    while (seen.head < printed.head) {
      draw();
      assert.ok(!attachment.blocked, `round ${round}: drawn, and still blocked`);
      attachment.send(printed);
    }
  }
  assert.ok(seen.skips > 5, `only ${seen.skips} skips: this test does not test them`);
});

test('impossible acknowledgements change nothing for the worse', () => {
  const { attachment, frames } = attach(1000);
  const printed = new ReplayBuffer(replayBytes, SIZE, gistOf);
  printed.append(Buffer.alloc(3000));
  attachment.send(printed);
  assert.deepEqual(frames, [{ offset: 1000, bytes: 2000 }]);
  attachment.acknowledge(10);
  assert.equal(attachment.unacknowledgedBytes, 2000);
  attachment.acknowledge(2000);
  attachment.acknowledge(1500);
  assert.equal(attachment.unacknowledgedBytes, 1000);
  attachment.acknowledge(Number.MAX_SAFE_INTEGER);
  assert.equal(attachment.unacknowledgedBytes, 0);
  assert.equal(attachment.drawnOffset, 3000);
});
