import { hash } from 'node:crypto';
import { type Actor, instanceActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { AuditTrail } from '../../../platform/audit/index.ts';
import { type AccessChanges, type IssuerClaims, unverifiedIssuerOf } from '../../../platform/auth/index.ts';
import type { Tx, UnitOfWork } from '../../../platform/db/index.ts';
import { recordAboutSession } from '../identity.account-trail.ts';
import { revokeFederatedSessions } from './federated-sessions.repository.ts';
import { logoutRefused } from './federation.errors.ts';
import { claimAt, isSubject } from './federation.policy.ts';
import type { ProviderRow } from './federation.tables.ts';
import { findIdentity } from './identities.repository.ts';
import { createIssuerVerifiers, type IssuerVerifiersDependencies } from './issuer-verifiers.ts';
import { findEnabledProvider } from './providers.repository.ts';
import { insertMessage } from './subjects.repository.ts';

/** Hearing from an identity provider that somebody signed out there (OpenID Connect Back-Channel Logout 1.0). */
export interface BackchannelLogout {
  /**
   * Ends the sessions that the token names, and their streams. The same token again changes nothing. Throws
   * `federation.logout_refused`, and `auth.issuer_unavailable` where the provider's keys cannot be read.
   */
  receive(actor: Actor, slug: string, logoutToken: string): Promise<void>;
}

export interface BackchannelLogoutDependencies extends IssuerVerifiersDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly accessChanges: Pick<AccessChanges, 'notify'>;
  readonly clock: Clock;
}

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** Section 2.4 recommends the type; many providers leave it out, or write `JWT`. */
const TYPES = ['logout+jwt', 'jwt'] as const;
/** Milliseconds after which a token counts no more, whatever its `exp`: its id is remembered for far longer. */
const MAX_AGE = 3_600_000;
const MAX_ID = 255;

/** Whom a token signs out: a subject, one session at the provider, or one session of a subject. */
interface Leaving {
  readonly tokenId: string;
  readonly subject: string | null;
  readonly session: string | undefined;
}

export function createBackchannelLogout(dependencies: BackchannelLogoutDependencies): BackchannelLogout {
  const { uow, audit, accessChanges, clock } = dependencies;
  const verifiers = createIssuerVerifiers(dependencies, ({ client_id: clientId }) => ({
    audience: clientId ?? [],
    types: TYPES,
    subject: 'optional',
  }));

  return {
    receive: async (actor, slug, logoutToken) => {
      const instance = instanceActor(actor.requestId);
      const provider = await uow.read(instance, (tx) => findEnabledProvider(tx, slug));
      if (!provider?.client_id || unverifiedIssuerOf(logoutToken) !== provider.issuer) throw logoutRefused();
      const verified = await (await verifiers.of(provider)).verify(logoutToken);
      const leaving = verified && leavingIn(verified);
      if (!leaving) throw logoutRefused();
      await uow.write(instance, (tx) => end(tx, actor, provider, leaving));
    },
  };

  function leavingIn({ subject, claims }: IssuerClaims): Leaving | undefined {
    const { jti, sid, iat, nonce } = claims;
    const event = claimAt(claims, ['events', EVENT]);
    if (typeof event !== 'object' || event === null || nonce !== undefined) return undefined;
    if (typeof jti !== 'string' || jti === '' || jti.length > MAX_ID) return undefined;
    if (typeof iat !== 'number' || iat * 1000 < clock().getTime() - MAX_AGE) return undefined;
    if (sid !== undefined && !isSubject(sid)) return undefined;
    return subject === null && sid === undefined ? undefined : { tokenId: jti, subject, session: sid };
  }

  async function end(tx: Tx, actor: Actor, provider: ProviderRow, leaving: Leaving): Promise<void> {
    const at = clock().toISOString();
    const messageId = `logout:${hash('sha256', leaving.tokenId, 'base64url')}`;
    if (!(await insertMessage(tx, provider.id, messageId, at))) return;
    const { subject, session } = leaving;
    const identity = subject === null ? undefined : await findIdentity(tx, provider.issuer, subject);
    if (subject !== null && !identity) return;
    const ended = await revokeFederatedSessions(
      tx,
      {
        providerId: provider.id,
        ...(identity ? { identityId: identity.id } : {}),
        ...(session === undefined ? {} : { providerSession: session }),
      },
      at,
    );
    for (const { id, user_id: userId, organization_id: organizationId } of ended) {
      await accessChanges.notify(tx, { credentialId: id });
      const session = { id, userId, organizationId };
      await recordAboutSession(audit, tx, actor, session, {
        action: 'session.closed',
        details: { provider: provider.slug, reason: 'signed out at the identity provider' },
      });
    }
  }
}
