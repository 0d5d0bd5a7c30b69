import { Worker } from 'node:worker_threads';
import type { Passages } from './train.ts';

export interface Trained {
  /** As `LatentModel.serialize` gives it. */
  readonly model: Uint8Array;
  readonly weight: number;
}

/** Heap of the training thread, in megabytes. Typed arrays, the larger part, come on top. */
const MAX_HEAP = 512;

/** Trains in a thread of its own, so that requests are served meanwhile. Aborting ends the thread. */
export function trainInThread(passages: Passages, signal: AbortSignal): Promise<Trained> {
  signal.throwIfAborted();
  const worker = new Worker(new URL('./train.worker.ts', import.meta.url), {
    workerData: passages,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP },
  });
  const stop = () => void worker.terminate();
  signal.addEventListener('abort', stop, { once: true });
  return new Promise<Trained>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () =>
      reject(signal.aborted ? signal.reason : new Error('the training thread ended without a model')),
    );
  }).finally(() => signal.removeEventListener('abort', stop));
}
