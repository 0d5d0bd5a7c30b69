import { type Actor, instanceActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { AuditTrail } from '../../../platform/audit/port.ts';
import type { AccessChanges } from '../../../platform/auth/index.ts';
import type { Tx, UnitOfWork } from '../../../platform/db/index.ts';
import { organizationsElsewhere, requireNothingElsewhere } from '../identity.confinement.ts';
import { invalidToken } from '../identity.errors.ts';
import { findFederatedSession, revokeFederatedSessions } from './federated-sessions.repository.ts';
import { identityNotFound, lastSignInMethod } from './federation.errors.ts';
import { deleteIdentity, hasPassword, listIdentities, lockUser } from './identities.repository.ts';
import type { OidcClient } from './oidc-client.ts';
import { findProvider, listSignInProviders } from './providers.repository.ts';
import type { ProviderAddresses } from './providers.schemas.ts';
import type { IdentityView, SignInProviders } from './sign-in.schemas.ts';

/** What people see of identity providers, and of their own accounts there. */
export interface OwnIdentities {
  /** For everybody. */
  providers(actor: Actor): Promise<SignInProviders>;
  list(actor: Actor): Promise<{ items: IdentityView[] }>;
  /**
   * Ends the connection, and the sessions that it opened except the one that asks. Throws `federation.identity_not_found`, and
   * `federation.last_sign_in_method` where the person could not come back.
   */
  unlink(actor: Actor, slug: string): Promise<void>;
  /** Where the browser signs out at the provider that opened this session; null where there is no such place. */
  signOutUrl(actor: Actor): Promise<string | null>;
}

export interface OwnIdentitiesDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly accessChanges: Pick<AccessChanges, 'notify'>;
  readonly clock: Clock;
  readonly client: OidcClient;
  readonly addresses: Pick<ProviderAddresses, 'postLogoutRedirectUri'>;
}

export function createOwnIdentities(dependencies: OwnIdentitiesDependencies): OwnIdentities {
  const { uow, audit, accessChanges, clock, client, addresses } = dependencies;
  return { providers, list, unlink, signOutUrl };

  async function providers(actor: Actor): Promise<SignInProviders> {
    const rows = await uow.read(instanceActor(actor.requestId), listSignInProviders);
    return { items: rows.map(({ slug, label }) => ({ id: slug, label })) };
  }

  async function list(actor: Actor): Promise<{ items: IdentityView[] }> {
    const userId = personOf(actor);
    const rows = await uow.read(instanceActor(actor.requestId), (tx) => shownIdentities(tx, actor, userId));
    return {
      items: rows.map((row) => ({
        id: row.id,
        provider: { id: row.slug, label: row.label, enabled: row.enabled },
        email: row.email,
        createdAt: row.created_at,
      })),
    };
  }

  /** A provider that does not lead to all organizations of the person does not learn by which others they come to these. */
  async function shownIdentities(tx: Tx, actor: Actor, userId: string) {
    const { credentialId: sessionId } = actor;
    if (sessionId === undefined) return [];
    const identities = await listIdentities(tx, userId);
    if ((await organizationsElsewhere(tx, actor, userId)).length === 0) return identities;
    const session = await findFederatedSession(tx, sessionId);
    return identities.filter((identity) => identity.provider_id === session?.provider_id);
  }

  async function unlink(actor: Actor, slug: string): Promise<void> {
    const userId = personOf(actor);
    await uow.write(instanceActor(actor.requestId), async (tx) => {
      await lockUser(tx, userId);
      await requireNothingElsewhere(tx, actor, userId);
      const identities = await listIdentities(tx, userId);
      const leaving = identities.filter((identity) => identity.slug === slug);
      if (leaving.length === 0) throw identityNotFound();
      const usable = identities.some((identity) => identity.slug !== slug && identity.enabled);
      if (!usable && !(await hasPassword(tx, userId))) throw lastSignInMethod();
      const at = clock().toISOString();
      for (const { id, provider_id: providerId } of leaving) {
        await revokeFederatedSessions(tx, { providerId, identityId: id, except: actor.credentialId }, at);
        await deleteIdentity(tx, id);
      }
      await accessChanges.notify(tx, { userId });
      await audit.record(tx, actor, {
        action: 'identity.unlinked',
        organizationId: null,
        target: { type: 'user', id: userId },
        details: { provider: slug },
      });
    });
  }

  async function signOutUrl(actor: Actor): Promise<string | null> {
    const { credentialId } = actor;
    if (credentialId === undefined) return null;
    const provider = await uow.read(instanceActor(actor.requestId), async (tx) => {
      const session = await findFederatedSession(tx, credentialId);
      return session && findProvider(tx, session.provider_id);
    });
    if (!provider?.enabled || provider.client_id === null) return null;
    return (await client.endSessionUrl(provider, addresses.postLogoutRedirectUri)) ?? null;
  }
}

function personOf(actor: Actor): string {
  if (actor.userId === null) throw invalidToken();
  return actor.userId;
}
