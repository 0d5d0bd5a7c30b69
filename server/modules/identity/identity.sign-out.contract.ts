import { beforeAll, expect, test } from 'vitest';
import { INSTANCE_TRAIL } from '../../platform/audit/index.ts';
import type { IdentityWorld } from '../../testing/identity-world.ts';
import type { SessionsStage } from '../../testing/sessions-stage.ts';

/** Signing out, over HTTP. */
export function signOutContract(stage: SessionsStage): void {
  const { join, refreshBy, meStatus } = stage;
  let world: IdentityWorld;
  beforeAll(() => {
    ({ world } = stage.now());
  });

  const logout = (options: {
    cookies?: Record<string, string>;
    headers?: Record<string, string>;
    payload?: object;
  }) => world.http.inject({ method: 'POST', url: '/api/v1/auth/logout', ...options });

  test('signing out in the browser needs the proof, ends the session and clears the cookies', async () => {
    const { browser, program } = await join();
    const forged = await logout({ cookies: browser.cookies });
    expect(forged.statusCode).toBe(403);
    expect(forged.json()).toMatchObject({ code: 'identity.csrf_required' });
    expect(forged.cookies).toEqual([]);
    expect(await meStatus(browser.accessToken)).toBe(200);

    const answer = await logout({
      cookies: browser.cookies,
      headers: { 'x-csrf-token': browser.csrfToken },
    });
    expect(answer.statusCode).toBe(204);
    expect(answer.cookies.map(({ name: cookie, value, path }) => [cookie, value, path])).toEqual([
      ['__Host-scriptorium_access', '', '/'],
      ['__Host-scriptorium_refresh', '', '/'],
    ]);
    expect(await meStatus(browser.accessToken)).toBe(401);
    expect((await refreshBy(browser.refreshToken)).statusCode).toBe(401);
    expect(await meStatus(program.accessToken)).toBe(200);
  });

  test('signing out also takes back cookies from before the server had TLS', async () => {
    const { browser } = await join();
    const old = { scriptorium_access: 'old', scriptorium_refresh: 'old' };
    const answer = await logout({
      cookies: { ...browser.cookies, ...old },
      headers: { 'x-csrf-token': browser.csrfToken },
    });
    expect(answer.cookies.map(({ name: cookie, path, secure }) => [cookie, path, secure])).toEqual([
      ['__Host-scriptorium_access', '/', true],
      ['scriptorium_access', '/', undefined],
      ['__Host-scriptorium_refresh', '/', true],
      ['scriptorium_refresh', '/api/v1/auth', undefined],
    ]);
  });

  test('a program signs out by either of its tokens', async () => {
    const one = await join();
    expect(
      (await logout({ headers: { authorization: `Bearer ${one.program.accessToken}` } })).statusCode,
    ).toBe(204);
    expect((await refreshBy(one.program.refreshToken)).statusCode).toBe(401);
    const two = await join();
    expect((await logout({ payload: { refreshToken: two.program.refreshToken } })).statusCode).toBe(204);
    expect(await meStatus(two.program.accessToken)).toBe(401);
  });

  test('signing out is recorded once, and as an act of whose session it was', async () => {
    const { userId, organizationId, program } = await join();
    for (const _ of [1, 2]) {
      await logout({
        headers: { authorization: `Bearer ${program.accessToken}` },
        payload: { refreshToken: program.refreshToken },
      });
    }
    const closed = (await world.audited('session.closed')).filter((event) => event.userId === userId);
    expect(closed).toMatchObject([
      { organizationId: INSTANCE_TRAIL, targetId: userId, outcome: 'succeeded' },
      { organizationId, outcome: 'succeeded' },
    ]);
  });

  test('a made-up refresh token does not sign anybody out', async () => {
    const { program } = await join();
    const bytes = Buffer.from(program.refreshToken, 'base64url');
    bytes.writeUInt8(bytes.readUInt8(51) ^ 1, 51);
    expect((await logout({ payload: { refreshToken: bytes.toString('base64url') } })).statusCode).toBe(204);
    expect(await meStatus(program.accessToken)).toBe(200);
  });

  test('signing out without being signed in changes nothing', async () => {
    for (const options of [
      {},
      { headers: { authorization: 'Bearer nonsense' } },
      { payload: { refreshToken: 'nonsense' } },
    ]) {
      const answer = await logout(options);
      expect(answer.statusCode).toBe(204);
      expect(answer.cookies).toEqual([]);
    }
  });
}
