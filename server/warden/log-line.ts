/** Control characters, and those that turn the direction of text around or break lines unseen. */
const TRICKS = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Longer than any line of ours. */
const LENGTH = 2_000;

/**
 * A line that can play no tricks on the operator's terminal or in a log file: it may quote what web, or a
 * learner behind it, has chosen.
 */
export function logLine(text: string): string {
  return text.replaceAll(TRICKS, ' ').slice(0, LENGTH);
}
