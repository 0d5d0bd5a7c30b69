import { expect, test, vi } from 'vitest';
import { OpenTransaction } from '../../platform/db/query-builder.ts';
import { embeddedTestDatabase } from '../../testing/database.ts';
import { identityWorld } from '../../testing/identity-world.ts';

// The embedded database works on the thread that answers: each statement that only an account brings is to be felt.

test('a wrong password has the database do the same for an account and for nobody', async () => {
  const db = await embeddedTestDatabase();
  const world = await identityWorld(db);
  await world.join('known@example.org');
  const execute = vi.spyOn(OpenTransaction.prototype, 'execute');
  const statementsOf = async (email: string) => {
    execute.mockClear();
    const payload = { email, password: 'not the password' };
    const answer = await world.http.inject({ method: 'POST', url: '/api/v1/auth/login', payload });
    expect(answer.statusCode).toBe(401);
    const texts = () => execute.mock.calls.map(([text]) => text);
    await expect.poll(() => texts().filter((text) => /insert into audit_events/.test(text)).length).toBe(1);
    return texts();
  };
  try {
    const ofAccount = await statementsOf('known@example.org');
    expect(await statementsOf('nobody@example.org')).toEqual(ofAccount);
    expect(await statementsOf('not an address')).toEqual(ofAccount.slice(1));
    await expect.poll(() => world.audited('sign_in.failed')).toHaveLength(1);
  } finally {
    execute.mockRestore();
    await world.close();
    await db.close();
  }
});
