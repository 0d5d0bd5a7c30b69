import { expect, test } from 'vitest';
import { embeddedTestDatabase } from '../../testing/database.ts';
import { createWorld, formOf } from '../../testing/world.ts';
import { idempotencyContract } from './idempotency.contract.ts';

idempotencyContract('PGlite', embeddedTestDatabase);

test('in the product: an upload that is sent twice is one upload, and another person’s key is theirs', async () => {
  const world = await createWorld({ work: false });
  const power = await world.person('power');
  const colleague = await world.person('power');
  const send = (who = power) =>
    who.call('POST', '/library/sources', formOf({ 'a.txt': 'The ferry leaves at dawn.' }), {
      'idempotency-key': 'upload-1',
    });
  const first = await send();
  const again = await send();
  expect(first.status).toBe(202);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(again.headers.get('location')).toBe(first.headers.get('location'));
  expect(again.body).toEqual(first.body);
  expect((await send(colleague)).body).toMatchObject({ items: [{ duplicateOf: expect.any(String) }] });
  expect((await power.call('GET', '/library/sources')).body).toMatchObject({
    items: [{ fileName: 'a.txt' }],
  });
  await world.close();
});
