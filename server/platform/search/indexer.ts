import type { OrganizationActor } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Tx, UnitOfWork } from '../db/port.ts';
import { languageOf } from './analysis/languages.ts';
import { countTerms, packTerms } from './document-terms.ts';
import type { IndexDocument, IndexRef, SearchIndex } from './port.ts';
import {
  changeDocument,
  deleteDocuments,
  insertDocument,
  insertPassages,
  lockVersions,
  makeActive,
  recordChange,
} from './storage/search-write.repository.ts';
import { TermNumbers } from './term-numbers.ts';

/** The writing half of the index. */
export type Indexer = Omit<SearchIndex, 'search'>;

export function createIndexer(options: { readonly uow: UnitOfWork }): Indexer {
  const numbers = new TermNumbers();
  return {
    stage: (actor, document, signal) => stage(options.uow, numbers, actor, document, signal),
    activate,
    update: (tx, actor, ref, change) => update(numbers, tx, actor, ref, change),
    remove,
  };
}

async function stage(
  uow: UnitOfWork,
  numbers: TermNumbers,
  actor: OrganizationActor,
  document: IndexDocument,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const { organizationId } = actor;
  const language = languageOf(document.language).code;
  const title = countTerms([document.title], language);
  const passages = document.passages.map((passage) => ({
    ...passage,
    content: passage.text,
    counts: countTerms([...passage.headings, passage.text], language),
  }));
  const commit = await uow.write(actor, async (tx) => {
    const versions = await lockVersions(tx, organizationId, document.type, document.id);
    const before = versions.find(({ version }) => version === document.version);
    if (before?.active === true) return () => undefined;
    if (before !== undefined) await deleteDocuments(tx, organizationId, [before.key]);
    const terms = [title, ...passages.map((passage) => passage.counts)].flatMap((counts) => [
      ...counts.keys(),
    ]);
    const resolved = await numbers.resolve(tx, organizationId, terms);
    const row = { ...document, analysedAs: language, titleTerms: packTerms(title, resolved.numbers) };
    const key = await insertDocument(tx, organizationId, row, passages.length);
    const rows = passages.map((passage) => ({
      ...passage,
      terms: packTerms(passage.counts, resolved.numbers),
    }));
    await insertPassages(tx, organizationId, key, rows);
    return () => resolved.commit();
  });
  commit();
}

async function activate(tx: Tx, actor: OrganizationActor, ref: IndexRef): Promise<void> {
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
  if (staged.active) return;
  const active = versions.find((version) => version.active);
  if (active !== undefined && active.version > staged.version) {
    // A slow job came after a newer version: what is visible stays.
    await deleteDocuments(tx, organizationId, [staged.key]);
    return;
  }
  const older = versions.filter(({ version }) => version < staged.version).map(({ key }) => key);
  await deleteDocuments(tx, organizationId, older);
  await makeActive(tx, organizationId, staged.key);
  await recordChange(tx, organizationId, ref.type, ref.id, staged.passages - (active?.passages ?? 0));
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
