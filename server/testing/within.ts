import { PATIENCE } from './patience.ts';

/** What was waited for did not come. */
export class TooLate extends Error {
  override name = 'TooLate';
}

/** The promise's value. When it does not come in time: an error that says what was waited for. */
export async function within<T>(seconds: number, what: string, promise: Promise<T>): Promise<T> {
  const most = seconds * PATIENCE;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const sentence = `in ${most} s it was not over: ${what}`;
    timer = setTimeout(() => reject(new TooLate(sentence)), most * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
