import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { type Actor, instanceActor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { AppError } from '../../kernel/errors.ts';
import type { IdSource } from '../../kernel/ids.ts';
import type { AuditTrail } from '../../platform/audit/index.ts';
import type {
  AccessChanges,
  CsrfProofs,
  PresentedRefreshToken,
  RefreshTokens,
  TokenSigner,
} from '../../platform/auth/index.ts';
import type { Tx, UnitOfWork } from '../../platform/db/index.ts';
import { insertFederatedSession } from './federation/federated-sessions.repository.ts';
import { signInFailure, ssoRequired } from './federation/federation.errors.ts';
import { OWN_WAY, type Way, wayOf, withoutBarred } from './federation/sso.repository.ts';
import { recordAboutAccount, recordAboutSession } from './identity.account-trail.ts';
import { csrfRequired, invalidToken, noOrganization } from './identity.errors.ts';
import { keptUserAgent } from './identity.policy.ts';
import { findUser, organizationsOf } from './identity.repository.ts';
import { toOrganizationView, toUserView } from './identity.schemas.ts';
import type {
  Ending,
  EndingTokens,
  Grant,
  Opening,
  OpenSession,
  Origin,
  Sessions,
} from './identity.sessions.port.ts';
import {
  insertSession,
  lockSession,
  revokeSession,
  revokeSessionsOf,
  rotateSession,
} from './identity.sessions.repository.ts';
import type { SessionRow, UserRow } from './identity.tables.ts';
import { accountDisabled } from './operators/operators.errors.ts';
import { isDisabled } from './operators/operators.repository.ts';

/** Milliseconds in which a token that was just rotated still leads to its successor: parallel tabs, a lost answer. */
const ROTATION_GRACE = 10_000;

export interface SessionsDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly accessChanges: Pick<AccessChanges, 'notify'>;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Pick<Logger, 'warn'>;
  readonly signer: TokenSigner;
  readonly refreshTokens: RefreshTokens;
  readonly csrf: CsrfProofs;
  readonly accessTokenSeconds: number;
  readonly sessionSeconds: number;
}

type Rotation =
  | { readonly kind: 'renewed'; readonly session: OpenSession }
  | { readonly kind: 'reused'; readonly session: SessionRow }
  | { readonly kind: 'refused' };

