import { type Actor, instanceActor, publicActor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { isId } from '../../kernel/ids.ts';
import {
  type AccessClaims,
  type Authenticator,
  batching,
  type Credentials,
  type CsrfProofs,
  type TokenSigner,
} from '../../platform/auth/index.ts';
import type { UnitOfWork } from '../../platform/db/index.ts';
import { csrfRequired, invalidToken, organizationNotFound } from './identity.errors.ts';
import { type Access, type AccessQuestion, readAccess } from './identity.sessions.repository.ts';

/** The read answers for many requests, so it carries no id of one. */
const INSTANCE = instanceActor('authenticator');
/** Under load a transaction costs far more than one more row in it: two reads at once keep the database busy. */
const READS = { atOnce: 2, size: 200 } as const;

export interface AuthenticatorDependencies {
  readonly uow: UnitOfWork;
  readonly clock: Clock;
  readonly signer: TokenSigner;
  readonly csrf: CsrfProofs;
}

/**
 * Checks the token, and then in one read what no token can know: that the session goes on, and which role the person
 * has now. So a revoked session or a lost membership counts from the next request on.
 */
export function createAuthenticator(dependencies: AuthenticatorDependencies): Authenticator {
  const { uow, clock, signer, csrf } = dependencies;
  const accessOf = batching<AccessQuestion, Access>(
    (questions) => uow.read(INSTANCE, (tx) => readAccess(tx, questions, clock().toISOString())),
    READS,
  );
  return {
    authenticate: async (credentials) => {
      const token = credentials.bearer ?? credentials.cookie;
      if (token === undefined) return publicActor(credentials.requestId, credentials.address);
      const claims = await signer.verify(token);
      if (!claims) throw invalidToken();
      if (!isProven(credentials, claims, csrf)) throw csrfRequired();
      return actorOf(claims, credentials);
    },
  };

  async function actorOf(claims: AccessClaims, credentials: Credentials): Promise<Actor> {
    const { organizationId, requestId, address } = credentials;
    const { userId, sessionId } = claims;
    const chosen = (organizationId ?? claims.organizationId).toLowerCase();
    // Also so that one odd id cannot fail the read that others share.
    if (!isId(chosen)) throw organizationNotFound();
    const access = await accessOf({ sessionId, userId, organizationId: chosen });
    if (!access) throw invalidToken();
    // Out of the token's own organization: signing in again leads to another one of theirs.
    if (access.role === null) throw organizationId === undefined ? invalidToken() : organizationNotFound();
    return {
      kind: 'user',
      userId,
      organizationId: chosen,
      role: access.role,
      scopes: [],
      requestId,
      credentialId: sessionId,
      address,
    };
  }
}

/** A browser sends cookies by itself, so a cookie alone does not show that the person's own page made the call. */
function isProven(credentials: Credentials, claims: AccessClaims, csrf: CsrfProofs): boolean {
  if (credentials.bearer !== undefined || credentials.safeMethod) return true;
  return credentials.csrfToken !== undefined && csrf.accepts(claims.sessionId, credentials.csrfToken);
}
