import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure } from './errors.ts';
import type { AiLimits } from './settings.ts';

/**
 * How long to wait before the next try, milliseconds, or null to give up. Exponential backoff with full jitter (Brooker,
 * "Exponential Backoff And Jitter", AWS 2015); a `Retry-After` of the server is the least.
 * @param attempt 1 after the first try
 * @param random in [0, 1)
 */
export function waitBeforeRetry(
  failure: Failure,
  attempt: number,
  limits: AiLimits,
  random: number,
): number | null {
  if (!failure.again || attempt >= limits.attempts) return null;
  const asked = failure.retryAfterMs ?? 0;
  if (asked > limits.longestRetryAfterMs) return null;
  const jittered = random * Math.min(limits.backoffCapMs, limits.backoffMs * 2 ** (attempt - 1));
  return asked + jittered;
}

/** Waits; rejects with the signal's reason as soon as it aborts. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
