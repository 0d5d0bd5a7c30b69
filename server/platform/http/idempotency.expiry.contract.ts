import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import type { TestDatabase } from '../../testing/database.ts';
import type { IdempotencyStage } from '../../testing/idempotency-stage.ts';
import type { Idempotency } from './idempotency.ts';

/** How long a key counts: the lease of what runs, the day of what was answered. */
export function idempotencyExpiryContract(stage: IdempotencyStage): void {
  const { here, elsewhere, stranger, post } = stage;
  let db: TestDatabase;
  let idempotency: Idempotency;
  beforeAll(() => {
    ({ db, idempotency } = stage.now());
  });

  test('what a killed process left running is free when its lease has ended, for the same request', async () => {
    const key = randomUUID();
    await post('/things', key);
    await db.owner(
      "update idempotency_keys set status = null, leased_until = now() - interval '1 second' where body like '%\"run\":1,%'",
    );
    expect(await post('/things', key, { body: '{"name":"b"}' })).toMatchObject({ status: 422 });
    expect(await post('/things', key)).toMatchObject({ status: 201, replayed: null, body: { run: 2 } });
  });

  test('after a day the key is new, and the sweep removes what has expired and nothing else', async () => {
    const key = randomUUID();
    const kept = randomUUID();
    await db.owner('delete from idempotency_keys');
    await post('/things', key, { who: stranger });
    await db.owner("update idempotency_keys set expires_at = now() - interval '1 second'");
    await post('/things', kept);
    expect(await post('/things', key, { who: stranger, body: '{"name":"b"}' })).toMatchObject({
      status: 201,
      replayed: null,
    });
    await db.owner(
      "update idempotency_keys set expires_at = now() - interval '1 second' where organization_id = $1",
      [elsewhere],
    );
    await idempotency.sweep();
    expect(await db.owner('select organization_id from idempotency_keys')).toEqual([
      { organization_id: here },
    ]);
    expect(await post('/things', kept)).toMatchObject({ replayed: 'true' });
  });
}
