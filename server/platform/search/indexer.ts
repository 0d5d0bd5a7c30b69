import type { OrganizationActor } from '../../kernel/actor.ts';
import { mapBreathing } from '../../kernel/breathe.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Tx, UnitOfWork } from '../db/port.ts';
import { languageOf } from './analysis/languages.ts';
import { combinedTerms, countTerms, packTerms } from './document-terms.ts';
import type { Embedders } from './embedding/embedders.ts';
import { embeddedText } from './embedding/training.ts';
import type { IndexDocument, IndexRef, Passage, SearchIndex } from './port.ts';
import { holdEmbedders, insertVectors, readEmbedders } from './storage/embedder.repository.ts';
import { formatVector } from './storage/half-vector.ts';
import type { EmbedderRow } from './storage/search-read.repository.ts';
import {
  changeDocument,
  type DocumentRow,
  deleteDocuments,
  insertDocument,
  insertPassages,
  lockVersions,
  makeActive,
  type PassageRow,
  recordChange,
} from './storage/search-write.repository.ts';
import { TermNumbers } from './term-numbers.ts';

/** The writing half of the index. */
export type Indexer = Omit<SearchIndex, 'search'>;

export interface IndexerOptions {
  readonly uow: UnitOfWork;
  readonly embedders: Embedders;
  /** Called in the transaction of every change after which more or other passages can be found. */
  readonly changed: (tx: Tx, actor: OrganizationActor) => Promise<void>;
}

export function createIndexer(options: IndexerOptions): Indexer {
  const numbers = new TermNumbers();
  return {
    stage: (actor, document, signal) => stage(options, numbers, actor, document, signal),
    activate: async (tx, actor, ref) => {
      if (await activate(tx, actor, ref)) await options.changed(tx, actor);
    },
    update: (tx, actor, ref, change) => update(numbers, tx, actor, ref, change),
    remove,
  };
}

/** Tries, where the organization's embedders change just while a document is embedded. */
const STAGE_ATTEMPTS = 3;

async function stage(
  options: IndexerOptions,
  numbers: TermNumbers,
  actor: OrganizationActor,
  document: IndexDocument,
  signal: AbortSignal,
): Promise<void> {
  const language = languageOf(document.language).code;
  const title = countTerms([document.title], language);
  const bodies = await mapBreathing(
    document.passages,
    (passage) => countTerms([...passage.headings, passage.text], language),
    signal,
  );
  const resolved = await options.uow.write(actor, (tx) =>
    numbers.resolve(
      tx,
      actor.organizationId,
      [title, ...bodies].flatMap((counts) => [...counts.keys()]),
    ),
  );
  resolved.commit();
  const row: DocumentRow = {
    ...document,
    analysedAs: language,
    titleTerms: packTerms(title, resolved.numbers),
  };
  const pack = (passage: Passage, i: number): PassageRow => ({
    ...passage,
    content: passage.text,
    terms: packTerms(bodies[i] ?? new Map(), resolved.numbers),
  });
  const passages = await mapBreathing(document.passages, pack, signal);
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    const embedders = await options.embedders.current(actor, signal);
    const embedded = await embedPassages(options.embedders, actor, embedders, row, passages, signal);
    const stored = await options.uow.write(actor, (tx) =>
      store(tx, actor, row, passages, embedded, attempt === STAGE_ATTEMPTS),
    );
    if (stored) return;
  }
}

interface EmbeddedPassages {
  readonly embedder: EmbedderRow;
  /** By passage. */
  readonly vectors: readonly (Float32Array | null)[];
}

async function embedPassages(
  embedders: Embedders,
  actor: OrganizationActor,
  current: readonly EmbedderRow[],
  document: DocumentRow,
  passages: readonly PassageRow[],
  signal: AbortSignal,
): Promise<readonly EmbeddedPassages[]> {
  const texts = passages.map((passage) => ({
    text: embeddedText(document.title, passage.headings, passage.content),
    language: document.analysedAs,
    terms: combinedTerms(document.titleTerms, passage.terms),
  }));
  const embedded: EmbeddedPassages[] = [];
  for (const embedder of current)
    embedded.push({ embedder, vectors: await embedders.embed(actor, embedder, texts, signal) });
  return embedded;
}

