import { type Actor, hasRole, type OrganizationActor, type Role } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { AppError } from '../../../kernel/errors.ts';
import type { IdSource } from '../../../kernel/ids.ts';
import { requireOrganization } from '../../../kernel/organization.ts';
import { decodeCursor, type Page, toPage } from '../../../kernel/page.ts';
import type { AuditTrail } from '../../../platform/audit/index.ts';
import { type AccessChanges, hashOpaqueToken, newApiKey } from '../../../platform/auth/index.ts';
import type { Tx, UnitOfWork } from '../../../platform/db/index.ts';
import { checkName } from '../identity.policy.ts';
import { expiryOfKey, mayManageKeysOf, roleOfKey } from './api-keys.policy.ts';
import {
  countLiveKeys,
  findKey,
  insertKey,
  listKeys,
  lockOwner,
  organizationName,
  revokeKey,
} from './api-keys.repository.ts';
import {
  type ApiKeyListQuery,
  type ApiKeyView,
  type CreatedApiKey,
  type CurrentApiKey,
  type NewApiKeyBody,
  toApiKeyView,
} from './api-keys.schemas.ts';
import type { ApiKeyRow } from './api-keys.tables.ts';

/** Keys of one person in one organization that are neither revoked nor expired. */
const MOST_KEYS = 100;

/** The keys of the actor's organization: everybody their own, admins all. */
export interface ApiKeys {
  /**
   * The key itself is in this answer and nowhere else. Throws `identity.role_above_own`, `identity.key_must_expire`,
   * `identity.too_many_keys`, `identity.invalid_account` for the name.
   */
  create(actor: Actor, body: NewApiKeyBody): Promise<CreatedApiKey>;
  /** Newest first. Throws `identity.role_required` for everybody's keys. */
  list(actor: Actor, query: ApiKeyListQuery): Promise<Page<ApiKeyView>>;
  /** Throws `identity.api_key_not_found`. */
  get(actor: Actor, id: string): Promise<ApiKeyView>;
  /** The key that asks. Throws `identity.api_key_not_found` where none does. */
  current(actor: Actor): Promise<CurrentApiKey>;
  /** From the next request on the key opens nothing; a second time changes nothing. Throws `identity.api_key_not_found`. */
  revoke(actor: Actor, id: string): Promise<void>;
}

export interface ApiKeysDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly accessChanges: Pick<AccessChanges, 'notify'>;
  readonly clock: Clock;
  readonly ids: IdSource;
}

export function createApiKeys({ uow, audit, accessChanges, clock, ids }: ApiKeysDependencies): ApiKeys {
  return { create, list, get, current, revoke };

  async function create(actor: Actor, body: NewApiKeyBody): Promise<CreatedApiKey> {
    const owner = requireOwner(actor);
    const { organizationId, userId } = owner;
    const now = clock();
    const at = now.toISOString();
    const { key, prefix } = newApiKey();
    const row = {
      organization_id: organizationId,
      id: ids(),
      user_id: userId,
      name: checkName('/name', body.name),
      prefix,
      token_hash: hashOpaqueToken(key),
      role: roleOfKey(owner.role, body.role),
      scopes: body.scopes,
      expires_at: expiryOfKey(owner, body.expiresInDays, now),
    };
    const stored = await uow.write(owner, async (tx) => {
      await lockOwner(tx, owner);
      if ((await countLiveKeys(tx, owner, at)) >= MOST_KEYS) throw tooManyKeys();
      await insertKey(tx, row, at);
      const { name, role, scopes, expires_at: expiresAt } = row;
      await audit.record(tx, owner, {
        action: 'api_key.created',
        organizationId,
        target: { type: 'api_key', id: row.id },
        after: { name, prefix, role, scopes, expiresAt },
      });
      return required(await findKey(tx, organizationId, row.id));
    });
    return { ...toApiKeyView(stored, now), key };
  }

  async function list(actor: Actor, query: ApiKeyListQuery): Promise<Page<ApiKeyView>> {
    const { organizationId, userId } = requireOwner(actor);
    const everybody = query.owner === 'everybody';
    if (everybody && !hasRole(actor, 'admin')) throw adminRequired();
    const limit = query.limit ?? 20;
    const rows = await uow.read(actor, (tx) =>
      listKeys(tx, {
        organizationId,
        userId: everybody ? undefined : userId,
        limit: limit + 1,
        after: query.cursor === undefined ? undefined : decodeCursor(query.cursor),
      }),
    );
    const now = clock();
    const keyset = (row: ApiKeyRow) => ({ at: row.created_at, id: row.id });
    return toPage(rows, limit, keyset, (row) => toApiKeyView(row, now));
  }

  async function get(actor: Actor, id: string): Promise<ApiKeyView> {
    const caller = requireOrganization(actor);
    return toApiKeyView(await uow.read(caller, (tx) => manageable(tx, caller, id)), clock());
  }

  async function current(actor: Actor): Promise<CurrentApiKey> {
    const caller = requireOrganization(actor);
    const { organizationId, credentialId } = caller;
    if (caller.kind !== 'apiKey' || credentialId === undefined) throw keyNotFound();
    return uow.read(caller, async (tx) => {
      const row = required(await findKey(tx, organizationId, credentialId));
      const name = await organizationName(tx, organizationId);
      return { ...toApiKeyView(row, clock()), organization: { id: organizationId, name } };
    });
  }

  async function revoke(actor: Actor, id: string): Promise<void> {
    const caller = requireOrganization(actor);
    const { organizationId } = caller;
    await uow.write(caller, async (tx) => {
      const row = await manageable(tx, caller, id);
      if (!(await revokeKey(tx, organizationId, id, clock().toISOString()))) return;
      await accessChanges.notify(tx, { credentialId: id });
      await audit.record(tx, caller, {
        action: 'api_key.revoked',
        organizationId,
        target: { type: 'api_key', id },
        details: { name: row.name, prefix: row.prefix, ownerId: row.user_id },
      });
    });
  }
}

/** Not there, of another organization and not the actor's to see are one. */
async function manageable(tx: Tx, actor: OrganizationActor, id: string): Promise<ApiKeyRow> {
  const row = await findKey(tx, actor.organizationId, id);
  if (!row || !mayManageKeysOf(actor, row.user_id)) throw keyNotFound();
  return row;
}

function requireOwner(actor: Actor): OrganizationActor & { readonly userId: string; readonly role: Role } {
  const caller = requireOrganization(actor);
  const { userId, role } = caller;
  if (userId === null || role === null) throw keyNotFound();
  return { ...caller, userId, role };
}

function required(row: ApiKeyRow | undefined): ApiKeyRow {
  if (!row) throw keyNotFound();
  return row;
}

function keyNotFound(): AppError {
  return new AppError({
    kind: 'not_found',
    code: 'identity.api_key_not_found',
    safeMessage: 'There is no such API key.',
  });
}

function tooManyKeys(): AppError {
  return new AppError({
    kind: 'conflict',
    code: 'identity.too_many_keys',
    safeMessage: `You have ${MOST_KEYS} API keys in use here. Revoke one first.`,
  });
}

function adminRequired(): AppError {
  return new AppError({
    kind: 'forbidden',
    code: 'identity.role_required',
    safeMessage: 'This needs the role admin or higher in the organization.',
    details: { minimumRole: 'admin' },
  });
}
