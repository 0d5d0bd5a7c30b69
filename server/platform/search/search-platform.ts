import { type OrganizationActor, systemActor } from '../../kernel/actor.ts';
import type { EmbeddingModel } from '../ai/port.ts';
import type { Database, Tx } from '../db/port.ts';
import type { Logger } from '../logging/index.ts';
import { Embedders } from './embedding/embedders.ts';
import { retrain, type TrainingOutcome, type TrainingProgress, trainingDue } from './embedding/training.ts';
import { createIndexer } from './indexer.ts';
import { IndexCache } from './memory/index-cache.ts';
import { BYTES_A_DIMENSION } from './memory/vector-table.ts';
import { PassageReads } from './passage-reads.ts';
import type { SearchIndex } from './port.ts';
import { search } from './searcher.ts';
import { type IndexState, readPassages, readState } from './storage/search-read.repository.ts';

export interface SearchPlatformOptions {
  readonly database: Pick<Database, 'kind' | 'uow'>;
  /** The configured embedding server, or null for the built-in embedder. */
  readonly embedding: EmbeddingModel | null;
  readonly logger: Pick<Logger, 'warn'>;
  /** What all indexes in memory may take together, and what all trained models; bytes. */
  readonly maxIndexBytes?: number;
  readonly maxModelBytes?: number;
  /** On a server: organizations whose vectors take more leave them to its HNSW index; bytes. */
  readonly maxVectorBytes?: number;
}

/** The search engine over the product's own database, whichever it is. */
export interface SearchPlatform {
  readonly index: SearchIndex;
  /** Calls `handler` in the transaction of a change after which the organization's embedder should be replaced. */
  onTrainingDue(handler: (tx: Tx, actor: OrganizationActor) => Promise<void>): void;
  isTrainingDue(actor: OrganizationActor): Promise<boolean>;
  /** Replaces the organization's embedder where that is due; minutes for a large library. Safe to run twice. */
  train(
    actor: OrganizationActor,
    signal: AbortSignal,
    report: (progress: TrainingProgress) => Promise<void>,
  ): Promise<TrainingOutcome>;
  close(): Promise<void>;
}

const DEFAULT_INDEX_BYTES = 384 * 1024 * 1024;
const DEFAULT_MODEL_BYTES = 128 * 1024 * 1024;
/** 262,144 vectors of 256 dimensions, compared in a millisecond or two; beyond, HNSW is quicker and finds nearly as much. */
const DEFAULT_VECTOR_BYTES = 192 * 1024 * 1024;
/** How long after a query asked for training another one may; milliseconds. */
const ASK_AGAIN = 60_000;

export function createSearchPlatform(options: SearchPlatformOptions): SearchPlatform {
  const { embedding, logger } = options;
  const { uow, kind } = options.database;
  const maxVectorBytes = options.maxVectorBytes ?? DEFAULT_VECTOR_BYTES;
  const embedders = new Embedders({
    uow,
    external: embedding,
    maxModelBytes: options.maxModelBytes ?? DEFAULT_MODEL_BYTES,
  });
  const cache = new IndexCache({
    uow,
    maxBytes: options.maxIndexBytes ?? DEFAULT_INDEX_BYTES,
    keepsVectors: (passages, dimensions) =>
      kind === 'embedded' || passages * dimensions * BYTES_A_DIMENSION <= maxVectorBytes,
  });
  let trainingHandler: ((tx: Tx, actor: OrganizationActor) => Promise<void>) | undefined;
  const external = embedding?.id ?? null;
  const asked = new Map<string, number>();
  const changed = async (tx: Tx, actor: OrganizationActor) => {
    if (trainingHandler === undefined) return;
    const state = await readState(tx, actor.organizationId);
    if (trainingDue(state, external)) await trainingHandler(tx, actor);
  };
  // A changed setting brings no change of documents: then the first query finds that training is due.
  const onState = (actor: OrganizationActor, state: IndexState) => {
    const handler = trainingHandler;
    const { organizationId, requestId } = actor;
    if (handler === undefined || !trainingDue(state, external)) return;
    if (performance.now() - (asked.get(organizationId) ?? Number.NEGATIVE_INFINITY) < ASK_AGAIN) return;
    asked.set(organizationId, performance.now());
    const system = systemActor(organizationId, requestId);
    uow
      .write(system, (tx) => handler(tx, system))
      .catch((error: unknown) => logger.warn({ err: error }, 'training was not enqueued'));
  };
  const searcher = {
    uow,
    cache,
    embedders,
    passages: new PassageReads((actor, names) =>
      uow.read(actor, (tx) => readPassages(tx, actor.organizationId, names)),
    ),
    onState,
    onEmbeddingFailure: (error: unknown) =>
      logger.warn({ err: error }, 'the embedding server did not answer a query'),
  };
  return {
    index: {
      ...createIndexer({ uow, embedders, changed }),
      search: (actor, request, signal) => search(searcher, actor, request, signal),
    },
    onTrainingDue: (handler) => {
      trainingHandler = handler;
    },
    isTrainingDue: async (actor) => {
      const state = await uow.read(actor, (tx) => readState(tx, actor.organizationId));
      return trainingDue(state, external);
    },
    train: (actor, signal, report) => retrain({ uow, embedders }, actor, signal, report),
    close: async () => undefined,
  };
}
