import { queryBuilder, type Tx } from '../../platform/db/index.ts';
import { sessionsOpenedBy } from './federation/federated-sessions.repository.ts';
import type { FederationTables } from './federation/federation.tables.ts';
import type { Ending } from './identity.sessions.port.ts';
import type { IdentityTables, SessionRow, SignInMethod } from './identity.tables.ts';

// Sign-ins and one-time links. `at` is the time of the change.

const SESSION_COLUMNS = [
  'id',
  'user_id',
  'organization_id',
  'refresh_seed',
  'generation',
  'rotated_at',
  'expires_at',
  'revoked_at',
] as const;

const builder = (tx: Tx) => queryBuilder<IdentityTables & Pick<FederationTables, 'federated_identities'>>(tx);

export interface NewSession {
  readonly id: string;
  readonly userId: string;
  readonly organizationId: string;
  readonly seed: Uint8Array;
  readonly method: SignInMethod;
  readonly address: string;
  readonly userAgent: string | null;
  readonly at: string;
  readonly expiresAt: string;
}

export async function insertSession(tx: Tx, session: NewSession): Promise<void> {
  await builder(tx)
    .insertInto('sessions')
    .values({
      id: session.id,
      user_id: session.userId,
      organization_id: session.organizationId,
      refresh_seed: session.seed,
      generation: 0,
      rotated_at: session.at,
      expires_at: session.expiresAt,
      revoked_at: null,
      method: session.method,
      address: session.address,
      user_agent: session.userAgent,
      created_at: session.at,
      updated_at: session.at,
    })
    .execute();
}

/** Reads a session and keeps it from everybody else until the transaction ends. */
export async function lockSession(tx: Tx, id: string): Promise<SessionRow | undefined> {
  return builder(tx)
    .selectFrom('sessions')
    .select(SESSION_COLUMNS)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

export async function rotateSession(
  tx: Tx,
  rotation: {
    id: string;
    organizationId: string;
    generation: number;
    address: string;
    userAgent: string | null;
    at: string;
    expiresAt: string;
  },
): Promise<void> {
  const { id, organizationId, generation, address, userAgent, at, expiresAt } = rotation;
  await builder(tx)
    .updateTable('sessions')
    .set({
      generation,
      organization_id: organizationId,
      rotated_at: at,
      expires_at: expiresAt,
      address,
      user_agent: userAgent,
      updated_at: at,
    })
    .where('id', '=', id)
    .execute();
}

/** Ends a session and says whose it was; undefined where there is none that had not ended. */
export async function revokeSession(
  tx: Tx,
  id: string,
  at: string,
): Promise<Pick<SessionRow, 'user_id' | 'organization_id'> | undefined> {
  return builder(tx)
    .updateTable('sessions')
    .set({ revoked_at: at, updated_at: at })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returning(['user_id', 'organization_id'])
    .executeTakeFirst();
}

/** Ends the sessions of a person, all of them or all but `except`, or only what came by one way; says how many. */
export async function revokeSessionsOf(
  tx: Tx,
  userId: string,
  at: string,
  { except, by }: Pick<Ending, 'except' | 'by'> = {},
): Promise<number> {
  let query = builder(tx)
    .updateTable('sessions')
    .set({ revoked_at: at, updated_at: at })
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null);
  if (except !== undefined) query = query.where('id', '<>', except);
  if (by) query = query.where('id', 'in', sessionsOpenedBy(tx, by));
  return Number((await query.executeTakeFirst()).numUpdatedRows);
}

export async function revokeAllSessions(tx: Tx, at: string): Promise<void> {
  await builder(tx)
    .updateTable('sessions')
    .set({ revoked_at: at, updated_at: at })
    .where('revoked_at', 'is', null)
    .execute();
}

export async function insertLink(
  tx: Tx,
  link: {
    tokenHash: Uint8Array;
    userId: string;
    waivesSecondFactor: boolean;
    at: string;
    expiresAt: string;
  },
): Promise<void> {
  await builder(tx)
    .insertInto('sign_in_links')
    .values({
      token_hash: link.tokenHash,
      user_id: link.userId,
      expires_at: link.expiresAt,
      used_at: null,
      waives_second_factor: link.waivesSecondFactor,
      created_at: link.at,
    })
    .execute();
}

export async function deleteLinksOf(tx: Tx, userId: string): Promise<void> {
  await builder(tx).deleteFrom('sign_in_links').where('user_id', '=', userId).execute();
}

/** Whether somebody is signed in, or can sign in again by themselves: by a password or through an identity provider. */
export async function hasWayIn(tx: Tx, userId: string, at: string): Promise<boolean> {
  const row = await builder(tx)
    .selectFrom('users')
    .select('id')
    .where('id', '=', userId)
    .where(({ or, eb, exists, selectFrom }) =>
      or([
        eb('password_hash', 'is not', null),
        exists(
          selectFrom('sessions')
            .select('sessions.id')
            .whereRef('sessions.user_id', '=', 'users.id')
            .where('revoked_at', 'is', null)
            .where('expires_at', '>', at),
        ),
        exists(
          selectFrom('federated_identities')
            .select('federated_identities.user_id')
            .whereRef('federated_identities.user_id', '=', 'users.id'),
        ),
      ]),
    )
    .executeTakeFirst();
  return row !== undefined;
}

/** Uses a link up and says whose it was; undefined where it is unknown, used or expired. Of many at once one succeeds. */
export async function useLink(
  tx: Tx,
  tokenHash: Uint8Array,
  at: string,
): Promise<{ readonly userId: string; readonly waivesSecondFactor: boolean } | undefined> {
  const row = await builder(tx)
    .updateTable('sign_in_links')
    .set({ used_at: at })
    .where('token_hash', '=', tokenHash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', at)
    .returning(['user_id', 'waives_second_factor'])
    .executeTakeFirst();
  return row && { userId: row.user_id, waivesSecondFactor: row.waives_second_factor };
}

/** Removes sessions and links that ended before `before`. */
export async function deleteEnded(tx: Tx, before: string): Promise<void> {
  await builder(tx).deleteFrom('sessions').where('expires_at', '<', before).execute();
  await builder(tx).deleteFrom('sign_in_links').where('expires_at', '<', before).execute();
}
