import type { QueueDefinition } from '../../platform/queue/index.ts';

/** Carries one source through the pipeline. `run` tells a job of an earlier start that it is no longer wanted. */
export interface IngestJob {
  readonly organizationId: string;
  readonly sourceId: string;
  readonly run: number;
  readonly requestId: string;
}

export const INGEST_TASK = 'library.ingest';

/**
 * A job ends without an error when the source has settled, in whatever way; it is tried again only when the product
 * itself was interrupted, so the number of tries is high.
 */
export function ingestQueue(concurrency: number): QueueDefinition<IngestJob> {
  return { name: 'library.ingest', retries: 24, concurrency, heartbeatSeconds: 10, timeoutSeconds: 900 };
}

export const SWEEP_SCHEDULE = { name: 'library.sweep', cron: '17 * * * *' } as const;
