import type { Role } from '../../kernel/actor.ts';
import type { Scope } from '../../kernel/scopes.ts';
import { statement, type Tx } from '../../platform/db/index.ts';

// What a credential opens at this moment. Read before every request.

export type AccessQuestion =
  | { readonly sessionId: string; readonly userId: string; readonly organizationId: string }
  /** The SHA-256 of an API key, which knows its own person and organization. */
  | { readonly keyHash: Uint8Array }
  /** A person whom an identity provider vouches for, request by request; the caller knows that its word opens the organization. */
  | {
      readonly identityId: string;
      readonly providerId: string;
      readonly organizationId: string;
      /** Shown at the provider, by its word. */
      readonly secondFactor: boolean;
    };

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
  /**
   * The organization is reached through its identity providers only, and this credential is not from one of them; or it is
   * from a provider that did not open it: whoever runs that one is nobody here.
   */
  readonly barred: boolean;
  /** The credential is a provider's word, and this provider does not open everything. */
  readonly confined: boolean;
  /**
   * The organization asks for a second factor, and this credential stands for none: the person has none of their own, and no
   * provider that leads to the organization says that they have shown one there.
   */
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
  readonly confined: boolean;
  readonly second_factor_missing: boolean;
  readonly key_id: string | null;
  readonly key_organization_id: string;
  readonly key_role: Role;
  readonly key_scopes: readonly Scope[];
  readonly key_last_used_at: string | null;
}

/**
 * Every table is looked up by key: so the plan that was made once stays right however many questions come, and
 * planning, which with row-level security takes longer than the look-ups, is done once for each connection.
 */
const LOOK_UPS = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
} as const;

// Written out, because it runs before every request and building it would cost more than running it. First who comes with
// each credential, by keys alone: row-level security looks nothing up by an expression over several tables.
const ACCESS = statement<AccessRow>(
  `
  with credential as materialized (
    select asked.position, s.user_id, asked.organization_id, s.id as session_id,
      v.provider_id, v.organization_ids as opened, v.second_factor,
      s.method <> 'sso' or coalesce(v.everything and p.opens_everything, false) as everything,
      null::uuid as key_id, null::text as key_role, null::text[] as key_scopes, null::timestamptz as key_last_used_at
    from unnest($2::int4[], $3::uuid[], $4::uuid[], $5::uuid[]) as asked (position, session_id, user_id, organization_id)
    join sessions s on s.id = asked.session_id and s.user_id = asked.user_id
      and s.revoked_at is null and s.expires_at > $1::timestamptz
    left join federated_sessions v on v.session_id = s.id
    left join identity_providers p on p.id = v.provider_id
    union all
    select asked.position, k.user_id, k.organization_id, null, null, null, null, true,
      k.id, k.role, k.scopes, k.last_used_at
    from unnest($6::int4[], $7::bytea[]) as asked (position, token_hash)
    join api_keys k on k.token_hash = asked.token_hash
      and k.revoked_at is null and (k.expires_at is null or k.expires_at > $1::timestamptz)
    union all
    select asked.position, f.user_id, asked.organization_id, null, p.id, array[asked.organization_id], asked.second_factor, false,
      null, null, null, null
    from unnest($8::int4[], $9::uuid[], $10::uuid[], $11::uuid[], $12::bool[])
      as asked (position, identity_id, provider_id, organization_id, second_factor)
    join federated_identities f on f.id = asked.identity_id
    join identity_providers p on p.id = asked.provider_id and p.issuer = f.issuer
      and p.enabled and p.bearer_audience is not null
  )
  select c.position, c.user_id, u.operator,
    case when o.closed_at is null or m.role = 'admin' and o.delete_after > $1::timestamptz then m.role end as role,
    case when o.suspended_at is not null then coalesce(o.suspended_reason, '') end as suspended_reason,
    o.delete_after,
    not c.everything as confined,
    case
      when c.key_id is not null or o.id is null or leads.here then false
      else o.sso_only or not c.everything
    end as barred,
    case
      when c.key_id is not null or not coalesce(o.require_second_factor, false) then false
      when c.session_id is not null and u.second_factor_at is not null then false
      else not (leads.here and c.second_factor)
    end as second_factor_missing,
    c.key_id, c.organization_id as key_organization_id, c.key_role, c.key_scopes, c.key_last_used_at
  from credential c
  join users u on u.id = c.user_id and u.disabled_at is null
  left join memberships m on m.organization_id = c.organization_id and m.user_id = c.user_id
  left join organizations o on o.id = m.organization_id
  cross join lateral (select c.provider_id is not null and o.id = any(c.opened) and exists (
    select from identity_provider_organizations d
    where d.organization_id = o.id and d.provider_id = c.provider_id) as here) leads`,
  LOOK_UPS,
);

type Asked<Kind> = readonly { readonly position: number; readonly question: Kind }[];

/** What the credentials open at time `at`, in the order of the questions; undefined for one that opens nothing any more. */
export async function readAccess(
  tx: Tx,
  questions: readonly AccessQuestion[],
  at: string,
): Promise<readonly (Access | undefined)[]> {
  const sessions = those(questions, (question) => 'sessionId' in question);
  const keys = those(questions, (question) => 'keyHash' in question);
  const identities = those(questions, (question) => 'identityId' in question);
  const rows = await ACCESS(
    tx,
    at,
    sessions.map(({ position }) => position),
    sessions.map(({ question }) => question.sessionId),
    sessions.map(({ question }) => question.userId),
    sessions.map(({ question }) => question.organizationId),
    keys.map(({ position }) => position),
    keys.map(({ question }) => question.keyHash),
    identities.map(({ position }) => position),
    identities.map(({ question }) => question.identityId),
    identities.map(({ question }) => question.providerId),
    identities.map(({ question }) => question.organizationId),
    identities.map(({ question }) => question.secondFactor),
  );
  const byPosition = new Map(rows.map((row) => [row.position, toAccess(row)]));
  return questions.map((_, index) => byPosition.get(index));
}

/** The questions of one kind, with their places among all. */
function those<Kind extends AccessQuestion>(
  questions: readonly AccessQuestion[],
  isOne: (question: AccessQuestion) => question is Kind,
): Asked<Kind> {
  return questions.flatMap((question, position) => (isOne(question) ? [{ position, question }] : []));
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
    confined: row.confined,
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
