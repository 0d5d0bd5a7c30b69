import type { OrganizationActor } from '../../kernel/actor.ts';
import { isAppError } from '../../kernel/errors.ts';
import type { Keyset } from '../../kernel/page.ts';
import type { Tx, UnitOfWork } from '../../platform/db/index.ts';
import type { Storage } from '../../platform/storage/index.ts';
import { type ArchiveFile, jsonLines, type TenantData } from '../../platform/tenant-data/index.ts';
import { type CollectionWithCount, listCollections } from './library.collections.repository.ts';
import { countLibrary, pageOfContents, pageOfVersions } from './library.data.repository.ts';
import { listSources } from './library.repository.ts';
import type { ContentRow, ShownSource, VersionRow } from './library.tables.ts';
import { toCollectionView, toSourceView } from './library.view.ts';

const NO_FILTER = { collectionId: undefined, status: undefined, q: undefined, taskId: undefined };
const PAGE = 200;
/** Texts that are held at once: one may have many megabytes. */
const TEXTS = 4;

/**
 * The library's part of an archive: `collections.jsonl`, `sources.jsonl`, `versions.jsonl` (with the names that the files
 * had and where they are), `texts.jsonl` (what was read in them), and for each version `files/<source>/<version>.<ending>`.
 */
export function libraryData(uow: UnitOfWork, storage: Storage): TenantData {
  return {
    domain: 'library',
    usage: (actor) => uow.read(actor, (tx) => countLibrary(tx, actor.organizationId)),
    files: async function* (actor, signal) {
      yield* lists(uow, actor);
      for await (const version of versionsOf(uow, actor, signal)) yield original(storage, version);
    },
  };
}

function* lists(uow: UnitOfWork, actor: OrganizationActor): Generator<ArchiveFile> {
  const { organizationId } = actor;
  const read = <T>(fn: (tx: Tx) => Promise<T>) => uow.read(actor, fn);
  yield jsonLines<CollectionWithCount>(
    'collections.jsonl',
    (last, limit) => read((tx) => listCollections(tx, organizationId, keysetOf(last), limit)),
    toCollectionView,
  );
  yield jsonLines<ShownSource>(
    'sources.jsonl',
    (last, limit) => read((tx) => listSources(tx, organizationId, NO_FILTER, keysetOf(last), limit)),
    (row) => toSourceView(row),
  );
  yield jsonLines<VersionRow>(
    'versions.jsonl',
    (last, limit) => read((tx) => pageOfVersions(tx, organizationId, last, limit)),
    (row) => ({
      sourceId: row.source_id,
      version: row.version,
      fileName: row.file_name,
      mediaType: row.media_type,
      size: row.size,
      sha256: row.sha256,
      createdAt: row.created_at,
      file: `library/${pathOf(row)}`,
    }),
  );
  yield jsonLines<ContentRow>(
    'texts.jsonl',
    (last, limit) => read((tx) => pageOfContents(tx, organizationId, last, limit)),
    (row) => ({
      sourceId: row.source_id,
      version: row.version,
      title: row.title,
      language: row.language,
      authors: row.authors,
      text: row.content,
      structure: row.structure,
    }),
    TEXTS,
  );
}

function keysetOf(row: { readonly created_at: string; readonly id: string } | undefined): Keyset | undefined {
  return row && { at: row.created_at, id: row.id };
}

async function* versionsOf(
  uow: UnitOfWork,
  actor: OrganizationActor,
  signal: AbortSignal,
): AsyncGenerator<VersionRow> {
  let last: VersionRow | undefined;
  do {
    signal.throwIfAborted();
    const after = last;
    const rows = await uow.read(actor, (tx) => pageOfVersions(tx, actor.organizationId, after, PAGE));
    yield* rows;
    last = rows.length < PAGE ? undefined : rows.at(-1);
  } while (last);
}

/** With the ending of the name that a person gave it, where that is a plain one. */
function pathOf({ source_id, version, file_name }: VersionRow): string {
  const ending = /\.[a-z0-9]{1,8}$/i.exec(file_name ?? '')?.[0].toLowerCase() ?? '';
  return `files/${source_id}/${version}${ending}`;
}

function original(storage: Storage, version: VersionRow): ArchiveFile {
  return {
    path: pathOf(version),
    open: async () => {
      try {
        return await storage.read(version.storage_key);
      } catch (error) {
        // Deleted since the list was read.
        if (isAppError(error) && error.kind === 'not_found') return undefined;
        throw error;
      }
    },
  };
}
