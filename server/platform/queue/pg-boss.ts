import { randomUUID } from 'node:crypto';
import { type Job as BossJob, type JobInsert, type JobResult, PgBoss } from 'pg-boss';
import type { Database, SqlExecutor, Tx } from '../db/index.ts';
import { asBossDatabase, COMMON, SCHEMA } from './boss-database.ts';
import { lineOf, moveToEnd, placesAtEnd } from './lines.ts';
import type { EnqueueOptions, Job, Queue, QueueDefinition, QueueDepth } from './port.ts';

const BATCH = 2;

export interface QueueOptions {
  readonly database: Database;
  readonly onError: (error: unknown) => void;
  /** A handler threw; the job is tried again or given up by its queue's rules. */
  readonly onJobError: (queue: string, error: unknown) => void;
}

interface Worker {
  readonly definition: QueueDefinition<object>;
  readonly handler: (job: Job<object>) => Promise<void>;
}

interface Scheduled {
  readonly name: string;
  readonly cron: string;
  readonly handler: (signal: AbortSignal) => Promise<void>;
}

const DEPTH = `
  select count(*) filter (where state < 'active' and start_after <= now()) as waiting,
    count(*) filter (where state = 'active') as running,
    count(*) filter (where state = 'failed') as failed,
    min(start_after) filter (where state < 'active' and start_after <= now()) as "oldestWaitingSince"
  from ${SCHEMA}.job where state <= 'active' or state = 'failed'`;

