import type { Readable } from 'node:stream';
import { type Actor, instanceActor, type OrganizationActor, systemActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { IdSource } from '../../../kernel/ids.ts';
import { requireOrganization } from '../../../kernel/organization.ts';
import { decodeCursor, type Page, toPage } from '../../../kernel/page.ts';
import type { AuditTrail } from '../../../platform/audit/index.ts';
import type { Tx, UnitOfWork } from '../../../platform/db/index.ts';
import type { Job, Queue, QueueDefinition } from '../../../platform/queue/index.ts';
import type { Storage } from '../../../platform/storage/index.ts';
import { type ArchiveFile, jsonFile, type TenantData, zipOf } from '../../../platform/tenant-data/index.ts';
import type { TasksApi, TaskView } from '../../tasks/index.ts';
import {
  deleteExpired,
  findExport,
  insertExport,
  knownArchives,
  listExports,
  lockExports,
  organizationsWithExpired,
  setArchive,
} from './exports.repository.ts';
import { exportNotFound, exportNotReady, exportRunning } from './organizations.errors.ts';
import { type ExportListQuery, type ExportView, toExportView } from './organizations.schemas.ts';
import type { ExportRow } from './organizations.tables.ts';

/** Milliseconds that an archive can be downloaded. */
const LIFETIME = 7 * 24 * 3_600_000;
/** What an archive is, for programs that read it; rises when its files change their meaning. */
const FORMAT = { format: 'scriptorium-export', version: 1 } as const;

interface ExportJob {
  readonly organizationId: string;
  readonly exportId: string;
  readonly taskId: string;
  readonly requestId: string;
}

const EXPORT: QueueDefinition<ExportJob> = {
  name: 'identity.export_organization',
  retries: 3,
  // They read and write files: several side by side cost little, and no organization waits for the archive of another.
  concurrency: 4,
  onePerOrganization: true,
  long: true,
  heartbeatSeconds: 30,
  timeoutSeconds: 6 * 3600,
};

export interface ExportsDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly storage: Storage;
  readonly queue: Queue;
  readonly tasks: TasksApi;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly domains: () => readonly TenantData[];
}

/** Taking all that an organization holds along, as one ZIP archive. The actor is an admin of the organization. */
export interface Exports {
  /** Throws `identity.export_running`. */
  start(actor: Actor): Promise<{ readonly export: ExportView; readonly task: TaskView }>;
  list(actor: Actor, query: ExportListQuery): Promise<Page<ExportView>>;
  /** Throws `identity.export_not_found`. */
  get(actor: Actor, id: string): Promise<ExportView>;
  /** Throws `identity.export_not_found`, `identity.export_not_ready`. */
  download(actor: Actor, id: string): Promise<{ readonly body: Readable; readonly size: number }>;
  /** Removes archives that have expired. */
  sweep(): Promise<void>;
  /** Which of these stored files are archives of the actor's organization. */
  knownFiles(actor: Actor, keys: readonly string[]): Promise<ReadonlySet<string>>;
}

