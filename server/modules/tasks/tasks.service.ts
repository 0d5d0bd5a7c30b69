import { setTimeout as delay } from 'node:timers/promises';
import type { Actor, OrganizationActor } from '../../kernel/actor.ts';
import { AppError, isAppError } from '../../kernel/errors.ts';
import { type IdSource, newId } from '../../kernel/ids.ts';
import { requireOrganization } from '../../kernel/organization.ts';
import { decodeCursor, type Page, toPage } from '../../kernel/page.ts';
import type { Tx, UnitOfWork } from '../../platform/db/index.ts';
import type { NewTask, TaskKind, TaskOutcome, TaskProgress, TasksApi } from './index.ts';
import { Cancellations } from './tasks.cancellation.ts';
import * as repository from './tasks.repository.ts';
import type { TaskListQuery, TaskView } from './tasks.schemas.ts';
import type { TaskRow } from './tasks.tables.ts';
import { toTaskView } from './tasks.view.ts';

const WATCH_MS = 400;

export class TasksService implements TasksApi {
  readonly #uow: UnitOfWork;
  readonly #newId: IdSource;
  readonly #kinds = new Map<string, TaskKind>();
  readonly #cancellations: Cancellations;

  constructor(uow: UnitOfWork, onError: (error: unknown) => void, ids: IdSource = newId) {
    this.#uow = uow;
    this.#newId = ids;
    this.#cancellations = new Cancellations(uow, onError);
  }

  register(kind: string, handlers: TaskKind): void {
    if (this.#kinds.has(kind)) throw new Error(`task kind ${kind} is registered already`);
    this.#kinds.set(kind, handlers);
  }

  async create(tx: Tx, actor: OrganizationActor, task: NewTask): Promise<TaskView> {
    const id = task.id ?? this.#newId();
    return toTaskView(await repository.insertTask(tx, actor.organizationId, id, task, actor));
  }

  async get(actor: Actor, id: string): Promise<TaskView> {
    return toTaskView(await this.#find(requireOrganization(actor), id));
  }

  async list(actor: Actor, query: TaskListQuery): Promise<Page<TaskView>> {
    const { organizationId } = requireOrganization(actor);
    const limit = query.limit ?? 20;
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
    const { status, kind } = query;
    const rows = await this.#uow.read(actor, (tx) =>
      repository.listTasks(tx, organizationId, { status, kind, after, limit: limit + 1 }),
    );
    return toPage(rows, limit, (row) => ({ at: row.created_at, id: row.id }), toTaskView);
  }

  /** Every change of the task until it ends: the present state first, the last one last. */
  async *watch(actor: Actor, id: string, signal: AbortSignal): AsyncGenerator<TaskView> {
    let last: string | undefined;
    while (!signal.aborted) {
      const task = await this.get(actor, id);
      if (task.updatedAt !== last) yield task;
      last = task.updatedAt;
      if (hasEnded(task)) return;
      await delay(WATCH_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Asks running work to stop and ends waiting work; a task that has ended is refused. */
  async cancel(actor: Actor, id: string): Promise<TaskView> {
    const caller = requireOrganization(actor);
    const row = await this.#uow.write(caller, (tx) =>
      repository.requestCancel(tx, caller.organizationId, id),
    );
    if (!row) throw taskHasEnded(toTaskView(await this.#find(caller, id)), 'cancelled');
    this.#cancellations.abort(id);
    await this.#kindOf(row).cancel(caller, toTaskView(row), row.payload);
    return this.get(caller, id);
  }

  async retry(actor: Actor, id: string): Promise<TaskView> {
    const caller = requireOrganization(actor);
    const row = await this.#uow.write(caller, (tx) => repository.requeue(tx, caller.organizationId, id));
    if (!row) throw taskHasEnded(toTaskView(await this.#find(caller, id)), 'retried');
    await this.#kindOf(row).retry(caller, toTaskView(row), row.payload);
    return this.get(caller, id);
  }

  async started(actor: OrganizationActor, id: string, attempt: number): Promise<void> {
    await this.#uow.write(actor, (tx) => repository.markStarted(tx, actor.organizationId, id, attempt));
  }

  async progress(actor: OrganizationActor, id: string, progress: TaskProgress): Promise<void> {
    await this.#uow.write(actor, (tx) => repository.setProgress(tx, actor.organizationId, id, progress));
  }

  async finish(actor: OrganizationActor, id: string, outcome: TaskOutcome): Promise<void> {
    await this.#uow.write(actor, (tx) => repository.endTask(tx, actor.organizationId, id, outcome));
  }

  watchCancellation(actor: OrganizationActor, id: string) {
    return this.#cancellations.watch(actor, id);
  }

  async run(
    actor: OrganizationActor,
    id: string,
    attempt: { readonly number: number; readonly max: number; readonly signal: AbortSignal },
    work: Parameters<TasksApi['run']>[3],
  ): Promise<void> {
    const row = await this.#uow.read(actor, (tx) => repository.findTask(tx, actor.organizationId, id));
    if (!row || hasEnded(row)) return;
    if (row.cancel_requested) return this.finish(actor, id, { status: 'cancelled' });
    const cancellation = this.#cancellations.watch(actor, id);
    try {
      await this.started(actor, id, attempt.number);
      const signal = AbortSignal.any([attempt.signal, cancellation.signal]);
      const result = await work({ signal, progress: (progress) => this.progress(actor, id, progress) });
      await this.finish(actor, id, { status: 'succeeded', result });
    } catch (error) {
      if (cancellation.signal.aborted) return await this.finish(actor, id, { status: 'cancelled' });
      if (attempt.number >= attempt.max && !attempt.signal.aborted)
        await this.finish(actor, id, { status: 'failed', error: describe(error) });
      throw error;
    } finally {
      cancellation.release();
    }
  }

  async #find(actor: OrganizationActor, id: string): Promise<TaskRow> {
    const row = await this.#uow.read(actor, (tx) => repository.findTask(tx, actor.organizationId, id));
    if (!row)
      throw new AppError({
        kind: 'not_found',
        code: 'tasks.not_found',
        safeMessage: 'There is no such task.',
      });
    return row;
  }

  #kindOf(row: TaskRow): TaskKind {
    const kind = this.#kinds.get(row.kind);
    if (!kind) throw new Error(`no module answers for tasks of kind ${row.kind}`);
    return kind;
  }
}

function hasEnded(task: { readonly status: TaskView['status'] }): boolean {
  return task.status !== 'queued' && task.status !== 'running';
}

function taskHasEnded(task: TaskView, verb: string): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'tasks.wrong_state',
    safeMessage: `A task that is ${task.status} cannot be ${verb}.`,
    details: { taskStatus: task.status },
  });
}

function describe(error: unknown): { code: string; message: string } {
  if (isAppError(error)) return { code: error.code, message: error.safeMessage };
  return {
    code: 'internal.error',
    message: 'Something went wrong on our side. It was logged under the task’s request id.',
  };
}