/** Jobs in the same PostgreSQL as everything else, so that they are enqueued in the caller's transaction. */
export class PgBossQueue implements Queue {
  readonly #options: QueueOptions;
  readonly #boss: PgBoss;
  readonly #workers = new Map<string, Worker>();
  readonly #schedules: Scheduled[] = [];
  readonly #stopping = new AbortController();

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#boss = new PgBoss({
      ...COMMON,
      db: asBossDatabase(options.database.admin, options.database),
      migrate: false,
      createSchema: false,
      useListenNotify: true,
      superviseIntervalSeconds: 5,
      monitorIntervalSeconds: 5,
      maintenanceIntervalSeconds: 300,
      ...(options.database.kind === 'embedded' ? { backend: 'pglite' as const } : {}),
    });
    this.#boss.on('error', options.onError);
  }

  handle<Data extends object>(
    definition: QueueDefinition<Data>,
    handler: (job: Job<Data>) => Promise<void>,
  ): void {
    if (this.#workers.has(definition.name)) throw new Error(`queue ${definition.name} has a handler already`);
    this.#workers.set(definition.name, { definition, handler: handler as Worker['handler'] });
  }

  schedule(name: string, cron: string, handler: (signal: AbortSignal) => Promise<void>): void {
    this.#schedules.push({ name, cron, handler });
    this.handle({ name, retries: 0, concurrency: 1, heartbeatSeconds: 30, timeoutSeconds: 900 }, (job) =>
      handler(job.signal),
    );
  }

  async enqueue<Data extends object>(
    tx: Tx,
    queue: QueueDefinition<Data>,
    data: Data,
    options: EnqueueOptions = {},
  ): Promise<void> {
    await this.enqueueMany(tx, queue, [data], options);
  }

  async enqueueMany<Data extends object>(
    tx: Tx,
    queue: QueueDefinition<Data>,
    data: readonly Data[],
    options: EnqueueOptions = {},
  ): Promise<void> {
    if (data.length === 0) return;
    const executor = this.#options.database.executor(tx);
    const jobs: JobInsert[] = [];
    for (const [line, items] of Map.groupBy(data, lineOf))
      jobs.push(...(await inLine(executor, queue.name, line, items, options)));
    await this.#boss.insert(queue.name, jobs, { db: asBossDatabase(executor) });
  }

  async depth(): Promise<QueueDepth> {
    const { rows } = await this.#options.database.admin.execute(DEPTH);
    return rows[0] as unknown as QueueDepth;
  }

  async start({ work }: { readonly work: boolean }): Promise<void> {
    await this.#boss.start();
    for (const { definition } of this.#workers.values()) await this.#create(definition);
    if (this.#options.database.kind === 'embedded') await this.#requeueAbandoned();
    if (!work) return;
    for (const worker of this.#workers.values()) await this.#work(worker);
    for (const { name, cron } of this.#schedules) await this.#boss.schedule(name, cron);
  }

  async stop(graceSeconds: number): Promise<void> {
    const abort = setTimeout(
      () => this.#stopping.abort(new Error('the process is stopping')),
      Math.max(0, graceSeconds - 3) * 1000,
    );
    // Never closes the database: it is not ours.
    await this.#boss.stop({ graceful: true, timeout: Math.max(1, graceSeconds) * 1000, close: false });
    clearTimeout(abort);
    this.#stopping.abort(new Error('the process is stopping'));
  }

  async #create(definition: QueueDefinition<object>): Promise<void> {
    const settings = {
      policy: 'short',
      notify: true,
      retryLimit: definition.retries,
      retryDelay: 1,
      retryBackoff: true,
      retryDelayMax: 60,
      heartbeatSeconds: definition.heartbeatSeconds,
      expireInSeconds: definition.timeoutSeconds,
      deleteAfterSeconds: 3600,
    };
    await this.#boss.createQueue(definition.name, settings);
    const { policy: _, ...changeable } = settings;
    await this.#boss.updateQueue(definition.name, changeable);
    // Fills pg-boss's cache of queues: on one connection, filling it inside a caller's transaction would wait for itself.
    await this.#boss.getJobById(definition.name, randomUUID());
  }

  /**
   * pg-boss goes on at once only after a full batch of two or more, or a job that took longer than its poll; quick jobs in
   * single-job batches would wait for the next poll each time. So a worker takes two of them: side by side, or one after
   * the other where the queue allows one at a time.
   */
  async #work({ definition, handler }: Worker): Promise<void> {
    const sequential = definition.concurrency === 1;
    const batchSize = definition.long ? 1 : BATCH;
    const options = {
      localConcurrency: Math.ceil(definition.concurrency / batchSize),
      batchSize,
      ...(definition.onePerOrganization ? { groupConcurrency: 1 } : {}),
      burstWhenBatchFull: true,
      perJobResults: true,
      pollingIntervalSeconds: 2,
      notifyPollingIntervalSeconds: 2,
      heartbeatRefreshSeconds: 2,
    } as const;
    const run = async (job: BossJob<object>): Promise<JobResult> => {
      const signal = AbortSignal.any([job.signal, this.#stopping.signal]);
      try {
        signal.throwIfAborted();
        await handler({
          id: job.id,
          data: job.data,
          attempt: job.retryCount + 1,
          maxAttempts: definition.retries + 1,
          signal,
        });
        return { id: job.id, status: 'completed' };
      } catch (error) {
        this.#options.onJobError(definition.name, error);
        // What the end of this process interrupts keeps its place.
        if (!this.#stopping.signal.aborted) await this.#waitTurnAgain(definition.name, job);
        return {
          id: job.id,
          status: 'failed',
          output: { message: error instanceof Error ? error.message : String(error) },
        };
      }
    };
    await this.#boss.work<object, unknown, typeof options>(
      definition.name,
      options,
      async (jobs: BossJob<object>[]) => {
        if (!sequential) return Promise.all(jobs.map(run));
        const results: JobResult[] = [];
        for (const job of jobs) results.push(await run(job));
        return results;
      },
    );
  }

  async #waitTurnAgain(queue: string, { id, data }: BossJob<object>): Promise<void> {
    const line = lineOf(data);
    if (line === undefined) return;
    await moveToEnd(this.#options.database.admin, queue, line, id).catch(this.#options.onError);
  }

  /** The folder lock says that no other process works here, so whatever counts as running was left by one that died. */
  async #requeueAbandoned(): Promise<void> {
    const { rows } = await this.#options.database.admin.execute(
      `select name, id from ${SCHEMA}.job where state = 'active'`,
    );
    for (const row of rows)
      await this.#boss.fail(String(row.name), String(row.id), { message: 'the process that ran it ended' });
  }
}

async function inLine(
  executor: SqlExecutor,
  queue: string,
  line: string | undefined,
  items: readonly object[],
  { singletonKey, startAfterSeconds }: EnqueueOptions,
): Promise<JobInsert[]> {
  const places = line === undefined ? [] : await placesAtEnd(executor, queue, line, items.length);
  return items.map((data, index) => ({
    data,
    // The queue's policy lets one job wait for each key, so a job that stands for itself gets a key of its own.
    singletonKey: singletonKey ?? randomUUID(),
    priority: places[index] ?? 0,
    ...(line === undefined ? {} : { group: { id: line } }),
    ...(startAfterSeconds ? { startAfter: startAfterSeconds } : {}),
  }));
}
