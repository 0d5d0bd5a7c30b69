import { AppError } from '../../kernel/errors.ts';

/**
 * Runs at most `running` of the given functions at once; up to `waiting` others wait in the order in which they came, and
 * one more is refused (`auth.busy`, 503).
 */
export function limitConcurrency(limits: {
  readonly running: number;
  readonly waiting: number;
}): <T>(fn: () => Promise<T>) => Promise<T> {
  const queue: (() => void)[] = [];
  let running = 0;
  return async (fn) => {
    if (running < limits.running) running += 1;
    else if (queue.length < limits.waiting) await new Promise<void>((resolve) => queue.push(resolve));
    else throw busy();
    try {
      return await fn();
    } finally {
      // The place goes straight to the next one, so that nobody who comes in between can take it.
      const next = queue.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

function busy(): AppError {
  return new AppError({
    kind: 'unavailable',
    code: 'auth.busy',
    safeMessage: 'Too many people are signing in right now. Try again in a moment.',
    retryable: true,
    retryAfterSeconds: 5,
  });
}
