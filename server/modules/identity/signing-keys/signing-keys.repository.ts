import { sql } from 'kysely';
import { queryBuilder, type Tx } from '../../../platform/db/index.ts';
import type { SigningKeyRow, SigningKeyTables } from './signing-keys.tables.ts';

// The keys that sign access tokens. `at` is the time of the change.

/** What processes listen to. */
export const SIGNING_KEYS_CHANNEL = 'signing_keys';
/** Any number; it only has to be the same everywhere. */
const LOCK = 5_190_002;

const builder = (tx: Tx) => queryBuilder<SigningKeyTables>(tx);

/** Waits until no other process changes the keys. */
export async function lockSigningKeys(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${LOCK})`.execute(builder(tx));
}

/** Tells every process, when the transaction commits. */
export async function announceSigningKeys(tx: Tx): Promise<void> {
  await sql`select pg_notify(${SIGNING_KEYS_CHANNEL}, '')`.execute(builder(tx));
}

/** The keys whose tokens are accepted at `at` or later, the newest first. */
export async function acceptedSigningKeys(tx: Tx, at: string): Promise<SigningKeyRow[]> {
  return builder(tx)
    .selectFrom('signing_keys')
    .selectAll()
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', at)]))
    .orderBy('created_at', 'desc')
    .orderBy('active_from', 'desc')
    .orderBy('id')
    .execute();
}

/** The keys that there are and were, the newest first. */
export async function allSigningKeys(tx: Tx): Promise<SigningKeyRow[]> {
  return builder(tx)
    .selectFrom('signing_keys')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('active_from', 'desc')
    .orderBy('id')
    .execute();
}

export async function insertSigningKey(
  tx: Tx,
  key: { id: string; sealedKey: Uint8Array; activeFrom: string; at: string },
): Promise<void> {
  const { id, sealedKey, activeFrom, at } = key;
  await builder(tx)
    .insertInto('signing_keys')
    .values({
      id,
      sealed_key: sealedKey,
      active_from: activeFrom,
      retired_at: null,
      expires_at: null,
      created_at: at,
      updated_at: at,
    })
    .execute();
}

/** Says of every key without a successor until when it signs and until when its tokens are accepted. */
export async function retireSigningKeys(
  tx: Tx,
  times: { at: string; retiredAt: string; expiresAt: string },
): Promise<void> {
  await builder(tx)
    .updateTable('signing_keys')
    .set({ retired_at: times.retiredAt, expires_at: times.expiresAt, updated_at: times.at })
    .where('expires_at', 'is', null)
    .execute();
}

/** From `at` on no token of any key is accepted. */
export async function endSigningKeys(tx: Tx, at: string): Promise<void> {
  await builder(tx)
    .updateTable('signing_keys')
    .set({ retired_at: sql`least(retired_at, ${at}::timestamptz)`, expires_at: at, updated_at: at })
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', at)]))
    .execute();
}

/** Forgets the private halves of the keys that ended before `ended`, and of those before `forgotten` everything. */
export async function forgetSigningKeys(
  tx: Tx,
  before: { ended: string; forgotten: string; at: string },
): Promise<void> {
  await builder(tx).deleteFrom('signing_keys').where('expires_at', '<', before.forgotten).execute();
  await builder(tx)
    .updateTable('signing_keys')
    .set({ sealed_key: null, updated_at: before.at })
    .where('expires_at', '<', before.ended)
    .where('sealed_key', 'is not', null)
    .execute();
}
