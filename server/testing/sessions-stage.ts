import { INSTANCE_TRAIL } from '../platform/audit/index.ts';
import type { TestDatabase } from './database.ts';
import { identityStage } from './identity-stage.ts';
import type { Joined } from './identity-world.ts';

/** People who are signed in twice, in a browser and as a program. Call it where hooks may be registered. */
export function sessionsStage(open: () => Promise<TestDatabase>) {
  const { now } = identityStage(open);
  let people = 0;

  const join = (): Promise<Joined> => {
    people += 1;
    return now().world.join(`person${people}@example.org`);
  };
  const refreshBy = (refreshToken: string) =>
    now().world.http.inject({ method: 'POST', url: '/api/v1/auth/refresh', payload: { refreshToken } });
  const refreshCookie = (value: string) =>
    now().world.http.inject({
      method: 'POST',
      url: '/api/v1/auth/refresh',
      cookies: { '__Host-scriptorium_refresh': value },
    });
  const meStatus = async (token: string) =>
    (await now().world.http.inject({ url: '/api/v1/auth/me', headers: { authorization: `Bearer ${token}` } }))
      .statusCode;
  const reused = async (userId: string) =>
    (await now().world.audited('session.token_reused')).filter(
      (event) => event.userId === userId && event.organizationId === INSTANCE_TRAIL,
    );

  return { now, ...{ join, refreshBy, refreshCookie, meStatus, reused } };
}

export type SessionsStage = ReturnType<typeof sessionsStage>;
