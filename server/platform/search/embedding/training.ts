import type { OrganizationActor } from '../../../kernel/actor.ts';
import type { UnitOfWork } from '../../db/port.ts';
import { combinedTerms } from '../document-terms.ts';
import {
  deleteRetired,
  insertEmbedder,
  insertVectors,
  lockState,
  type NewEmbedder,
  readForEmbedding,
  readKeysAfter,
  retireUnfinished,
  saveModel,
  switchEmbedder,
  type UnembeddedPassage,
} from '../storage/embedder.repository.ts';
import { formatVector } from '../storage/half-vector.ts';
import {
  type EmbedderRow,
  type IndexState,
  readDocumentsAfter,
  readPassageTerms,
  readState,
} from '../storage/search-read.repository.ts';
import { touchIndex } from '../storage/search-write.repository.ts';
import type { Embedders } from './embedders.ts';
import { isSampled } from './sample.ts';
import type { Passages } from './train.ts';
import { trainInThread } from './training-thread.ts';

export interface TrainingOptions {
  readonly uow: UnitOfWork;
  readonly embedders: Embedders;
}

export interface TrainingProgress {
  readonly done: number;
  readonly total: number;
  readonly message: string;
}

export type TrainingOutcome =
  | { readonly kind: 'not_due' }
  | { readonly kind: 'switched'; readonly embedder: string; readonly passages: number };

/** From here on there is enough to learn from: measured, latent vectors beat plain words on libraries of 100 passages. */
const FEWEST_PASSAGES = 50;
/** Trained anew when the library has grown by half. */
const GROWTH = 1.5;
/** Above, a sample is learned from: half of a collection did as well as the whole. */
const MOST_TRAINED = 20_000;
const DOCUMENTS_A_PAGE = 50;
const DELETED_AT_ONCE = 2_000;

/** Whether the embedder that ranks is no longer the one that should. `external` is the configured server's name. */
export function trainingDue(state: IndexState, external: string | null): boolean {
  const { embedder, passages } = state;
  if (passages === 0) return false;
  if (external !== null) return embedder === null || embedder.name !== external;
  if (embedder === null || embedder.kind === 'external') return true;
  if (passages < FEWEST_PASSAGES) return false;
  return embedder.kind === 'hashed' || passages >= GROWTH * embedder.trainedPassages;
}

/**
 * Replaces an organization's embedder without a gap: the new one is trained (or is the configured server), every passage
 * gets its vector beside the old one, then the new one ranks and the old vectors go. Search works all the while; text
 * that comes meanwhile gets both vectors. Safe to run again after any interruption.
 */
export async function retrain(
  options: TrainingOptions,
  actor: OrganizationActor,
  signal: AbortSignal,
  report: (progress: TrainingProgress) => Promise<void>,
): Promise<TrainingOutcome> {
  const { uow, embedders } = options;
  const { organizationId } = actor;
  const state = await uow.read(actor, (tx) => readState(tx, organizationId));
  if (!trainingDue(state, embedders.external?.id ?? null)) {
    await clearRetired(uow, actor, signal);
    return { kind: 'not_due' };
  }
  await report({ done: 0, total: state.passages, message: 'Learning from the library' });
  const embedder = await build(options, actor, state, signal);
  await embedAll(options, actor, embedder, state.passages, signal, report);
  const switched = await uow.write(actor, async (tx) => {
    const done = await switchEmbedder(tx, organizationId, embedder.number);
    if (done) await touchIndex(tx, organizationId);
    return done;
  });
  if (!switched) throw new Error('another training of the same organization was faster');
  await clearRetired(uow, actor, signal);
  return { kind: 'switched', embedder: embedder.name, passages: state.passages };
}

async function build(
  options: TrainingOptions,
  actor: OrganizationActor,
  state: IndexState,
  signal: AbortSignal,
): Promise<EmbedderRow> {
  const { uow, embedders } = options;
  const { organizationId } = actor;
  const learns = embedders.external === null && state.passages >= FEWEST_PASSAGES;
  const trained = learns
    ? await trainInThread(await collect(uow, actor, state.passages, signal), signal)
    : null;
  const made: NewEmbedder =
    trained === null
      ? await embedders.initial(actor, signal)
      : {
          name: (number) => `latent-semantic:${number}`,
          kind: 'latent',
          dimensions: 256,
          trainedPassages: state.passages,
          weight: trained.weight,
        };
  return await uow.write(actor, async (tx) => {
    await lockState(tx, organizationId);
    await retireUnfinished(tx, organizationId);
    const embedder = await insertEmbedder(tx, organizationId, made, 'building');
    if (trained !== null) await saveModel(tx, organizationId, embedder.number, trained.model);
    return embedder;
  });
}