/** Registers the queue and the kind of task: call before the queue starts. */
export function createExports(dependencies: ExportsDependencies): Exports {
  const { uow, audit, storage, queue, tasks, clock, ids, domains } = dependencies;
  queue.handle(EXPORT, (job) => run(job));
  tasks.register(EXPORT.name, {
    // The running job sees its signal aborted; one that waits finds its task ended.
    cancel: async (actor, task) => {
      if (task.status === 'queued') await tasks.finish(actor, task.id, { status: 'cancelled' });
    },
    retry: (actor, task, { exportId }) =>
      uow.write(actor, (tx) => enqueue(tx, actor, String(exportId), task.id)),
  });
  return { start, list, get, download, sweep, knownFiles };

  async function start(actor: Actor) {
    const caller = requireOrganization(actor);
    const [last] = (await list(caller, { limit: 1 })).items;
    if (last && !last.ready && (last.task?.status === 'queued' || last.task?.status === 'running'))
      throw exportRunning();
    const id = ids();
    const now = clock();
    const { row, task } = await uow.write(caller, async (tx) => {
      await lockExports(tx, caller.organizationId);
      const [newest] = await listExports(tx, caller.organizationId, 1, undefined);
      if (newest?.id !== last?.id) throw exportRunning();
      const created = await tasks.create(tx, caller, {
        kind: EXPORT.name,
        queue: EXPORT.name,
        title: 'Export all data of the organization',
        total: domains().length,
        unit: 'domains',
        maxAttempts: EXPORT.retries + 1,
        payload: { exportId: id },
      });
      const inserted = await insertExport(tx, {
        organizationId: caller.organizationId,
        id,
        taskId: created.id,
        createdBy: caller.userId,
        at: now.toISOString(),
        expiresAt: new Date(now.getTime() + LIFETIME).toISOString(),
      });
      await enqueue(tx, caller, id, created.id);
      await record(tx, caller, 'organization.export_started', id);
      return { row: inserted, task: created };
    });
    return { export: toExportView(row, task), task };
  }

  async function enqueue(tx: Tx, actor: OrganizationActor, exportId: string, taskId: string): Promise<void> {
    const { organizationId, requestId } = actor;
    const job = { organizationId, exportId, taskId, requestId };
    await queue.enqueue(tx, EXPORT, job, { singletonKey: exportId });
  }

  async function run({ data, attempt: number, maxAttempts: max, signal }: Job<ExportJob>): Promise<void> {
    const actor = systemActor(data.organizationId, data.requestId);
    await tasks.run(actor, data.taskId, { number, max, signal }, async (context) => {
      const row = await find(actor, data.exportId);
      if (row.storage_key !== null) return { exportId: row.id };
      let done = 0;
      const entries = filesOf(actor, context.signal, () => context.progress({ done: ++done }));
      const archive = zipOf(entries, clock(), context.signal);
      const limits = { maxBytes: Number.MAX_SAFE_INTEGER, signal: context.signal };
      const { key, size, sha256 } = await storage.put(actor.organizationId, archive, limits);
      const at = clock().toISOString();
      const kept = await uow.write(actor, (tx) =>
        setArchive(tx, actor.organizationId, row.id, { key, size, sha256, at }),
      );
      if (!kept) await storage.remove(key);
      return { exportId: row.id };
    });
  }

  async function* filesOf(
    actor: OrganizationActor,
    signal: AbortSignal,
    onDomain: () => Promise<void>,
  ): AsyncGenerator<ArchiveFile> {
    for (const domain of domains()) {
      for await (const file of domain.files(actor, signal))
        yield { ...file, path: `${domain.domain}/${file.path}` };
      await onDomain();
    }
    const { organizationId } = actor;
    const manifest = { ...FORMAT, organizationId, exportedAt: clock().toISOString() };
    yield jsonFile('manifest.json', async () => ({
      ...manifest,
      domains: domains().map(({ domain }) => domain),
    }));
  }

  async function list(actor: Actor, query: ExportListQuery): Promise<Page<ExportView>> {
    const caller = requireOrganization(actor);
    const limit = query.limit ?? 20;
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
    const rows = await uow.read(caller, (tx) => listExports(tx, caller.organizationId, limit + 1, after));
    const page = toPage(
      rows,
      limit,
      (row) => ({ at: row.created_at, id: row.id }),
      (row) => row,
    );
    return { ...page, items: await Promise.all(page.items.map((row) => viewOf(caller, row))) };
  }

  async function get(actor: Actor, id: string): Promise<ExportView> {
    const caller = requireOrganization(actor);
    return viewOf(caller, await find(caller, id));
  }

  async function viewOf(caller: OrganizationActor, row: ExportRow): Promise<ExportView> {
    return toExportView(row, await tasks.get(caller, row.task_id));
  }

  async function find(actor: OrganizationActor, id: string): Promise<ExportRow> {
    const row = await uow.read(actor, (tx) => findExport(tx, actor.organizationId, id));
    if (!row || Date.parse(row.expires_at) <= clock().getTime()) throw exportNotFound();
    return row;
  }

  async function download(actor: Actor, id: string): Promise<{ body: Readable; size: number }> {
    const caller = requireOrganization(actor);
    const { storage_key: key, size } = await find(caller, id);
    if (key === null || size === null) throw exportNotReady();
    const body = await storage.read(key);
    await uow.write(caller, (tx) => record(tx, caller, 'organization.export_downloaded', id));
    return { body, size };
  }

  async function record(tx: Tx, actor: OrganizationActor, action: string, id: string): Promise<void> {
    const { organizationId } = actor;
    await audit.record(tx, actor, { action, organizationId, target: { type: 'export', id } });
  }

  async function sweep(): Promise<void> {
    const at = clock().toISOString();
    const instance = instanceActor('exports.sweep');
    for (const organizationId of await uow.read(instance, (tx) => organizationsWithExpired(tx, at))) {
      const actor = systemActor(organizationId, 'exports.sweep');
      const keys = await uow.write(actor, (tx) => deleteExpired(tx, organizationId, at));
      // Interrupted here, the sweep of files that no row knows removes them.
      for (const key of keys) await storage.remove(key);
    }
  }

  async function knownFiles(actor: Actor, keys: readonly string[]): Promise<ReadonlySet<string>> {
    return uow.read(actor, (tx) => knownArchives(tx, keys));
  }
}
