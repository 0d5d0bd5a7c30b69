import type { AuditTrail } from '../../platform/audit/index.ts';
import type { Config } from '../../platform/config/index.ts';
import type { Database } from '../../platform/db/index.ts';
import type { Events } from '../../platform/events/index.ts';
import type { Routes } from '../../platform/http/index.ts';
import type { Logger } from '../../platform/logging/index.ts';
import type { Queue } from '../../platform/queue/index.ts';
import type { SearchIndex } from '../../platform/search/port.ts';
import type { Storage } from '../../platform/storage/index.ts';
import type { TenantData } from '../../platform/tenant-data/index.ts';
import type { TasksApi } from '../tasks/index.ts';
import type { LibraryApi } from './index.ts';
import { BatchProgress } from './library.batch.ts';
import { CollectionsService } from './library.collections.ts';
import { libraryData } from './library.data.ts';
import { sourceDeleted } from './library.events.ts';
import { INGEST_TASK, ingestQueue, SWEEP_SCHEDULE } from './library.jobs.ts';
import { Pipeline } from './library.pipeline.ts';
import { LibraryReader } from './library.reader.ts';
import { collectionRoutes, libraryRoutes } from './library.routes.ts';
import { LibraryService } from './library.service.ts';
import { type SweepDependencies, sweepOrphans } from './library.sweep.ts';
import { uploadRoutes } from './library.upload.routes.ts';
import { UploadService } from './library.upload.ts';
import { createParser } from './parsing/index.ts';

export interface LibraryModuleDependencies {
  readonly settings: Config['library'];
  readonly database: Database;
  readonly storage: Storage;
  /** Which of these stored files others need: they are not swept. Sees the actor's organization only. */
  readonly keptFiles: SweepDependencies['keptFiles'];
  readonly queue: Queue;
  readonly events: Events;
  readonly audit: AuditTrail;
  readonly search: SearchIndex;
  readonly tasks: TasksApi;
  readonly logger: Logger;
}

/** What an upload may take between storing its bytes and writing its rows. */
const UPLOAD_GRACE_MS = 3_600_000;
/** A text longer than this is better sent as a file. */
const MAX_TEXT_BYTES = 20_000_000;

export interface LibraryModule {
  readonly api: LibraryApi;
  readonly data: TenantData;
  readonly uploads: UploadService;
  readonly collections: CollectionsService;
  readonly routes: readonly Routes[];
  /** Removes what a killed process left in storage; call before work begins. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

export function libraryModule(dependencies: LibraryModuleDependencies): LibraryModule {
  const { settings, database, storage, keptFiles, queue, events, audit, search, tasks, logger } =
    dependencies;
  const { uow } = database;
  const parser = createParser({
    timeoutMs: settings.parseTimeoutSeconds * 1000,
    maxMemoryMb: settings.parseMemoryMb,
    workers: settings.parseWorkers,
    logger,
  });
  const ingest = ingestQueue(settings.parseWorkers * 2);
  const batches = new BatchProgress(uow, queue, tasks);
  const pipeline = new Pipeline({ uow, storage, parser, search, events, tasks, batches, logger });
  const reader = new LibraryReader(uow, storage);
  const library = new LibraryService({
    uow,
    queue,
    ingest,
    search,
    events,
    audit,
    tasks,
    batches,
    pipeline,
  });
  const uploads = new UploadService({
    uow,
    storage,
    queue,
    tasks,
    batches,
    ingest,
    maxBytes: settings.maxUploadBytes,
  });
  const collections = new CollectionsService(uow, audit);

  queue.handle(ingest, (job) => pipeline.run(job));
  queue.schedule(SWEEP_SCHEDULE.name, SWEEP_SCHEDULE.cron, async (signal) => {
    await sweepOrphans({ uow, storage, keptFiles, logger }, UPLOAD_GRACE_MS, signal);
  });
  events.subscribe(sourceDeleted, 'library.remove_files', async ({ payload }) => {
    for (const key of payload.storageKeys) await storage.remove(key);
  });
  tasks.register(INGEST_TASK, {
    cancel: (actor, task) => library.cancelBatch(actor, task.id),
    retry: (actor, task) => library.retryBatch(actor, task.id),
  });

  return {
    api: reader,
    data: libraryData(uow, storage),
    uploads,
    collections,
    routes: [
      uploadRoutes(uploads, { maxFiles: settings.maxUploadFiles, maxTextBytes: MAX_TEXT_BYTES }),
      libraryRoutes(reader, library),
      collectionRoutes(collections),
    ],
    recover: async () => {
      // The embedded folder is locked: nobody else can be in the middle of an upload.
      await sweepOrphans(
        { uow, storage, keptFiles, logger },
        database.kind === 'embedded' ? 0 : UPLOAD_GRACE_MS,
      );
    },
    close: () => parser.close(),
  };
}
