import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Actor, OrganizationActor } from '../../kernel/actor.ts';
import { requireOrganization } from '../../kernel/organization.ts';
import { decodeCursor, invalidCursor, type Page, toPage } from '../../kernel/page.ts';
import type { UnitOfWork } from '../../platform/db/index.ts';
import type { Storage } from '../../platform/storage/index.ts';
import type { LibraryApi, QuoteRef } from './index.ts';
import { notReadableYet, sourceNotFound, versionNotFound } from './library.errors.ts';
import * as sources from './library.repository.ts';
import type { ChunkPage, ChunkQuery, ContentView, SourceListQuery, SourceView } from './library.schemas.ts';
import type { SourceRow, VersionRow } from './library.tables.ts';
import * as versions from './library.versions.repository.ts';
import { toSourceView } from './library.view.ts';

const WATCH_MS = 500;
/** A change is seen by when it was made, and may be committed later than one that was made after it. */
const OVERLAP_MS = 2_000;
const WATCH_LIMIT = 200;

/** Reading sources: lists, versions, texts, chunks, files, quotes, and what changes. */
export class LibraryReader implements LibraryApi {
  readonly #uow: UnitOfWork;
  readonly #storage: Storage;

  constructor(uow: UnitOfWork, storage: Storage) {
    this.#uow = uow;
    this.#storage = storage;
  }

