import type { Role } from '../../kernel/actor.ts';
import type { Scope } from '../../kernel/scopes.ts';
import { statement, type Tx } from '../../platform/db/index.ts';

// What a credential opens at this moment. Read before every request.

export type AccessQuestion =
  | { readonly sessionId: string; readonly userId: string; readonly organizationId: string }
  /** The SHA-256 of an API key, which knows its own person and organization. */
  | { readonly keyHash: Uint8Array }
  /** A person whom an identity provider vouches for, request by request. */
  | { readonly identityId: string; readonly providerId: string; readonly organizationId: string };

export interface Access {
  readonly userId: string;
  /** Null where the person does not belong to the organization, or it is closed and they are no admin of it. */
  readonly role: Role | null;
  /** The person is marked as operator of the instance. */
  readonly operator: boolean;
  /** Why the organization is closed to everybody; null where it is open. */
  readonly suspendedReason: string | null;
  /** When the organization, which was closed, is deleted for good (RFC 3339); null where it was not closed. */
  readonly deleteAfter: string | null;
  /** The organization is reached through its identity providers only, and this credential is not from one of them. */
  readonly barred: boolean;
  /** The organization asks for a second factor, and the person has shown none, here or where they came from. */
  readonly secondFactorMissing: boolean;
  /** Null for a session. */
  readonly key: AccessKey | null;
}

export interface AccessKey {
  readonly id: string;
  readonly organizationId: string;
  /** The most that the key may. */
  readonly role: Role;
  readonly scopes: readonly Scope[];
  /** RFC 3339. */
  readonly lastUsedAt: string | null;
}

interface AccessRow {
  readonly position: number;
  readonly user_id: string;
  readonly role: Role | null;
  readonly operator: boolean;
  readonly suspended_reason: string | null;
  readonly delete_after: string | null;
  readonly barred: boolean;
  readonly second_factor_missing: boolean;
  readonly key_id: string | null;
  readonly key_organization_id: string;
  readonly key_role: Role;
  readonly key_scopes: readonly Scope[];
  readonly key_last_used_at: string | null;
}

// Written out, because it runs before every request and building it would cost more than running it.
const ACCESS = statement<AccessRow>(`
  select asked.position::int4 as position, u.id as user_id, u.operator,
    case when o.closed_at is null or m.role = 'admin' then m.role end as role,
    case when o.suspended_at is not null then coalesce(o.suspended_reason, '') end as suspended_reason,
    o.delete_after,
    case when f.id is not null or (o.sso_only and k.id is null) then not exists (
      select from identity_provider_organizations d where d.organization_id = o.id and d.provider_id = coalesce(
        asked.provider_id, (select v.provider_id from federated_sessions v where v.session_id = s.id)))
    else false end as barred,
    coalesce(o.require_second_factor and u.second_factor_at is null and s.method <> 'sso', false) as second_factor_missing,
    k.id as key_id, k.organization_id as key_organization_id, k.role as key_role, k.scopes as key_scopes,
    k.last_used_at as key_last_used_at
  from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $6::uuid[], $7::uuid[])
    with ordinality as asked (session_id, user_id, organization_id, key_hash, identity_id, provider_id, position)
  left join sessions s on s.id = asked.session_id and s.user_id = asked.user_id
    and s.revoked_at is null and s.expires_at > $5::timestamptz
  left join api_keys k on k.token_hash = decode(asked.key_hash, 'hex')
    and k.revoked_at is null and (k.expires_at is null or k.expires_at > $5::timestamptz)
  left join federated_identities f on f.id = asked.identity_id and exists (
    select from identity_providers p where p.id = asked.provider_id and p.issuer = f.issuer
      and p.enabled and p.bearer_audience is not null)
  join users u on u.id = coalesce(s.user_id, k.user_id, f.user_id) and u.disabled_at is null
  left join memberships m on m.organization_id = coalesce(k.organization_id, asked.organization_id) and m.user_id = u.id
  left join organizations o on o.id = m.organization_id`);

/** What the credentials open at time `at`, in the order of the questions; undefined for one that opens nothing any more. */
export async function readAccess(
  tx: Tx,
  questions: readonly AccessQuestion[],
  at: string,
): Promise<readonly (Access | undefined)[]> {
  const rows = await ACCESS(
    tx,
    questions.map((question) => ('sessionId' in question ? question.sessionId : null)),
    questions.map((question) => ('sessionId' in question ? question.userId : null)),
    questions.map((question) => ('keyHash' in question ? null : question.organizationId)),
    questions.map((question) =>
      'keyHash' in question ? Buffer.from(question.keyHash).toString('hex') : null,
    ),
    at,
    questions.map((question) => ('identityId' in question ? question.identityId : null)),
    questions.map((question) => ('identityId' in question ? question.providerId : null)),
  );
  const byPosition = new Map(rows.map((row) => [row.position, toAccess(row)]));
  return questions.map((_, index) => byPosition.get(index + 1));
}

function toAccess(row: AccessRow): Access {
  const key = row.key_id === null ? null : keyOf(row, row.key_id);
  return {
    userId: row.user_id,
    role: row.role,
    operator: row.operator,
    suspendedReason: row.suspended_reason,
    secondFactorMissing: row.second_factor_missing,
    deleteAfter: row.delete_after,
    barred: row.barred,
    key,
  };
}

function keyOf(row: AccessRow, id: string): AccessKey {
  return {
    id,
    organizationId: row.key_organization_id,
    role: row.key_role,
    scopes: row.key_scopes,
    lastUsedAt: row.key_last_used_at,
  };
}
