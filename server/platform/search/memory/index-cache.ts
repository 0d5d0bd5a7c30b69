import type { OrganizationActor } from '../../../kernel/actor.ts';
import type { UnitOfWork } from '../../db/port.ts';
import { decodeHalfVector } from '../storage/half-vector.ts';
import {
  type IndexState,
  readChanges,
  readDocuments,
  readDocumentsAfter,
  readPassageTerms,
  readState,
  readTermsAfter,
} from '../storage/search-read.repository.ts';
import { CHANGES_KEPT } from '../storage/search-write.repository.ts';
import { type LoadedDocument, OrganizationIndex } from './organization-index.ts';
import { SharedReads } from './shared-reads.ts';

export interface IndexCacheOptions {
  readonly uow: UnitOfWork;
  /** What all indexes together may take; the least recently used organization is dropped first. */
  readonly maxBytes: number;
  /** Whether an organization keeps so many vectors in memory. */
  readonly keepsVectors: (passages: number, dimensions: number) => boolean;
}

interface Entry {
  readonly index: OrganizationIndex;
  /** The embedder whose vectors are kept, or null. */
  readonly embedder: number | null;
}

/** Each table of vectors reserves 8 GB of addresses (no memory): a process has room for 16,000. */
const MOST_ORGANIZATIONS = 4_000;
const DOCUMENTS_A_PAGE = 200;
const TERMS_A_PAGE = 20_000;

/** The indexes of the organizations that search now, each brought up to the state of the database before it is used. */
export class IndexCache {
  readonly #options: IndexCacheOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #updating = new Map<string, Promise<unknown>>();
  readonly #states = new SharedReads<IndexState>();

  constructor(options: IndexCacheOptions) {
    this.#options = options;
  }

  /** The index with every change that was committed before this call, and the state of the database. */
  async current(
    actor: OrganizationActor,
  ): Promise<{ readonly index: OrganizationIndex; readonly state: IndexState }> {
    const { organizationId } = actor;
    let needed: number | undefined;
    for (;;) {
      const state = await this.#states.ask(organizationId, () =>
        this.#options.uow.read(actor, (tx) => readState(tx, organizationId)),
      );
      // Later changes do not matter to this call: otherwise it would run after a busy writer for ever.
      needed ??= state.sequence;
      const entry = this.#entries.get(organizationId);
      if (
        entry !== undefined &&
        entry.index.sequence >= needed &&
        entry.embedder === this.#embedderInMemory(state)
      ) {
        this.#entries.delete(organizationId);
        this.#entries.set(organizationId, entry);
        return { index: entry.index, state };
      }
      await (this.#updating.get(organizationId) ?? this.#startUpdate(actor, state));
    }
  }

  #embedderInMemory(state: IndexState): number | null {
    const { embedder, passages } = state;
    return embedder !== null && this.#options.keepsVectors(passages, embedder.dimensions)
      ? embedder.number
      : null;
  }

  async #startUpdate(actor: OrganizationActor, state: IndexState): Promise<void> {
    const update = this.#update(actor, state).finally(() => this.#updating.delete(actor.organizationId));
    this.#updating.set(actor.organizationId, update);
    await update;
  }

  async #update(actor: OrganizationActor, state: IndexState): Promise<void> {
    const entry = this.#entries.get(actor.organizationId);
    const embedder = this.#embedderInMemory(state);
    const reusable =
      entry !== undefined &&
      entry.embedder === embedder &&
      !entry.index.wasteful &&
      state.sequence - entry.index.sequence < CHANGES_KEPT;
    if (reusable) {
      await this.#follow(actor, entry, state.sequence);
    } else {
      const index = new OrganizationIndex(embedder === null ? null : (state.embedder?.dimensions ?? null));
      await this.#loadAll(actor, { index, embedder }, state.sequence);
      this.#entries.set(actor.organizationId, { index, embedder });
    }
    this.#evict(actor.organizationId);
  }

  async #loadAll(actor: OrganizationActor, entry: Entry, sequence: number): Promise<void> {
    const { organizationId } = actor;
    for (let after = 0; ; ) {
      const page = await this.#options.uow.read(actor, async (tx) => {
        const documents = await readDocumentsAfter(tx, organizationId, after, DOCUMENTS_A_PAGE);
        return await this.#withPassages(tx, organizationId, documents, entry.embedder);
      });
      for (const document of page) entry.index.put(document);
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.key;
    }
    await this.#loadTerms(actor, entry.index);
    entry.index.sequence = sequence;
  }

  async #follow(actor: OrganizationActor, entry: Entry, sequence: number): Promise<void> {
    const { organizationId } = actor;
    const changed = await this.#options.uow.read(actor, (tx) =>
      readChanges(tx, organizationId, entry.index.sequence),
    );
    for (let from = 0; from < changed.length; from += DOCUMENTS_A_PAGE) {
      const references = changed.slice(from, from + DOCUMENTS_A_PAGE);
      const found = await this.#options.uow.read(actor, async (tx) => {
        const documents = await readDocuments(tx, organizationId, references);
        return await this.#withPassages(tx, organizationId, documents, entry.embedder);
      });
      await this.#loadTerms(actor, entry.index);
      for (const reference of references) entry.index.remove(reference.type, reference.id);
      for (const document of found) entry.index.put(document);
    }
    entry.index.sequence = sequence;
  }

  async #loadTerms(actor: OrganizationActor, index: OrganizationIndex): Promise<void> {
    for (let full = true; full; ) {
      const rows = await this.#options.uow.read(actor, (tx) =>
        readTermsAfter(tx, actor.organizationId, index.vocabulary.size, TERMS_A_PAGE),
      );
      for (const { number, term } of rows) index.vocabulary.add(number, term);
      full = rows.length === TERMS_A_PAGE;
    }
  }

  async #withPassages(
    tx: Parameters<typeof readPassageTerms>[0],
    organizationId: string,
    documents: Awaited<ReturnType<typeof readDocuments>>,
    embedder: number | null,
  ): Promise<LoadedDocument[]> {
    if (documents.length === 0) return [];
    const keys = documents.map((document) => document.key);
    const rows = await readPassageTerms(tx, organizationId, keys, embedder);
    const byKey = Map.groupBy(rows, (row) => row.key);
    return documents.map((document) => ({
      ...document,
      passages: (byKey.get(document.key) ?? []).map(({ ordinal, terms, vector }) => ({
        ordinal,
        terms,
        vector: vector === null ? null : decodeHalfVector(vector),
      })),
    }));
  }

  #evict(keep: string): void {
    let total = 0;
    for (const { index } of this.#entries.values()) total += index.bytes;
    for (const [organizationId, { index }] of this.#entries) {
      if (total <= this.#options.maxBytes && this.#entries.size <= MOST_ORGANIZATIONS) break;
      if (organizationId === keep) continue;
      this.#entries.delete(organizationId);
      total -= index.bytes;
    }
  }
}