/** False where the embedders changed meanwhile, so that vectors are missing; `anyway` leaves those to the job that changed them. */
async function store(
  tx: Tx,
  actor: OrganizationActor,
  row: DocumentRow,
  passages: readonly PassageRow[],
  embedded: readonly EmbeddedPassages[],
  anyway: boolean,
): Promise<boolean> {
  const { organizationId } = actor;
  await holdEmbedders(tx, organizationId);
  const wanted = await readEmbedders(tx, organizationId);
  const complete = wanted.every(({ number }) => embedded.some(({ embedder }) => embedder.number === number));
  if (!complete && !anyway) return false;
  const versions = await lockVersions(tx, organizationId, row.type, row.id);
  const before = versions.find(({ version }) => version === row.version);
  if (before?.active === true) return true;
  if (before !== undefined) await deleteDocuments(tx, organizationId, [before.key]);
  const key = await insertDocument(tx, organizationId, row, passages.length);
  await insertPassages(tx, organizationId, key, passages);
  for (const { embedder, vectors } of embedded) {
    const rows = passages.flatMap(({ ordinal }, i) => {
      const vector = vectors[i];
      return vector ? [{ key, ordinal, vector: formatVector(vector) }] : [];
    });
    await insertVectors(tx, organizationId, embedder, rows);
  }
  return true;
}

/** True where something else can be found now. */
async function activate(tx: Tx, actor: OrganizationActor, ref: IndexRef): Promise<boolean> {
  const { organizationId } = actor;
  const versions = await lockVersions(tx, organizationId, ref.type, ref.id);
  const staged = versions.find(({ version }) => version === ref.version);
  if (staged === undefined) {
    throw new AppError({
      kind: 'conflict',
      code: 'search.not_staged',
      safeMessage: 'This version is not in the index yet.',
      retryable: true,
    });
  }
  if (staged.active) return false;
  const active = versions.find((version) => version.active);
  if (active !== undefined && active.version > staged.version) {
    // A slow job came after a newer version: what is visible stays.
    await deleteDocuments(tx, organizationId, [staged.key]);
    return false;
  }
  const older = versions.filter(({ version }) => version < staged.version).map(({ key }) => key);
  await deleteDocuments(tx, organizationId, older);
  await makeActive(tx, organizationId, staged.key);
  await recordChange(tx, organizationId, ref.type, ref.id, staged.passages - (active?.passages ?? 0));
  return true;
}

async function update(
  numbers: TermNumbers,
  tx: Tx,
  actor: OrganizationActor,
  ref: { readonly type: string; readonly id: string },
  change: Parameters<SearchIndex['update']>[3],
): Promise<void> {
  const { organizationId } = actor;
  const versions = await lockVersions(tx, organizationId, ref.type, ref.id);
  for (const version of versions) {
    await changeDocument(tx, organizationId, version.key, {
      ...(change.title === undefined
        ? {}
        : await retitled(numbers, tx, organizationId, change.title, version.analysedAs)),
      ...(change.collectionId === undefined ? {} : { collection_id: change.collectionId }),
      ...(change.audience === undefined ? {} : { audience: [...change.audience] }),
    });
  }
  if (versions.some((version) => version.active)) await recordChange(tx, organizationId, ref.type, ref.id, 0);
}

async function retitled(
  numbers: TermNumbers,
  tx: Tx,
  organizationId: string,
  title: string,
  language: string,
) {
  const counts = countTerms([title], language);
  // Not remembered: the caller's transaction may still roll back.
  const resolved = await numbers.resolve(tx, organizationId, counts.keys());
  return { title, title_terms: packTerms(counts, resolved.numbers) };
}

async function remove(
  tx: Tx,
  actor: OrganizationActor,
  ref: { readonly type: string; readonly id: string },
): Promise<void> {
  const { organizationId } = actor;
  const versions = await lockVersions(tx, organizationId, ref.type, ref.id);
  await deleteDocuments(
    tx,
    organizationId,
    versions.map(({ key }) => key),
  );
  const active = versions.find((version) => version.active);
  if (active !== undefined) await recordChange(tx, organizationId, ref.type, ref.id, -active.passages);
}
