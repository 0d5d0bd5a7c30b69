import type { Tx } from '../db/port.ts';

/** What a job handler gets. Handlers are thin, safe to run twice, and hold only ids in `data`. */
export interface Job<Data> {
  readonly id: string;
  readonly data: Data;
  /** 1 on the first try. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Aborts when the job is cancelled, its lease is lost, or the process stops. */
  readonly signal: AbortSignal;
}

/** A queue's name, its payload type (checked by the compiler) and its behaviour. */
export interface QueueDefinition<Data extends object> {
  readonly name: string;
  /** Tries after the first one. */
  readonly retries: number;
  /** How many jobs of this queue run at once in one process. */
  readonly concurrency: number;
  /** Its jobs may take minutes: no job is set aside for a worker that is still busy with another. */
  readonly long?: true;
  /** Runs one job of each organization at a time, in the whole installation. */
  readonly onePerOrganization?: true;
  /** A job without sign of life for so long is given to another worker, seconds (10 or more). */
  readonly heartbeatSeconds: number;
  /** The longest a job may run, seconds. */
  readonly timeoutSeconds: number;
  /** Only there to carry the type. */
  readonly data?: Data;
}

export interface EnqueueOptions {
  /** Jobs with the same key in the same queue: only one may wait at a time. */
  readonly singletonKey?: string;
  readonly startAfterSeconds?: number;
}

/** How much there is to do, over all queues. */
export interface QueueDepth {
  /** Due, and taken by nobody yet. */
  readonly waiting: number;
  readonly running: number;
  /** Given up, and not yet removed. */
  readonly failed: number;
  /** RFC 3339; since when the oldest of `waiting` is due. */
  readonly oldestWaitingSince: string | null;
}

/**
 * Organizations take turns in each queue: a job whose data has an `organizationId` waits behind that organization's own
 * jobs, and beside the next job of every other one. Jobs without one are the installation's own, and go first.
 */
export interface Queue {
  /** Enqueues in the caller's transaction: the job exists if and only if the transaction commits. */
  enqueue<Data extends object>(
    tx: Tx,
    queue: QueueDefinition<Data>,
    data: Data,
    options?: EnqueueOptions,
  ): Promise<void>;
  /** The same for many payloads at once (one statement). */
  enqueueMany<Data extends object>(
    tx: Tx,
    queue: QueueDefinition<Data>,
    data: readonly Data[],
    options?: EnqueueOptions,
  ): Promise<void>;
  /** Registers the one handler of a queue. Call before `start`. */
  handle<Data extends object>(queue: QueueDefinition<Data>, handler: (job: Job<Data>) => Promise<void>): void;
  /** Registers a handler that runs on a cron schedule (UTC), once in the whole installation. Call before `start`. */
  schedule(name: string, cron: string, handler: (signal: AbortSignal) => Promise<void>): void;
  depth(): Promise<QueueDepth>;
  /** Makes queues; with `work` also starts taking jobs. */
  start(options: { readonly work: boolean }): Promise<void>;
  /** Stops taking jobs, waits up to `graceSeconds` for running ones, then aborts and requeues them. */
  stop(graceSeconds: number): Promise<void>;
}
