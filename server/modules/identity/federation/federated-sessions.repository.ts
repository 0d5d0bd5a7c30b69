import { sql } from 'kysely';
import { queryBuilder, type Tx } from '../../../platform/db/index.ts';
import type { IdentityTables } from '../identity.tables.ts';
import type { SecondFactorTables } from '../second-factor/second-factor.tables.ts';
import type { FederationTables } from './federation.tables.ts';
import type { Way } from './sso.repository.ts';

// Sessions that a provider opened.

const builder = (tx: Tx) =>
  queryBuilder<FederationTables & IdentityTables & Pick<SecondFactorTables, 'sign_in_challenges'>>(tx);

export async function insertFederatedSession(
  tx: Tx,
  row: FederationTables['federated_sessions'],
): Promise<void> {
  await builder(tx).insertInto('federated_sessions').values(row).execute();
}

/** The provider that opened a session and its part in it; undefined where we opened it ourselves. */
export async function findFederatedSession(tx: Tx, sessionId: string) {
  return builder(tx)
    .selectFrom('federated_sessions')
    .selectAll()
    .where('session_id', '=', sessionId)
    .executeTakeFirst();
}

/** Those that the same provider opened, for no other organizations. For a condition on their ids. */
export function sessionsOpenedBy(tx: Tx, { providerId, organizationIds }: Way) {
  return builder(tx)
    .selectFrom('federated_sessions')
    .select('session_id')
    .where('provider_id', '=', providerId)
    .where('everything', '=', false)
    .where(sql<boolean>`organization_ids <@ ${[...organizationIds]}::uuid[]`);
}

/** Sessions of a provider that go on: all, or those of one identity or of one session at the provider. */
export interface FederatedSessions {
  readonly providerId: string;
  readonly identityId?: string;
  /** Together with an identity also those of which the provider said no name: it may be any of them. */
  readonly providerSession?: string;
  /** One that stays. */
  readonly except?: string | undefined;
}

/** Ends them and says which they were. Sign-ins by the provider that wait for a second factor end with them. */
export async function revokeFederatedSessions(
  tx: Tx,
  which: FederatedSessions,
  at: string,
): Promise<{ readonly id: string; readonly user_id: string; readonly organization_id: string }[]> {
  let opened = builder(tx)
    .selectFrom('federated_sessions')
    .select('session_id')
    .where('provider_id', '=', which.providerId);
  const { identityId, providerSession } = which;
  if (identityId !== undefined) opened = opened.where('identity_id', '=', identityId);
  if (providerSession !== undefined) {
    opened = opened.where((is) => {
      const named = is('provider_session', '=', providerSession);
      return identityId === undefined ? named : is.or([named, is('provider_session', 'is', null)]);
    });
  }
  if (which.except !== undefined) opened = opened.where('session_id', '!=', which.except);
  await deleteWaiting(tx, which);
  return builder(tx)
    .updateTable('sessions')
    .set({ revoked_at: at, updated_at: at })
    .where('id', 'in', opened)
    .where('revoked_at', 'is', null)
    .returning(['id', 'user_id', 'organization_id'])
    .execute();
}

async function deleteWaiting(tx: Tx, which: FederatedSessions): Promise<void> {
  const { identityId, providerSession } = which;
  let waiting = builder(tx).deleteFrom('sign_in_challenges').where('provider_id', '=', which.providerId);
  if (identityId !== undefined) waiting = waiting.where('identity_id', '=', identityId);
  if (providerSession !== undefined) {
    waiting = waiting.where((is) => {
      const named = is('provider_session', '=', providerSession);
      return identityId === undefined ? named : is.or([named, is('provider_session', 'is', null)]);
    });
  }
  await waiting.execute();
}

/** Whether the session of this person goes on at time `at`. */
export async function sessionGoesOn(tx: Tx, sessionId: string, userId: string, at: string): Promise<boolean> {
  const row = await builder(tx)
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', sessionId)
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', at)
    .executeTakeFirst();
  return row !== undefined;
}
