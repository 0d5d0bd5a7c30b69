import type { Actor } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';
import { type IdSource, newId } from '../../kernel/ids.ts';
import { requireOrganization } from '../../kernel/organization.ts';
import { decodeCursor, type Page, toPage } from '../../kernel/page.ts';
import { type AuditTrail, changesBetween } from '../../platform/audit/index.ts';
import { isForeignKeyViolation, isUniqueViolation, type UnitOfWork } from '../../platform/db/index.ts';
import * as repository from './library.collections.repository.ts';
import { collectionNotFound } from './library.errors.ts';
import type { CollectionBody, CollectionPatch, CollectionView } from './library.schemas.ts';
import { toCollectionView } from './library.view.ts';

/** Collections: folders of sources with a language and a description. */
export class CollectionsService {
  readonly #uow: UnitOfWork;
  readonly #audit: AuditTrail;
  readonly #newId: IdSource;

  constructor(uow: UnitOfWork, audit: AuditTrail, ids: IdSource = newId) {
    this.#uow = uow;
    this.#audit = audit;
    this.#newId = ids;
  }

  async list(
    actor: Actor,
    query: { readonly limit?: number; readonly cursor?: string },
  ): Promise<Page<CollectionView>> {
    const { organizationId } = requireOrganization(actor);
    const limit = query.limit ?? 20;
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
    const rows = await this.#uow.read(actor, (tx) =>
      repository.listCollections(tx, organizationId, after, limit + 1),
    );
    return toPage(rows, limit, (row) => ({ at: row.created_at, id: row.id }), toCollectionView);
  }

  async get(actor: Actor, id: string): Promise<CollectionView> {
    const { organizationId } = requireOrganization(actor);
    const row = await this.#uow.read(actor, (tx) => repository.findCollection(tx, organizationId, id));
    if (!row) throw collectionNotFound();
    return toCollectionView(row);
  }

  async create(actor: Actor, body: CollectionBody): Promise<CollectionView> {
    const { organizationId } = requireOrganization(actor);
    const id = this.#newId();
    const { name, description = '', language = null } = body;
    await this.#uow
      .write(actor, async (tx) => {
        const fields = { name, description, language };
        await repository.insertCollection(tx, { organization_id: organizationId, id, ...fields });
        await this.#audit.record(tx, actor, {
          action: 'collection.created',
          organizationId,
          target: targetOf(id),
          after: fields,
        });
      })
      .catch(rethrowTakenName);
    return this.get(actor, id);
  }

  /** Changes what is named, if the caller has seen the present version. */
  async update(
    actor: Actor,
    id: string,
    expectedVersion: number,
    patch: CollectionPatch,
  ): Promise<CollectionView> {
    const { organizationId } = requireOrganization(actor);
    const changed = await this.#uow
      .write(actor, async (tx) => {
        const before = await repository.lockCollection(tx, organizationId, id);
        if (!before) return false;
        if (!(await repository.updateCollection(tx, organizationId, id, expectedVersion, patch)))
          return false;
        await this.#audit.record(tx, actor, {
          action: 'collection.changed',
          organizationId,
          target: targetOf(id),
          ...changesBetween({ ...before }, { ...before, ...patch }),
        });
        return true;
      })
      .catch(rethrowTakenName);
    const current = await this.get(actor, id);
    if (!changed) {
      throw new AppError({
        kind: 'stale',
        code: 'library.collection_changed',
        safeMessage: `The collection was changed meanwhile; it is at version ${current.version}.`,
        details: { currentVersion: current.version },
      });
    }
    return current;
  }

  async delete(actor: Actor, id: string): Promise<void> {
    const { organizationId } = requireOrganization(actor);
    try {
      await this.#uow.write(actor, async (tx) => {
        const before = await repository.lockCollection(tx, organizationId, id);
        if (!before) throw collectionNotFound();
        await repository.deleteCollection(tx, organizationId, id);
        await this.#audit.record(tx, actor, {
          action: 'collection.deleted',
          organizationId,
          target: targetOf(id),
          before: { ...before },
        });
      });
    } catch (error) {
      if (!isForeignKeyViolation(error)) throw error;
      throw new AppError({
        kind: 'conflict',
        code: 'library.collection_not_empty',
        safeMessage: 'The collection still holds sources. Move or delete them first.',
        cause: error,
      });
    }
  }
}

function targetOf(id: string) {
  return { type: 'collection', id };
}

function rethrowTakenName(error: unknown): never {
  if (!isUniqueViolation(error, 'library_collections_name')) throw error;
  throw new AppError({
    kind: 'conflict',
    code: 'library.collection_name_taken',
    safeMessage: 'There is a collection of that name already.',
    cause: error,
  });
}
