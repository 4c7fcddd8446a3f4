/**
 * Something the operator can put right: what is wrong and what to do, in one sentence. It is printed as
 * it is, without a stack; every other error is a bug and keeps its stack.
 */
export class Stop extends Error {
  /** @override */
  name = 'Stop';
}

/**
 * Prints what ended the program and gives its exit code.
 * @param {unknown} reason
 */
export function report(reason) {
  console.error(reason instanceof Stop ? `\n${reason.message}` : reason);
  return 1;
}
