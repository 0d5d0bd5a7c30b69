import { setImmediate } from 'node:timers/promises';

/** How long one piece of computing may keep everybody else waiting. */
const SLICE_MS = 10;

/**
 * Lets other work of the process have its turn when this one has had its own for a while. To be awaited between the steps
 * of long computing on the main thread; costs nothing as long as the steps are quick.
 */
export function breathing(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < SLICE_MS) return;
    await setImmediate();
    since = performance.now();
  };
}

/** `items.map(fn)`, with a turn for others in between. */
export async function mapBreathing<T, R>(
  items: readonly T[],
  fn: (item: T, index: number) => R,
  signal: AbortSignal,
): Promise<R[]> {
  const breathe = breathing();
  const results: R[] = [];
  for (const [index, item] of items.entries()) {
    await breathe();
    signal.throwIfAborted();
    results.push(fn(item, index));
  }
  return results;
}
