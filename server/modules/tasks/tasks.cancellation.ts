import { type OrganizationActor, systemActor } from '../../kernel/actor.ts';
import type { UnitOfWork } from '../../platform/db/index.ts';
import { cancelledAmong } from './tasks.repository.ts';

const POLL_MS = 1_000;

interface Watched {
  readonly organizationId: string;
  readonly controller: AbortController;
  watchers: number;
}

/** The reason of an abort that a person asked for. */
class TaskCancelledError extends Error {
  override readonly name = 'TaskCancelledError';
}

/**
 * Tells running work that it was cancelled: at once in the process that took the request, within a second in the others,
 * by one small query a second for each organization that has work running here.
 */
export class Cancellations {
  readonly #uow: UnitOfWork;
  readonly #onError: (error: unknown) => void;
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #polling = false;

  constructor(uow: UnitOfWork, onError: (error: unknown) => void) {
    this.#uow = uow;
    this.#onError = onError;
  }

  watch(actor: OrganizationActor, id: string): { readonly signal: AbortSignal; release(): void } {
    const watched = this.#watched.get(id) ?? {
      organizationId: actor.organizationId,
      controller: new AbortController(),
      watchers: 0,
    };
    watched.watchers++;
    this.#watched.set(id, watched);
    this.#timer ??= setInterval(() => void this.#poll(), POLL_MS).unref();
    let released = false;
    return {
      signal: watched.controller.signal,
      release: () => {
        if (released) return;
        released = true;
        watched.watchers--;
        if (watched.watchers === 0 && this.#watched.get(id) === watched) this.#watched.delete(id);
        if (this.#watched.size === 0) this.#stop();
      },
    };
  }

  abort(id: string): void {
    const watched = this.#watched.get(id);
    if (!watched) return;
    // Whoever watches the same task from now on watches a new attempt.
    this.#watched.delete(id);
    watched.controller.abort(new TaskCancelledError('the task was cancelled'));
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #poll(): Promise<void> {
    if (this.#polling) return;
    this.#polling = true;
    try {
      const byOrganization = Map.groupBy(this.#watched, ([, watched]) => watched.organizationId);
      for (const [organizationId, entries] of byOrganization) {
        const ids = entries.map(([id]) => id);
        const cancelled = await this.#uow.read(systemActor(organizationId, 'tasks.cancellation'), (tx) =>
          cancelledAmong(tx, organizationId, ids),
        );
        for (const id of cancelled) this.abort(id);
      }
    } catch (error) {
      this.#onError(error);
    } finally {
      this.#polling = false;
    }
  }
}
