import type { TraceCall } from '../protocol/trace.ts';

/** As `struct glassbox_trace` and `struct glassbox_call` of `native/glassbox.h`. */
const CALLS_MAX = 320;
const CALLS_AT = 8;
const CALL_BYTES = 320;
const CALL = { step: 0, error: 24, text: 40, startedNs: 296, durationNs: 304, side: 312 } as const;

/** Room for a trace, with nothing in it yet. */
export function traceMemory(): Buffer {
  const trace = Buffer.allocUnsafeSlow(CALLS_AT + CALLS_MAX * CALL_BYTES);
  trace.writeUInt32LE(0);
  return trace;
}

/**
 * The calls of a trace. By hand: most of a creation's time in JavaScript would otherwise go into this, with
 * the learner waiting.
 */
export function decodeTrace(trace: Buffer): TraceCall[] {
  const calls = Array.from({ length: trace.readUInt32LE() }, (_, index) =>
    decodeCall(trace, CALLS_AT + index * CALL_BYTES),
  );
  return inBlocks(calls);
}

function decodeCall(trace: Buffer, at: number): TraceCall {
  const error = asciiText(trace, at + CALL.error);
  return {
    step: asciiText(trace, at + CALL.step),
    side: trace.readUInt32LE(at + CALL.side) === 0 ? 'parent' : 'child',
    call: asciiText(trace, at + CALL.text),
    startedNs: Number(trace.readBigUInt64LE(at + CALL.startedNs)),
    durationNs: Number(trace.readBigUInt64LE(at + CALL.durationNs)),
    error: error === '' ? null : error,
  };
}

const asciiText = (bytes: Buffer, at: number) => bytes.toString('latin1', at, bytes.indexOf(0, at));

/**
 * Parent and child work at the same time, and their calls come as they were made. To a reader, what one
 * of them did for one step belongs together: the steps come in the order in which they began.
 */
function inBlocks(calls: readonly TraceCall[]): TraceCall[] {
  const blocks: TraceCall[][] = [];
  const open: Partial<Record<TraceCall['side'], TraceCall[]>> = {};
  for (const call of calls) {
    const block = open[call.side];
    if (block?.[0]?.step === call.step) {
      block.push(call);
    } else {
      const begun = [call];
      open[call.side] = begun;
      blocks.push(begun);
    }
  }
  return blocks.flat();
}
