import { setTimeout as delay } from 'node:timers/promises';
import { ProblemError, type Source, unwrap } from '../../client/index.ts';
import { tryAgain } from './retry.ts';
import type { Session } from './session.ts';

const POLL_MS = 400;
const SETTLED: ReadonlySet<Source['stage']> = new Set(['ready', 'failed', 'cancelled']);

export function isSettled(source: Source): boolean {
  return SETTLED.has(source.stage);
}

/** Follows sources until each is ready, failed or cancelled. */
export class SourceWatch {
  readonly #session: Session;
  readonly #sources = new Map<string, Source>();
  /** Tasks that still run, and how many of their files are through. */
  readonly #tasks = new Map<string, number>();

  constructor(session: Session) {
    this.#session = session;
  }

  add(sources: readonly Source[]): void {
    for (const source of sources) {
      this.#sources.set(source.id, source);
      if (!isSettled(source) && source.taskId !== null) this.#tasks.set(source.taskId, 0);
    }
  }

  /** Sources in the state they were last seen in. */
  get sources(): readonly Source[] {
    return [...this.#sources.values()];
  }

  /** Tasks that have not ended. */
  get tasks(): readonly string[] {
    return [...this.#tasks.keys()];
  }

  /** How many sources are settled, as far as it is known. */
  get settled(): number {
    const seen = this.sources.filter(isSettled).length;
    return Math.min(
      this.#sources.size,
      seen + [...this.#tasks.values()].reduce((sum, done) => sum + done, 0),
    );
  }

  /** Asks about every running task once, and about the files of those that ended. */
  async look(): Promise<void> {
    for (const id of this.tasks) {
      const task = await unwrap(this.#session.client.GET('/api/v1/tasks/{id}', { params: { path: { id } } }));
      if (task.finishedAt === undefined) this.#tasks.set(id, task.progress.done);
      else {
        await this.#lookAtFilesOf(id);
        this.#tasks.delete(id);
      }
    }
    // What somebody else began again or deleted meanwhile belongs to no task of ours.
    if (this.#tasks.size === 0)
      for (const source of this.sources) if (!isSettled(source)) await this.#lookAt(source);
  }

  /** Until everything that was added is settled. */
  async wait(onLook: () => void, signal: AbortSignal): Promise<void> {
    while (!this.sources.every(isSettled)) {
      await tryAgain(() => this.look(), signal);
      onLook();
      await delay(POLL_MS, undefined, { signal });
    }
  }

  async #lookAtFilesOf(taskId: string): Promise<void> {
    for (let cursor: string | undefined; ; ) {
      const query = { taskId, limit: 100, ...(cursor === undefined ? {} : { cursor }) };
      const page = await unwrap(this.#session.client.GET('/api/v1/library/sources', { params: { query } }));
      for (const source of page.items) this.#update(source);
      if (page.nextCursor === null) return;
      cursor = page.nextCursor;
    }
  }

  async #lookAt({ id }: Source): Promise<void> {
    try {
      this.#update(
        await unwrap(this.#session.client.GET('/api/v1/library/sources/{id}', { params: { path: { id } } })),
      );
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status !== 404) throw error;
      this.#sources.delete(id);
    }
  }

  #update(source: Source): void {
    if (this.#sources.has(source.id)) this.#sources.set(source.id, source);
  }
}