export function createSessions(dependencies: SessionsDependencies): Sessions {
  const { uow, audit, accessChanges, clock, ids, logger, signer, refreshTokens, csrf } = dependencies;
  const { accessTokenSeconds, sessionSeconds } = dependencies;
  const expiryFrom = (now: Date) => new Date(now.getTime() + sessionSeconds * 1000).toISOString();

  return { open, grant, refresh, end, endAll };

  async function open(tx: Tx, actor: Actor, user: UserRow, opening: Opening): Promise<OpenSession> {
    const { method, origin, secondFactor, provider } = opening;
    if (await isDisabled(tx, user.id)) throw accountDisabled();
    const belonging = await organizationsOf(tx, user.id);
    const way = provider ? { ...provider, providerId: provider.id } : OWN_WAY;
    const organizations = await withoutBarred(tx, belonging, way);
    const chosen = opening.organizationId ?? provider?.organizationIds[0];
    const organization = organizations.find(({ id }) => id === chosen) ?? organizations[0];
    if (!organization) throw nothingToEnter(way, belonging.length > 0);
    const shown = secondFactor ?? (provider?.secondFactor ? 'provider' : undefined);
    const now = clock();
    const family = { sessionId: ids(), generation: 0, seed: new Uint8Array(randomBytes(32)) };
    await insertSession(tx, {
      id: family.sessionId,
      userId: user.id,
      organizationId: organization.id,
      seed: family.seed,
      method,
      address: origin.address,
      userAgent: keptUserAgent(origin.userAgent),
      at: now.toISOString(),
      expiresAt: expiryFrom(now),
    });
    if (provider) {
      await insertFederatedSession(tx, {
        session_id: family.sessionId,
        provider_id: provider.id,
        identity_id: provider.identityId,
        provider_session: provider.session,
        second_factor: provider.secondFactor,
        organization_ids: [...provider.organizationIds],
        everything: provider.everything,
      });
    }
    const recorded = { id: family.sessionId, userId: user.id, organizationId: organization.id };
    await recordAboutSession(audit, tx, actor, recorded, {
      action: 'session.opened',
      details: { method, ...(shown === undefined ? {} : { secondFactor: shown }) },
    });
    return { family, user, organization };
  }

  async function grant({ family, user, organization }: OpenSession): Promise<Grant> {
    const claims = { userId: user.id, sessionId: family.sessionId, organizationId: organization.id };
    return {
      accessToken: await signer.sign(claims, accessTokenSeconds),
      expiresIn: accessTokenSeconds,
      refreshToken: refreshTokens.tokenOf(family),
      refreshExpiresIn: sessionSeconds,
      csrfToken: csrf.proofFor(family.sessionId),
      user: toUserView(user),
      organization: toOrganizationView(organization),
    };
  }

  async function refresh(actor: Actor, refreshToken: string, origin: Origin): Promise<Grant> {
    const presented = refreshTokens.read(refreshToken);
    if (!presented) throw invalidToken();
    const rotation = await uow.write(instanceActor(actor.requestId), (tx) =>
      rotate(tx, actor, presented, origin),
    );
    switch (rotation.kind) {
      case 'renewed':
        return grant(rotation.session);
      case 'reused': {
        const { id: sessionId, user_id: userId } = rotation.session;
        logger.warn(
          { sessionId, userId, requestId: actor.requestId },
          'a used refresh token came again: session ended',
        );
        throw invalidToken();
      }
      case 'refused':
        throw invalidToken();
    }
  }

  async function rotate(
    tx: Tx,
    actor: Actor,
    presented: PresentedRefreshToken,
    origin: Origin,
  ): Promise<Rotation> {
    const row = await lockSession(tx, presented.sessionId);
    if (!row || !presented.matches(row.refresh_seed)) return { kind: 'refused' };
    const now = clock();
    if (row.revoked_at !== null || Date.parse(row.expires_at) <= now.getTime()) return { kind: 'refused' };
    const behind = row.generation - presented.generation;
    const inGrace = behind === 1 && now.getTime() - Date.parse(row.rotated_at) <= ROTATION_GRACE;
    if (behind !== 0 && !inGrace) return endReused(tx, actor, row, now);
    return renew(tx, row, now, behind === 0 ? origin : undefined);
  }

  async function endReused(tx: Tx, actor: Actor, row: SessionRow, now: Date): Promise<Rotation> {
    await revokeSession(tx, row.id, now.toISOString());
    await accessChanges.notify(tx, { credentialId: row.id });
    const recorded = { id: row.id, userId: row.user_id, organizationId: row.organization_id };
    await recordAboutSession(audit, tx, actor, recorded, {
      action: 'session.token_reused',
      outcome: 'denied',
    });
    return { kind: 'reused', session: row };
  }

  /** `origin` of the one request that advances the session; the others get what it got. */
  async function renew(tx: Tx, row: SessionRow, now: Date, origin: Origin | undefined): Promise<Rotation> {
    const user = await findUser(tx, row.user_id);
    const belonging = await organizationsOf(tx, row.user_id);
    const organizations = await withoutBarred(tx, belonging, await wayOf(tx, row.id));
    const organization = organizations.find(({ id }) => id === row.organization_id) ?? organizations[0];
    if (!user || !organization) return { kind: 'refused' };
    const generation = row.generation + (origin ? 1 : 0);
    if (origin) {
      const at = now.toISOString();
      await rotateSession(tx, {
        id: row.id,
        organizationId: organization.id,
        generation,
        address: origin.address,
        userAgent: keptUserAgent(origin.userAgent),
        at,
        expiresAt: expiryFrom(now),
      });
    }
    return {
      kind: 'renewed',
      session: { family: { sessionId: row.id, generation, seed: row.refresh_seed }, user, organization },
    };
  }

  async function end(actor: Actor, tokens: EndingTokens): Promise<void> {
    const claims = tokens.access === undefined ? undefined : await signer.verify(tokens.access);
    const presented = tokens.refresh === undefined ? undefined : refreshTokens.read(tokens.refresh);
    const named = [claims?.sessionId, presented?.sessionId].filter((id) => id !== undefined);
    if (named.length === 0) return;
    const { fromCookies, csrfToken = '' } = tokens;
    if (fromCookies && !named.every((id) => csrf.accepts(id, csrfToken))) throw csrfRequired();
    await uow.write(instanceActor(actor.requestId), async (tx) => {
      if (claims) await close(tx, actor, claims.sessionId);
      const row = presented && (await lockSession(tx, presented.sessionId));
      if (row && presented.matches(row.refresh_seed)) await close(tx, actor, row.id);
    });
  }

  async function close(tx: Tx, actor: Actor, sessionId: string): Promise<void> {
    const ended = await revokeSession(tx, sessionId, clock().toISOString());
    if (!ended) return;
    await accessChanges.notify(tx, { credentialId: sessionId });
    const recorded = { id: sessionId, userId: ended.user_id, organizationId: ended.organization_id };
    await recordAboutSession(audit, tx, actor, recorded, { action: 'session.closed' });
  }

  async function endAll(tx: Tx, actor: Actor, { userId, reason, ...which }: Ending): Promise<number> {
    const ended = await revokeSessionsOf(tx, userId, clock().toISOString(), which);
    if (ended === 0) return 0;
    // Whoever goes on is only looked at again.
    await accessChanges.notify(tx, { userId });
    await recordAboutAccount(audit, tx, actor, userId, {
      action: 'session.all_closed',
      userId,
      details: { reason, sessions: ended },
    });
    return ended;
  }
}

/** A provider that does not open everything is not told whether the person belongs to what it does not open. */
function nothingToEnter({ everything }: Way, belongs: boolean): AppError {
  if (!everything) return signInFailure('federation.no_access');
  return belongs ? ssoRequired() : noOrganization();
}
