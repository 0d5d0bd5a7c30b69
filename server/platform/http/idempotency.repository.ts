import { type ColumnType, sql } from 'kysely';
import { queryBuilder } from '../db/index.ts';
import type { Tx } from '../db/port.ts';

/** What a repeated request is answered with. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Null for an empty body, or where `notKept`. */
  readonly body: string | null;
  /** The body was larger than what is kept, or holds a secret. */
  readonly notKept: boolean;
}

export interface ClaimedKey {
  readonly organizationId: string;
  /** SHA-256, 32 bytes. */
  readonly keyHash: Uint8Array;
  readonly claim: string;
}

export type ClaimOutcome =
  | { readonly kind: 'claimed' }
  /** The same key came with another request. */
  | { readonly kind: 'differs' }
  | { readonly kind: 'running' }
  | { readonly kind: 'answered'; readonly answer: KeptAnswer };

type Time = ColumnType<string, unknown, unknown>;

interface IdempotencyTables {
  idempotency_keys: {
    organization_id: string;
    key_hash: Uint8Array;
    request_hash: Uint8Array;
    claim: string;
    leased_until: Time;
    status: number | null;
    headers: ColumnType<Readonly<Record<string, string>> | null, unknown, unknown>;
    body: string | null;
    too_large: boolean;
    expires_at: Time;
    created_at: Time;
  };
}

const rows = (tx: Tx) => queryBuilder<IdempotencyTables>(tx);
const secondsFromNow = (seconds: number) => sql<string>`now() + make_interval(secs => ${seconds})`;

/**
 * Claims a key for the caller, or says what there is. A key is free where it was never used, has expired, or where the
 * same request began and its process has gone silent.
 */
export async function claimKey(
  tx: Tx,
  key: ClaimedKey,
  request: { readonly hash: Uint8Array; readonly leaseSeconds: number; readonly keepSeconds: number },
): Promise<ClaimOutcome> {
  const fresh = {
    request_hash: request.hash,
    claim: key.claim,
    leased_until: secondsFromNow(request.leaseSeconds),
    expires_at: secondsFromNow(request.keepSeconds),
    status: null,
    headers: null,
    body: null,
    too_large: false,
    created_at: sql`now()`,
  };
  const claimed = await rows(tx)
    .insertInto('idempotency_keys')
    .values({ organization_id: key.organizationId, key_hash: key.keyHash, ...fresh })
    .onConflict((conflict) =>
      conflict
        .columns(['organization_id', 'key_hash'])
        .doUpdateSet(fresh)
        .where(
          sql<boolean>`idempotency_keys.expires_at < now() or (idempotency_keys.status is null
            and idempotency_keys.leased_until < now() and idempotency_keys.request_hash = excluded.request_hash)`,
        ),
    )
    .returning('claim')
    .executeTakeFirst();
  return claimed ? { kind: 'claimed' } : readKey(tx, key, request.hash);
}

async function readKey(tx: Tx, key: ClaimedKey, requestHash: Uint8Array): Promise<ClaimOutcome> {
  const row = await rows(tx)
    .selectFrom('idempotency_keys')
    .select(['request_hash', 'status', 'headers', 'body', 'too_large'])
    .where('organization_id', '=', key.organizationId)
    .where('key_hash', '=', key.keyHash)
    .executeTakeFirst();
  // Given up between the two statements: the next try finds it free.
  if (!row) return { kind: 'running' };
  if (Buffer.compare(row.request_hash, requestHash) !== 0) return { kind: 'differs' };
  if (row.status === null) return { kind: 'running' };
  const { status, headers, body, too_large: notKept } = row;
  return { kind: 'answered', answer: { status, headers: headers ?? {}, body, notKept } };
}

/** Keeps the answer, unless another request has taken the key over. */
export async function keepAnswer(tx: Tx, key: ClaimedKey, answer: KeptAnswer): Promise<void> {
  await rows(tx)
    .updateTable('idempotency_keys')
    .set({
      status: answer.status,
      headers: sql`${JSON.stringify(answer.headers)}::jsonb`,
      body: answer.body,
      too_large: answer.notKept,
    })
    .where('organization_id', '=', key.organizationId)
    .where('key_hash', '=', key.keyHash)
    .where('claim', '=', key.claim)
    .execute();
}

export async function renewLease(tx: Tx, key: ClaimedKey, seconds: number): Promise<void> {
  await rows(tx)
    .updateTable('idempotency_keys')
    .set({ leased_until: secondsFromNow(seconds) })
    .where('organization_id', '=', key.organizationId)
    .where('key_hash', '=', key.keyHash)
    .where('claim', '=', key.claim)
    .execute();
}

/** Frees the key, so that the request may be tried again. */
export async function releaseKey(tx: Tx, key: ClaimedKey): Promise<void> {
  await rows(tx)
    .deleteFrom('idempotency_keys')
    .where('organization_id', '=', key.organizationId)
    .where('key_hash', '=', key.keyHash)
    .where('claim', '=', key.claim)
    .execute();
}

/** As the instance: its policy lets it remove what has expired and nothing else, and read nothing; so no condition stands here. */
export async function deleteExpiredKeys(tx: Tx): Promise<void> {
  await rows(tx).deleteFrom('idempotency_keys').execute();
}
