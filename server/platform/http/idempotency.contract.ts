import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { TestDatabase } from '../../testing/database.ts';
import { idempotencyStage, SECRET } from '../../testing/idempotency-stage.ts';
import { idempotencyExpiryContract } from './idempotency.expiry.contract.ts';
import { idempotentUploadsContract } from './idempotency.uploads.contract.ts';

/** What the header promises, on every database. */
export function idempotencyContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`idempotency: ${name}`, () => {
    const stage = idempotencyStage(open);
    const { now, elsewhere, ana, bo, stranger, post, claimed, streamEnded, runs, holdUntil } = stage;

    test('an answer that holds a secret is not kept, and the work is done once all the same', async () => {
      const key = randomUUID();
      expect(await post('/secrets', key)).toMatchObject({ status: 201, body: { secret: SECRET } });
      expect(await post('/secrets', key)).toMatchObject({
        status: 409,
        replayed: null,
        body: { code: 'request.answer_not_kept', detail: expect.stringContaining('/secrets/1') },
      });
      expect(runs()).toBe(1);
      const kept = JSON.stringify(await now().db.owner('select * from idempotency_keys'));
      expect(kept).toContain('/secrets/1');
      expect(kept).not.toContain(SECRET);
    });

    test('the same key and request get the first answer, and the work is done once', async () => {
      const key = randomUUID();
      const first = await post('/things', key);
      const again = await post('/things', key, { body: '{ "name": "a" }' });
      expect(first).toMatchObject({
        status: 201,
        replayed: null,
        location: '/things/1',
        body: { run: 1, name: 'a' },
      });
      expect(again).toEqual({ ...first, replayed: 'true' });
      expect(runs()).toBe(1);
    });

    test('another body or query with the same key is refused', async () => {
      const key = randomUUID();
      await post('/things', key);
      for (const again of [
        await post('/things', key, { body: '{"name":"b"}' }),
        await post('/things?dry=1', key),
      ]) {
        expect(again).toMatchObject({ status: 422, body: { code: 'request.idempotency_key_reused' } });
      }
      expect(runs()).toBe(1);
    });

    test('a key belongs to its person, organization and path', async () => {
      const key = randomUUID();
      await post('/things', key);
      expect(await post('/things', key, { who: bo, body: '{"name":"b"}' })).toMatchObject({
        status: 201,
        body: { run: 2 },
      });
      expect(await post('/things', key, { who: stranger })).toMatchObject({ status: 201, body: { run: 3 } });
      expect(await post('/things', key, { who: `${ana.split('.')[0]}.${elsewhere}` })).toMatchObject({
        status: 201,
        body: { run: 4 },
      });
      expect(await post('/empty', key, { body: null })).toMatchObject({ status: 204, replayed: null });
    });

    test('an empty answer and a refusal are answers too', async () => {
      const key = randomUUID();
      await post('/empty', key, { body: null });
      const empty = await post('/empty', key, { body: null });
      expect(empty).toMatchObject({ status: 204, replayed: 'true', body: '' });
      const missing = await post('/missing', key, { body: null });
      expect(missing).toMatchObject({
        status: 404,
        type: expect.stringContaining('application/problem+json'),
      });
      expect(await post('/missing', key, { body: null })).toEqual({ ...missing, replayed: 'true' });
      expect(runs()).toBe(2);
    });

    test('while the first request runs, the second one is told to wait', async () => {
      const key = randomUUID();
      const held = Promise.withResolvers<void>();
      holdUntil(held.promise);
      const first = post('/things', key);
      await claimed();
      expect(await post('/things', key)).toMatchObject({
        status: 409,
        retryAfter: '2',
        body: { code: 'request.in_flight' },
      });
      held.resolve();
      expect(await first).toMatchObject({ status: 201 });
      expect(await post('/things', key)).toMatchObject({ status: 201, replayed: 'true' });
      expect(runs()).toBe(1);
    });

    test('many at once: one runs, the others wait or get its answer', async () => {
      const key = randomUUID();
      const answers = await Promise.all(Array.from({ length: 12 }, () => post('/things', key)));
      expect(runs()).toBe(1);
      expect(answers.filter(({ status, replayed }) => status === 201 && replayed === null)).toHaveLength(1);
      for (const { status } of answers) expect([201, 409]).toContain(status);
    });

    test('our own failures and answers that stream are not kept', async () => {
      const key = randomUUID();
      for (const run of [1, 2])
        expect([await post('/broken', key), runs()]).toMatchObject([{ status: 500, replayed: null }, run]);
      for (const run of [3, 4])
        expect([await post('/events', key), runs()]).toMatchObject([
          { status: 200, replayed: null, type: expect.stringContaining('event-stream') },
          run,
        ]);
    });

    test('the key of a stream is free before its reader has the end of it', async () => {
      await post('/events', randomUUID());
      expect(streamEnded).toEqual([false]);
    });

    test('an answer that is too large to keep is not given again, nor is the work done again', async () => {
      const key = randomUUID();
      expect(await post('/large', key)).toMatchObject({ status: 202 });
      expect(await post('/large', key)).toMatchObject({
        status: 409,
        body: { code: 'request.answer_not_kept', detail: expect.stringContaining('/tasks/1') },
      });
      expect(runs()).toBe(1);
    });

    test.each([[''], ['a'.repeat(256)], ['caf\u00e9']])('the key “%s” is malformed', async (key) => {
      expect(await post('/things', key)).toMatchObject({
        status: 400,
        body: { code: 'request.invalid_idempotency_key' },
      });
      expect(runs()).toBe(0);
    });

    test('public routes ignore the header', async () => {
      const key = randomUUID();
      expect((await post('/public', key)).body).toEqual({ run: 1 });
      expect((await post('/public', key)).body).toEqual({ run: 2 });
    });

    idempotentUploadsContract(stage);
    idempotencyExpiryContract(stage);
  });
}
