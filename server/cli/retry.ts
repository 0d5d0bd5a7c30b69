import { setTimeout as delay } from 'node:timers/promises';
import { ProblemError } from '../../client/index.ts';

const TRIES = 6;
const FIRST_WAIT_SECONDS = 1;
const LONGEST_WAIT_SECONDS = 30;

/** Calls again, up to half a minute, what a busy or restarting server refused for the moment. */
export async function tryAgain<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (signal.aborted || attempt === TRIES || !isPassing(error)) throw error;
      const wait = error.retryAfter ?? FIRST_WAIT_SECONDS * 2 ** (attempt - 1);
      await delay(Math.min(wait, LONGEST_WAIT_SECONDS) * 1000, undefined, { signal });
    }
  }
}

/** Answers that may be another one in a moment; 0 is no answer at all. */
function isPassing(error: unknown): error is ProblemError {
  return (
    error instanceof ProblemError &&
    (error.code === 'request.in_flight' || [0, 429, 502, 503, 504].includes(error.status))
  );
}
