import { type WorkerJob, type WorkerLimits, type WorkerOutcome, WorkerProcess } from './worker-process.ts';

export interface PoolOptions extends WorkerLimits {
  /** Processes at most. */
  readonly workers: number;
  /** After this many milliseconds without work a process ends. */
  readonly idleMs: number;
  readonly onJobEnd?: (job: {
    readonly pid: number | undefined;
    readonly milliseconds: number;
    readonly peakBytes: number;
  }) => void;
}

interface Waiting {
  readonly start: () => void;
  readonly refuse: (reason: unknown) => void;
}

/** Worker processes that are started when needed, reused, and ended when idle. Jobs beyond `workers` wait in turn. */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #idle: WorkerProcess[] = [];
  readonly #all = new Set<WorkerProcess>();
  readonly #queue: Waiting[] = [];
  #running = 0;
  #closed = false;
  #idleTimer: NodeJS.Timeout | null = null;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Rejects with the signal's reason when aborted, also while waiting. */
  async run(job: WorkerJob, signal: AbortSignal): Promise<WorkerOutcome> {
    await this.#turn(signal);
    const worker = this.#take();
    const began = performance.now();
    try {
      return await worker.run(job, signal);
    } finally {
      this.#options.onJobEnd?.({
        pid: worker.pid,
        milliseconds: performance.now() - began,
        peakBytes: worker.peakMemory,
      });
      this.#give(worker);
    }
  }

  /** Ends every process; running jobs end as crashed, waiting and later ones are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#queue.splice(0)) waiting.refuse(new Error('the parser is closed'));
    if (this.#idleTimer) clearTimeout(this.#idleTimer);
    await Promise.all([...this.#all].map((worker) => worker.stop()));
  }

  /** Waits until fewer than `workers` jobs run, and counts this one. */
  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#closed) throw new Error('the parser is closed');
    if (this.#running < this.#options.workers) {
      this.#running += 1;
      return;
    }
    // The place of the job that ends is handed over with its count.
    const { promise, resolve: start, reject: refuse } = Promise.withResolvers<void>();
    const waiting: Waiting = { start, refuse };
    const onAbort = (): void => {
      const index = this.#queue.indexOf(waiting);
      if (index === -1) return; // it has its turn already; the run itself will see the signal
      this.#queue.splice(index, 1);
      refuse(signal.reason);
    };
    this.#queue.push(waiting);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #take(): WorkerProcess {
    for (let worker = this.#idle.pop(); worker; worker = this.#idle.pop()) {
      if (!worker.dead) return worker;
      this.#all.delete(worker);
    }
    const worker = new WorkerProcess(this.#options);
    this.#all.add(worker);
    return worker;
  }

  #give(worker: WorkerProcess): void {
    if (worker.worn) worker.stop();
    if (worker.dead) this.#all.delete(worker);
    else this.#idle.push(worker);
    const next = this.#queue.shift();
    if (next) next.start();
    else this.#running -= 1;
    this.#scheduleIdle();
  }

  #scheduleIdle(): void {
    if (this.#idleTimer) clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      for (const worker of this.#idle.splice(0)) {
        this.#all.delete(worker);
        worker.stop();
      }
    }, this.#options.idleMs);
    this.#idleTimer.unref();
  }
}
