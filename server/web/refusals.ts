import type { ErrorReport } from '../protocol/errors.ts';

/** What a page asked for that can't be done. */
export const NO_MACHINE: ErrorReport = {
  code: 'no-such-sandbox',
  message: 'This page has no machine.',
  hint: 'Start one.',
};

export const NO_QUIZ: ErrorReport = {
  code: 'no-such-lesson',
  message: 'There is no such question.',
  hint: 'The lessons were changed: reload the page.',
};

export const NO_TERMINAL: ErrorReport = {
  code: 'no-such-terminal',
  message: 'This page has not opened that terminal.',
  hint: 'Open it.',
};
