import { ProblemError, type Source, type Task, type UploadAnswer } from '../../../../client/index.ts';

export type UploadState = 'waiting' | 'sending' | 'accepted' | 'duplicate' | 'refused';

export interface UploadItem {
  readonly key: number;
  readonly name: string;
  readonly size: number;
  /** Bytes that have left. */
  readonly sent: number;
  readonly state: UploadState;
  /** Why the server did not take it, in words. */
  readonly reason?: string;
  /** As the server tells it, from acceptance on. */
  readonly source?: Source;
}

export interface UploadSnapshot {
  readonly items: readonly UploadItem[];
  /** The newest state of the task that reads each accepted batch. */
  readonly tasks: readonly Task[];
}

export type SendBatch = (
  files: readonly File[],
  collectionId: string | undefined,
  onProgress: (sent: number) => void,
  signal: AbortSignal,
) => Promise<UploadAnswer>;

interface Job {
  readonly key: number;
  readonly file: File;
  readonly collectionId: string | undefined;
}

/** Files and bytes that travel in one request; each request becomes one task on the server. */
const BATCH_FILES = 20;
const BATCH_BYTES = 64 * 1024 * 1024;

export interface UploadQueue {
  readonly subscribe: (listener: () => void) => () => void;
  readonly snapshot: () => UploadSnapshot;
  readonly add: (files: readonly File[], collectionId: string | undefined) => void;
  readonly applySource: (source: Source) => void;
  readonly applyTask: (task: Task) => void;
  /** Stops what has not been sent and empties the list. */
  readonly clear: () => void;
}

/**
 * Sends files in batches, one request after the other, independent of what the page shows. When the server refuses a
 * batch because of one file, its files go one by one, so that each gets its own answer.
 */
export function createUploadQueue(
  send: SendBatch,
  wait: (seconds: number) => Promise<void> = sleep,
): UploadQueue {
  let state: UploadSnapshot = { items: [], tasks: [] };
  let waiting: Job[] = [];
  let running = false;
  let nextKey = 1;
  let stop = new AbortController();
  const listeners = new Set<() => void>();

  function update(change: Partial<UploadSnapshot>) {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  }

  function patch(keys: ReadonlyMap<number, Partial<UploadItem>>) {
    update({ items: state.items.map((item) => ({ ...item, ...keys.get(item.key) })) });
  }

  async function run() {
    if (running) return;
    running = true;
    while (waiting.length > 0) {
      const batch = nextBatch(waiting);
      waiting = waiting.slice(batch.length);
      await sendBatch(batch, stop.signal);
    }
    running = false;
  }

  async function sendBatch(batch: readonly Job[], signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    patch(new Map(batch.map((job) => [job.key, { state: 'sending', sent: 0 }])));
    const onProgress = (sent: number) => patch(shareProgress(batch, sent));
    try {
      const files = batch.map((job) => job.file);
      accept(batch, await send(files, batch[0]?.collectionId, onProgress, signal));
    } catch (error) {
      if (signal.aborted) return;
      await afterFailure(batch, error, signal);
    }
  }

  async function afterFailure(batch: readonly Job[], error: unknown, signal: AbortSignal): Promise<void> {
    const problem = error instanceof ProblemError ? error : undefined;
    if (problem?.status === 429) {
      await wait(problem.retryAfter ?? 5);
      return sendBatch(batch, signal);
    }
    const oneIsToBlame = problem !== undefined && problem.status >= 400 && problem.status < 500;
    if (batch.length > 1 && oneIsToBlame) {
      for (const job of batch) await sendBatch([job], signal);
      return;
    }
    const reason = problem?.message ?? 'The file could not be sent.';
    patch(new Map(batch.map((job) => [job.key, { state: 'refused', reason }])));
  }

  function accept(batch: readonly Job[], answer: UploadAnswer) {
    patch(matchAnswer(batch, answer));
    if (answer.task !== null) update({ tasks: [...state.tasks, answer.task] });
  }

  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    snapshot: () => state,
    add: (files, collectionId) => {
      const jobs = files.map((file): Job => ({ key: nextKey++, file, collectionId }));
      waiting = [...waiting, ...jobs];
      const items = jobs.map(({ key, file }): UploadItem => {
        return { key, name: uploadName(file), size: file.size, sent: 0, state: 'waiting' };
      });
      update({ items: [...state.items, ...items] });
      void run();
    },
    applySource: (source) => {
      if (!state.items.some((item) => item.source?.id === source.id)) return;
      update({
        items: state.items.map((item) => (item.source?.id === source.id ? { ...item, source } : item)),
      });
    },
    applyTask: (task) => update({ tasks: state.tasks.map((known) => (known.id === task.id ? task : known)) }),
    clear: () => {
      stop.abort();
      stop = new AbortController();
      waiting = [];
      update({ items: [], tasks: [] });
    },
  };
}

/** Files that were taken come back in the order in which they were sent; those refused are told apart by name. */
function matchAnswer(batch: readonly Job[], answer: UploadAnswer): Map<number, Partial<UploadItem>> {
  const taken = [...answer.items];
  const rejected = [...(answer.rejected ?? [])];
  return new Map(
    batch.map(({ key, file }): [number, Partial<UploadItem>] => {
      const refusal = rejected.findIndex((candidate) => candidate.fileName === uploadName(file));
      if (refusal !== -1) {
        const [gone] = rejected.splice(refusal, 1);
        return [key, { state: 'refused', reason: gone?.message ?? '' }];
      }
      const source = taken.shift();
      if (source === undefined)
        return [key, { state: 'refused', reason: 'The server did not answer for this file.' }];
      return [
        key,
        { state: source.duplicateOf === undefined ? 'accepted' : 'duplicate', sent: file.size, source },
      ];
    }),
  );
}

/** The path within the folder that was dropped, so that files of one name are told apart; else the name. */
export function uploadName(file: File): string {
  const path =
    'relativePath' in file && typeof file.relativePath === 'string' ? file.relativePath : file.name;
  return path.replace(/^\.?\//, '').normalize('NFC');
}

function nextBatch(jobs: readonly Job[]): Job[] {
  const batch: Job[] = [];
  let bytes = 0;
  for (const job of jobs) {
    bytes += job.file.size;
    const fits =
      batch.length < BATCH_FILES && bytes <= BATCH_BYTES && job.collectionId === jobs[0]?.collectionId;
    if (batch.length > 0 && !fits) break;
    batch.push(job);
  }
  return batch;
}

/** The parts of a form leave in order, so the bytes sent so far tell how far each file is (part headers are small). */
function shareProgress(batch: readonly Job[], sent: number): Map<number, Partial<UploadItem>> {
  const progress = new Map<number, Partial<UploadItem>>();
  let left = sent;
  for (const { key, file } of batch) {
    progress.set(key, { sent: Math.max(0, Math.min(file.size, left)) });
    left -= file.size;
  }
  return progress;
}

function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
