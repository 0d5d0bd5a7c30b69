import type { Actor, OrganizationActor } from '../../kernel/actor.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { TaskView } from './tasks.schemas.ts';

export { TaskView } from './tasks.schemas.ts';

export interface NewTask {
  /** Where the work may begin twice (a job that was killed): the same id gives the same task. */
  readonly id?: string;
  /** `<module>.<verb>`, for example `library.ingest`. */
  readonly kind: string;
  readonly queue: string;
  /** A sentence for the list. */
  readonly title: string;
  readonly total: number;
  /** What is counted: `files`, `passages`. */
  readonly unit: string;
  readonly maxAttempts: number;
  /** What `retry` needs to begin again; ids only. */
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface TaskProgress {
  readonly done?: number;
  readonly total?: number;
  readonly message?: string;
}

export type TaskOutcome =
  | { readonly status: 'succeeded'; readonly result?: Readonly<Record<string, unknown>> }
  | {
      readonly status: 'failed';
      readonly error: { readonly code: string; readonly message: string };
      readonly result?: Readonly<Record<string, unknown>>;
    }
  | { readonly status: 'cancelled' };

/** What a module that owns a kind of task does when a person cancels or retries one. Both are safe to run twice. */
export interface TaskKind {
  /** Ends what the task still has waiting, in its own transactions; what runs sees its signal aborted. */
  cancel(actor: OrganizationActor, task: TaskView, payload: Readonly<Record<string, unknown>>): Promise<void>;
  /** Puts the work back on its queue. The task is `queued` again already. */
  retry(actor: OrganizationActor, task: TaskView, payload: Readonly<Record<string, unknown>>): Promise<void>;
}

/** Long work as people see it. The queue runs it; this says what it is, how far it is, and how it ended. */
export interface TasksApi {
  /** Call while composing: who answers cancel and retry for a kind. */
  register(kind: string, handlers: TaskKind): void;
  create(tx: Tx, actor: OrganizationActor, task: NewTask): Promise<TaskView>;
  get(actor: Actor, id: string): Promise<TaskView>;
  /** The first sign of life of an attempt. */
  started(actor: OrganizationActor, id: string, attempt: number): Promise<void>;
  progress(actor: OrganizationActor, id: string, progress: TaskProgress): Promise<void>;
  /** Ends the task; a task that has ended stays as it is. */
  finish(actor: OrganizationActor, id: string, outcome: TaskOutcome): Promise<void>;
  /**
   * Runs `work` with a signal that aborts when somebody cancels the task (within about a second, from any process) or
   * `signal` aborts. Cancelling ends the task as `cancelled`; what `work` returns or throws ends it otherwise, except
   * that with attempts left a throw is passed on so that the queue tries again.
   */
  run(
    actor: OrganizationActor,
    id: string,
    attempt: { readonly number: number; readonly max: number; readonly signal: AbortSignal },
    work: (context: {
      readonly signal: AbortSignal;
      progress(progress: TaskProgress): Promise<void>;
    }) => Promise<Record<string, unknown>>,
  ): Promise<void>;
  /** A signal that aborts when the task is cancelled, for work that is spread over many jobs. Call `release` when done. */
  watchCancellation(actor: OrganizationActor, id: string): { readonly signal: AbortSignal; release(): void };
}