/** The counted terms of all passages, or of a sample of those of a large library. */
async function collect(
  uow: UnitOfWork,
  actor: OrganizationActor,
  passages: number,
  signal: AbortSignal,
): Promise<Passages> {
  const { organizationId } = actor;
  const every = Math.ceil(passages / MOST_TRAINED);
  const documentOf: number[] = [];
  const numbers = new Map<number, number>();
  const starts: number[] = [0];
  const terms: number[] = [];
  const counts: number[] = [];
  for (let after = 0; ; ) {
    signal.throwIfAborted();
    const { documents, rows } = await uow.read(actor, async (tx) => {
      const page = await readDocumentsAfter(tx, organizationId, after, DOCUMENTS_A_PAGE);
      const keys = page.map((document) => document.key);
      return {
        documents: page,
        rows: keys.length === 0 ? [] : await readPassageTerms(tx, organizationId, keys, null),
      };
    });
    const titles = new Map(documents.map((document) => [document.key, document.titleTerms]));
    for (const row of rows) {
      if (!isSampled(row.key, row.ordinal, every)) continue;
      for (const [term, count] of combinedTerms(titles.get(row.key) ?? new Uint8Array(0), row.terms)) {
        terms.push(term);
        counts.push(count);
      }
      starts.push(terms.length);
      if (!numbers.has(row.key)) numbers.set(row.key, numbers.size);
      documentOf.push(numbers.get(row.key) ?? 0);
    }
    const last = documents.at(-1);
    if (last === undefined)
      return {
        documents: Uint32Array.from(documentOf),
        starts: Uint32Array.from(starts),
        terms: Uint32Array.from(terms),
        counts: Uint8Array.from(counts),
      };
    after = last.key;
  }
}

async function embedAll(
  options: TrainingOptions,
  actor: OrganizationActor,
  embedder: EmbedderRow,
  total: number,
  signal: AbortSignal,
  report: (progress: TrainingProgress) => Promise<void>,
): Promise<void> {
  const { uow, embedders } = options;
  const { organizationId } = actor;
  let done = 0;
  for (let after = 0; ; ) {
    signal.throwIfAborted();
    const { keys, passages } = await uow.read(actor, async (tx) => {
      const page = await readKeysAfter(tx, organizationId, after, DOCUMENTS_A_PAGE);
      return {
        keys: page,
        passages: page.length === 0 ? [] : await readForEmbedding(tx, organizationId, page),
      };
    });
    const last = keys.at(-1);
    if (last === undefined) return;
    const vectors = await embedders.embed(actor, embedder, passages.map(embeddable), signal);
    const rows = passages.flatMap(({ key, ordinal }, i) => {
      const vector = vectors[i];
      return vector ? [{ key, ordinal, vector: formatVector(vector) }] : [];
    });
    await uow.write(actor, (tx) => insertVectors(tx, organizationId, embedder, rows));
    done += passages.length;
    after = last;
    await report({ done: Math.min(done, total), total, message: 'Placing passages by meaning' });
  }
}

function embeddable(passage: UnembeddedPassage) {
  return {
    text: embeddedText(passage.title, passage.headings, passage.content),
    language: passage.analysedAs,
    terms: combinedTerms(passage.titleTerms, passage.terms),
  };
}

/** A passage with its context: what a reader would need to know what it is about. */
export function embeddedText(title: string, headings: readonly string[], content: string): string {
  return [title, ...headings, content].join('\n');
}

async function clearRetired(uow: UnitOfWork, actor: OrganizationActor, signal: AbortSignal): Promise<void> {
  for (let deleted = DELETED_AT_ONCE; deleted === DELETED_AT_ONCE; ) {
    signal.throwIfAborted();
    deleted = await uow.write(actor, (tx) => deleteRetired(tx, actor.organizationId, DELETED_AT_ONCE));
  }
}
