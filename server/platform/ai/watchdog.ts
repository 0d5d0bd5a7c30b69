import { aiTimeout } from './errors.ts';

/** Ends one call to a model when its caller leaves, when the model is silent for too long, or when the whole takes too long. */
export interface Watchdog {
  /** For the request: its abort closes the connection. */
  readonly signal: AbortSignal;
  /** Waits for the model; only this time counts as its silence, not the time a slow reader takes. */
  wait<T>(step: PromiseLike<T>): Promise<T>;
  /** Closes the connection if it is still open, and forgets the timers. */
  stop(): void;
}

export function createWatchdog(caller: AbortSignal, silenceMs: number, totalMs: number): Watchdog {
  const controller = new AbortController();
  const expire = (): void => controller.abort(aiTimeout());
  const leave = (): void => controller.abort(caller.reason);
  const deadline = setTimeout(expire, totalMs);
  if (caller.aborted) leave();
  else caller.addEventListener('abort', leave, { once: true });
  return {
    signal: controller.signal,
    async wait(step) {
      const silence = setTimeout(expire, silenceMs);
      try {
        return await step;
      } catch (error) {
        controller.signal.throwIfAborted();
        throw error;
      } finally {
        clearTimeout(silence);
      }
    },
    stop() {
      clearTimeout(deadline);
      caller.removeEventListener('abort', leave);
      controller.abort();
    },
  };
}
