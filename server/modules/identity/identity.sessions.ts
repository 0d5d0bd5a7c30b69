import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { type Actor, instanceActor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { IdSource } from '../../kernel/ids.ts';
import type { AuditTrail } from '../../platform/audit/index.ts';
import type {
  CsrfProofs,
  PresentedRefreshToken,
  RefreshFamily,
  RefreshTokens,
  TokenSigner,
} from '../../platform/auth/index.ts';
import type { Tx, UnitOfWork } from '../../platform/db/index.ts';
import { csrfRequired, invalidToken, noOrganization } from './identity.errors.ts';
import { findUser, organizationsOf } from './identity.repository.ts';
import { type OrganizationView, toOrganizationView, toUserView, type UserView } from './identity.schemas.ts';
import { insertSession, lockSession, revokeSession, rotateSession } from './identity.sessions.repository.ts';
import type { OrganizationRow, SessionRow, UserRow } from './identity.tables.ts';

/** Milliseconds in which a token that was just rotated still leads to its successor: parallel tabs, a lost answer. */
const ROTATION_GRACE = 10_000;

/** A session that was opened or renewed, before its tokens are made. */
export interface OpenSession {
  readonly family: RefreshFamily;
  readonly user: UserRow;
  readonly organization: OrganizationRow;
}

/** Everything that a sign-in gives; the routes decide by which way it travels. */
export interface Grant {
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly refreshToken: string;
  /** Seconds. */
  readonly refreshExpiresIn: number;
  readonly csrfToken: string;
  readonly user: UserView;
  readonly organization: OrganizationView;
}

export type SignInMethod = 'registration' | 'password' | 'link';

export interface Sessions {
  /** Opens a session in the organization that the person has belonged to longest. Throws `identity.no_organization`. */
  open(tx: Tx, actor: Actor, user: UserRow, method: SignInMethod): Promise<OpenSession>;
  /** Makes the tokens of a session. Outside any transaction. */
  grant(session: OpenSession): Promise<Grant>;
  /**
   * Exchanges a refresh token for its successor. Requests at the same time get the same one; a token that was used
   * before ends the session, because two people hold it. Throws `identity.invalid_token`.
   */
  refresh(actor: Actor, refreshToken: string): Promise<Grant>;
  /** Ends the session that the tokens name; tokens that are not valid are ignored. Throws `identity.csrf_required`. */
  end(actor: Actor, tokens: EndingTokens): Promise<void>;
}

/** What came with a sign-out. */
export interface EndingTokens {
  readonly access: string | undefined;
  readonly refresh: string | undefined;
  /** The browser added them by itself, so a proof is needed. */
  readonly fromCookies: boolean;
  readonly csrfToken: string | undefined;
}

export interface SessionsDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
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
  const { uow, audit, clock, ids, logger, signer, refreshTokens, csrf } = dependencies;
  const { accessTokenSeconds, sessionSeconds } = dependencies;
  const expiryFrom = (now: Date) => new Date(now.getTime() + sessionSeconds * 1000).toISOString();

  return { open, grant, refresh, end };

  async function open(tx: Tx, actor: Actor, user: UserRow, method: SignInMethod): Promise<OpenSession> {
    const [organization] = await organizationsOf(tx, user.id);
    if (!organization) throw noOrganization();
    const now = clock();
    const family = { sessionId: ids(), generation: 0, seed: new Uint8Array(randomBytes(32)) };
    await insertSession(tx, {
      id: family.sessionId,
      userId: user.id,
      organizationId: organization.id,
      seed: family.seed,
      at: now.toISOString(),
      expiresAt: expiryFrom(now),
    });
    await audit.record(tx, actor, {
      action: 'session.opened',
      organizationId: organization.id,
      userId: user.id,
      target: { type: 'session', id: family.sessionId },
      details: { method },
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

  async function refresh(actor: Actor, refreshToken: string): Promise<Grant> {
    const presented = refreshTokens.read(refreshToken);
    if (!presented) throw invalidToken();
    const rotation = await uow.write(instanceActor(actor.requestId), (tx) => rotate(tx, actor, presented));
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

  async function rotate(tx: Tx, actor: Actor, presented: PresentedRefreshToken): Promise<Rotation> {
    const row = await lockSession(tx, presented.sessionId);
    if (!row || !presented.matches(row.refresh_seed)) return { kind: 'refused' };
    const now = clock();
    if (row.revoked_at !== null || Date.parse(row.expires_at) <= now.getTime()) return { kind: 'refused' };
    const behind = row.generation - presented.generation;
    const inGrace = behind === 1 && now.getTime() - Date.parse(row.rotated_at) <= ROTATION_GRACE;
    if (behind !== 0 && !inGrace) return endReused(tx, actor, row, now);
    return renew(tx, row, now, behind === 0);
  }

  async function endReused(tx: Tx, actor: Actor, row: SessionRow, now: Date): Promise<Rotation> {
    await revokeSession(tx, row.id, now.toISOString());
    await audit.record(tx, actor, {
      action: 'session.token_reused',
      outcome: 'denied',
      organizationId: row.organization_id,
      userId: row.user_id,
      target: { type: 'session', id: row.id },
    });
    return { kind: 'reused', session: row };
  }

  async function renew(tx: Tx, row: SessionRow, now: Date, advance: boolean): Promise<Rotation> {
    const user = await findUser(tx, row.user_id);
    const organizations = await organizationsOf(tx, row.user_id);
    const organization = organizations.find(({ id }) => id === row.organization_id) ?? organizations[0];
    if (!user || !organization) return { kind: 'refused' };
    const generation = row.generation + (advance ? 1 : 0);
    if (advance) {
      const at = now.toISOString();
      await rotateSession(tx, {
        id: row.id,
        organizationId: organization.id,
        generation,
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
    await audit.record(tx, actor, {
      action: 'session.closed',
      organizationId: ended.organization_id,
      userId: ended.user_id,
      target: { type: 'session', id: sessionId },
    });
  }
}