  async list(actor: Actor, query: SourceListQuery): Promise<Page<SourceView>> {
    const { organizationId } = requireOrganization(actor);
    const limit = query.limit ?? 20;
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
    const { collectionId, status, q, taskId } = query;
    const rows = await this.#uow.read(actor, (tx) =>
      sources.listSources(tx, organizationId, { collectionId, status, q, taskId }, after, limit + 1),
    );
    return toPage(
      rows,
      limit,
      (row) => ({ at: row.created_at, id: row.id }),
      (row) => toSourceView(row),
    );
  }

  async get(actor: Actor, id: string): Promise<SourceView> {
    return toSourceView(await this.#find(requireOrganization(actor), id));
  }

  /** The canonical text of a version (default: the newest readable one) and the map of its structure. */
  async content(actor: Actor, id: string, version: number | undefined): Promise<ContentView> {
    const key = await this.#readable(requireOrganization(actor), id, version);
    const content = await this.#uow.read(actor, (tx) => versions.findContent(tx, key));
    if (!content) throw versionNotFound(key.version);
    return { version: key.version, text: content.content, structure: content.structure };
  }

  async chunks(actor: Actor, id: string, query: ChunkQuery): Promise<ChunkPage> {
    const key = await this.#readable(requireOrganization(actor), id, query.version);
    const limit = query.limit ?? 20;
    const from = query.cursor === undefined ? 0 : decodeOrdinal(query.cursor);
    const [content, rows] = await this.#uow.read(actor, async (tx) => [
      await versions.findContent(tx, key),
      await versions.listChunks(tx, key, from, limit + 1),
    ]);
    if (!content) throw versionNotFound(key.version);
    const items = rows.slice(0, limit).map((row) => ({
      ordinal: row.ordinal,
      text: content.content.slice(row.start_at, row.end_at),
      start: row.start_at,
      end: row.end_at,
      page: row.page,
      headings: row.headings,
      tokens: row.tokens,
    }));
    return {
      version: key.version,
      items,
      nextCursor: rows.length > limit ? encodeOrdinal(from + limit) : null,
    };
  }

  async listVersions(actor: Actor, id: string, query: { readonly limit?: number; readonly cursor?: string }) {
    const { organizationId, id: sourceId } = await this.#owned(actor, id);
    const limit = query.limit ?? 20;
    const before = query.cursor === undefined ? undefined : decodeOrdinal(query.cursor);
    const rows = await this.#uow.read(actor, (tx) =>
      versions.listVersions(tx, organizationId, sourceId, before, limit + 1),
    );
    const items = rows.slice(0, limit).map(toVersionView);
    const last = items.at(-1);
    return { items, nextCursor: rows.length > limit && last ? encodeOrdinal(last.version) : null };
  }

  /** The original bytes of a version. */
  async file(
    actor: Actor,
    id: string,
    version: number | undefined,
  ): Promise<{ readonly body: Readable; readonly version: VersionRow }> {
    const source = await this.#find(requireOrganization(actor), id);
    const wanted = version ?? (source.version || source.pending_version);
    const key = { organizationId: source.organization_id, sourceId: id, version: wanted };
    const row = await this.#uow.read(actor, (tx) => versions.findVersion(tx, key));
    if (!row) throw versionNotFound(wanted);
    return { body: await this.#storage.read(row.storage_key), version: row };
  }

  async quote(actor: Actor, refs: readonly QuoteRef[]): Promise<readonly (string | null)[]> {
    const { organizationId } = requireOrganization(actor);
    const wanted = [
      ...new Map(refs.map(({ id, version }) => [`${id}@${version}`, { id, version }])).values(),
    ];
    const texts = await this.#uow.read(actor, (tx) => versions.findTexts(tx, organizationId, wanted));
    const byKey = new Map(texts.map((text) => [`${text.source_id}@${text.version}`, text.content]));
    return refs.map(({ id, version, start, end }) => {
      const content = byKey.get(`${id}@${version}`);
      return content === undefined || start < 0 || end > content.length || start >= end
        ? null
        : content.slice(start, end);
    });
  }

  /** Live changes of the organization's sources: each source when it changes, from now (or `since`) on. */
  async *watch(actor: Actor, since: string | undefined, signal: AbortSignal): AsyncGenerator<SourceView> {
    const { organizationId } = requireOrganization(actor);
    let from = since ?? (await this.#uow.read(actor, (tx) => sources.databaseTime(tx)));
    const seen = new Map<string, string>();
    while (!signal.aborted) {
      const rows = await this.#uow.read(actor, (tx) =>
        sources.listChangedSources(tx, organizationId, from, WATCH_LIMIT),
      );
      for (const row of rows) {
        if (seen.get(row.id) === row.updated_at) continue;
        seen.set(row.id, row.updated_at);
        yield toSourceView(row);
      }
      const last = rows.at(-1);
      const full = rows.length === WATCH_LIMIT;
      if (last)
        from = full
          ? last.updated_at
          : later(from, new Date(Date.parse(last.updated_at) - OVERLAP_MS).toISOString());
      for (const [id, at] of seen) if (at < from) seen.delete(id);
      if (!full) await delay(WATCH_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #find(actor: OrganizationActor, id: string): Promise<SourceRow> {
    const row = await this.#uow.read(actor, (tx) => sources.findSource(tx, actor.organizationId, id));
    if (!row) throw sourceNotFound();
    return row;
  }

  async #owned(actor: Actor, id: string): Promise<{ readonly organizationId: string; readonly id: string }> {
    const { organization_id } = await this.#find(requireOrganization(actor), id);
    return { organizationId: organization_id, id };
  }

  async #readable(
    actor: OrganizationActor,
    id: string,
    version: number | undefined,
  ): Promise<versions.VersionKey> {
    const source = await this.#find(actor, id);
    if (version === undefined && source.version === 0) throw notReadableYet();
    return { organizationId: actor.organizationId, sourceId: id, version: version ?? source.version };
  }
}

function toVersionView(row: VersionRow) {
  return {
    version: row.version,
    mediaType: row.media_type,
    size: row.size,
    sha256: row.sha256,
    createdAt: row.created_at,
  };
}

function later(a: string, b: string): string {
  return a > b ? a : b;
}

function encodeOrdinal(value: number): string {
  return Buffer.from(String(value)).toString('base64url');
}

function decodeOrdinal(cursor: string): number {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!/^\d{1,9}$/.test(text)) {
    throw invalidCursor();
  }
  return Number(text);
}
