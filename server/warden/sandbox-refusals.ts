import type { ErrorReport } from '../protocol/errors.ts';
import { NativeError } from './native-interface.ts';

/** There is no room for one more. */
export const labFull = (sandboxesMax: number): ErrorReport => ({
  code: 'lab-full',
  message: `All ${sandboxesMax} machines of this lab are in use.`,
  hint: 'The operator can allow more with --max-sandboxes.',
});

/** The kernel or the library refused to make one. */
export const createFailed = (error: unknown): ErrorReport => ({
  code: 'create-failed',
  message: error instanceof Error ? error.message : String(error),
  hint:
    error instanceof NativeError
      ? error.failure.hint
      : 'The log of the lab has more; "npm run doctor" checks the host.',
});
