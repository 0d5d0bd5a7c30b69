import { type Actor, instanceActor, lowerRole, publicActor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { isId } from '../../kernel/ids.ts';
import {
  type AccessClaims,
  type Authenticator,
  batching,
  type Credentials,
  type CsrfProofs,
  hashOpaqueToken,
  isApiKey,
  looksLikeApiKey,
  type TokenSigner,
} from '../../platform/auth/index.ts';
import type { UnitOfWork } from '../../platform/db/index.ts';
import { ssoRequired } from './federation/federation.errors.ts';
import type { Foreigner, ForeignTokens } from './federation/foreign-tokens.ts';
import {
  type Access,
  type AccessKey,
  type AccessQuestion,
  readAccess,
} from './identity.access.repository.ts';
import {
  csrfRequired,
  invalidAdminSecret,
  invalidApiKey,
  invalidToken,
  operatorRequired,
  operatorSignInRequired,
  organizationClosed,
  organizationNotFound,
  organizationSuspended,
  secondFactorSetupRequired,
} from './identity.errors.ts';
import type { SignInLimits } from './identity.limits.ts';

/** The read answers for many requests, so it carries no id of one. */
const INSTANCE = instanceActor('authenticator');
/** Under load a transaction costs far more than one more row in it: two reads at once keep the database busy. */
const READS = { atOnce: 2, size: 200 } as const;

export interface AuthenticatorDependencies {
  readonly uow: UnitOfWork;
  readonly clock: Clock;
  readonly signer: TokenSigner;
  readonly csrf: CsrfProofs;
  readonly limits: Pick<SignInLimits, 'adminSecret' | 'forgiveAdminSecret'>;
  /** Whether this is the `X-Admin-Secret` of the instance. */
  readonly isAdminSecret: (given: string) => boolean;
  /** People whom identity providers vouch for by bearer tokens of theirs. */
  readonly foreignTokens: ForeignTokens;
  /** A key has opened something. */
  readonly onKeyUsed: (key: AccessKey) => void;
}

/**
 * Checks the token, and then in one read what no token can know: that the session or key goes on, and which role the
 * person has now. So a revoked session or key or a lost membership counts from the next request on.
 */
export function createAuthenticator(dependencies: AuthenticatorDependencies): Authenticator {
  const { uow, clock, signer, csrf, limits, foreignTokens } = dependencies;
  const accessOf = batching<AccessQuestion, Access>(
    (questions) => uow.read(INSTANCE, (tx) => readAccess(tx, questions, clock().toISOString())),
    READS,
  );
  return {
    authenticate: async (credentials) => {
      const { bearer } = credentials;
      if (bearer !== undefined && looksLikeApiKey(bearer)) return keyActor(bearer, credentials);
      const token = bearer ?? credentials.cookie;
      if (token === undefined) return publicActor(credentials.requestId, credentials.address);
      const claims = await signer.verify(token);
      if (claims) return userActor(proven(claims, credentials), credentials);
      const foreigner = bearer === undefined ? undefined : await foreignTokens.read(bearer, credentials);
      if (foreigner) return foreignActor(foreigner, credentials);
      throw invalidToken();
    },
    authenticateOperator: async (credentials, adminSecret) =>
      adminSecret === undefined ? markedOperator(credentials) : holderOfSecret(credentials, adminSecret),
  };

  function proven(claims: AccessClaims, credentials: Credentials): AccessClaims {
    if (!isProven(credentials, claims, csrf)) throw csrfRequired();
    return claims;
  }

  async function userActor(claims: AccessClaims, credentials: Credentials): Promise<Actor> {
    const { organizationId, requestId, address } = credentials;
    const { userId, sessionId } = claims;
    const chosen = (organizationId ?? claims.organizationId).toLowerCase();
    // Also so that one odd id cannot fail the read that others share.
    if (!isId(chosen)) throw organizationNotFound();
    const access = await accessOf({ sessionId, userId, organizationId: chosen });
    if (!access) throw invalidToken();
    // Out of the token's own organization: signing in again leads to another one of theirs.
    // And of what their identity provider did not open, it does not learn that they belong to it.
    const unknown = access.role === null || (access.barred && access.confined);
    if (unknown) throw organizationId === undefined ? invalidToken() : organizationNotFound();
    requireOpen(access, credentials);
    if (access.barred) throw ssoRequired();
    if (access.secondFactorMissing && !credentials.withoutSecondFactor) throw secondFactorSetupRequired();
    return {
      kind: 'user',
      userId,
      organizationId: chosen,
      role: access.role,
      scopes: [],
      requestId,
      credentialId: sessionId,
      address,
      ...(access.confined ? { confined: true } : access.operator ? { operator: true } : {}),
    };
  }

  /** Only where their provider leads, and never an operator: a provider vouches for members, not for who runs the instance. */
  async function foreignActor(foreigner: Foreigner, credentials: Credentials): Promise<Actor> {
    const { requestId, address } = credentials;
    const { identityId, providerId, secondFactor, organizationIds } = foreigner;
    const chosen = (credentials.organizationId ?? organizationIds[0]).toLowerCase();
    if (!organizationIds.includes(chosen)) throw organizationNotFound();
    const access = await accessOf({ identityId, providerId, secondFactor, organizationId: chosen });
    if (!access) throw invalidToken();
    if (access.role === null || access.barred) throw organizationNotFound();
    requireOpen(access, credentials);
    if (access.secondFactorMissing && !credentials.withoutSecondFactor) throw secondFactorSetupRequired();
    return {
      kind: 'user',
      userId: access.userId,
      organizationId: chosen,
      role: access.role,
      scopes: [],
      confined: true,
      requestId,
      address,
    };
  }

  async function keyActor(token: string, credentials: Credentials): Promise<Actor> {
    const { organizationId, requestId, address } = credentials;
    const access = isApiKey(token) ? await accessOf({ keyHash: hashOpaqueToken(token) }) : undefined;
    if (!access?.key || access.role === null) throw invalidApiKey();
    const { key } = access;
    if (organizationId !== undefined && organizationId.toLowerCase() !== key.organizationId)
      throw organizationNotFound();
    requireOpen(access, credentials);
    dependencies.onKeyUsed(key);
    return {
      kind: 'apiKey',
      userId: access.userId,
      organizationId: key.organizationId,
      role: lowerRole(key.role, access.role),
      scopes: key.scopes,
      requestId,
      credentialId: key.id,
      address,
    };
  }

  async function holderOfSecret(credentials: Credentials, adminSecret: string): Promise<Actor> {
    const { requestId, address } = credentials;
    // Counted before it is compared, so that whoever guesses learns nothing from the guess that is one too many.
    await limits.adminSecret(address);
    if (!dependencies.isAdminSecret(adminSecret)) throw invalidAdminSecret();
    await limits.forgiveAdminSecret(address);
    return { ...publicActor(requestId, address), kind: 'operator' };
  }

  async function markedOperator(credentials: Credentials): Promise<Actor> {
    const { bearer, requestId, address } = credentials;
    if (bearer !== undefined && looksLikeApiKey(bearer)) throw operatorRequired();
    const token = bearer ?? credentials.cookie;
    if (token === undefined) throw operatorSignInRequired();
    const verified = await signer.verify(token);
    if (!verified) throw invalidToken();
    const claims = proven(verified, credentials);
    const access = await accessOf(claims);
    if (!access) throw invalidToken();
    // An identity provider vouches for members: not for who runs the instance, unless whoever runs it trusts it with everything.
    if (!access.operator || access.confined) throw operatorRequired();
    const { userId, sessionId } = claims;
    return { ...publicActor(requestId, address), kind: 'operator', userId, credentialId: sessionId };
  }
}

/** A closed organization is there for its admins only, and for few calls; a suspended one for nobody. */
function requireOpen({ suspendedReason, deleteAfter }: Access, credentials: Credentials): void {
  if (suspendedReason !== null) throw organizationSuspended(suspendedReason);
  if (deleteAfter !== null && !credentials.whileClosed) throw organizationClosed(deleteAfter);
}

/** A browser sends cookies by itself, so a cookie alone does not show that the person's own page made the call. */
function isProven(credentials: Credentials, claims: AccessClaims, csrf: CsrfProofs): boolean {
  if (credentials.bearer !== undefined || credentials.safeMethod) return true;
  return credentials.csrfToken !== undefined && csrf.accepts(claims.sessionId, credentials.csrfToken);
}
