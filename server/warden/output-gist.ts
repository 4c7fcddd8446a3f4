import koffi from 'koffi';

/**
 * What of some output can still matter when it is forgotten: see `glassbox_output_gist`. The bytes begin
 * outside of any sequence or at its ESC. Those returned are valid until the next call.
 */
export type GistOf = (bytes: Uint8Array) => Uint8Array;

/** At most this much at once. */
export const GIST_BYTES_MAX = 64 * 1024;

/** Finds it in `libglassbox.so`. A call takes about a millisecond per megabyte, and no thread. */
export function bindOutputGist(library: string): GistOf {
  const find = koffi
    .load(library)
    .func('glassbox_output_gist', 'uint32', ['const uint8 *', 'uint32', 'uint8 *']);
  const gist = Buffer.allocUnsafeSlow(2 * GIST_BYTES_MAX);
  return (bytes) => {
    if (bytes.byteLength > GIST_BYTES_MAX) throw new RangeError('That is too much at once.');
    return gist.subarray(0, find(bytes, bytes.byteLength, gist));
  };
}
