import { type Actor, instanceActor } from '../../../kernel/actor.ts';
import type { AuditTrail } from '../../../platform/audit/port.ts';
import type { AccessChanges } from '../../../platform/auth/index.ts';
import type { Tx, UnitOfWork } from '../../../platform/db/index.ts';
import { organizationNotFound } from '../identity.errors.ts';
import { requireInstance } from '../identity.policy.ts';
import { findFederatedSession } from './federated-sessions.repository.ts';
import { noProviderLeadsHere, signInThereFirst } from './federation.errors.ts';
import { destinationsOf, listProvidersOf } from './providers.repository.ts';
import { readSsoOnly, setSsoOnly } from './sso.repository.ts';
import { type SsoView, toSsoProvider } from './sso.schemas.ts';

/** How people reach one organization: through which providers, and whether only so. */
export interface SsoService {
  /** For an admin of the organization. */
  get(actor: Actor, organizationId: string): Promise<SsoView>;
  /**
   * Throws `federation.no_provider` where nobody could get in any more, and `federation.sign_in_there_first` for an admin who did not
   * come through one of the providers, and so cannot know that it works.
   */
  change(actor: Actor, organizationId: string, ssoOnly: boolean): Promise<SsoView>;
  /** For operators: also when nobody of the organization can get in. Throws `identity.organization_not_found`. */
  getAsOperator(actor: Actor, organizationId: string): Promise<SsoView>;
  changeAsOperator(actor: Actor, organizationId: string, ssoOnly: boolean): Promise<SsoView>;
}

export interface SsoDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly accessChanges: Pick<AccessChanges, 'notify'>;
}

export function createSso({ uow, audit, accessChanges }: SsoDependencies): SsoService {
  return {
    get: (actor, organizationId) => read(actor, organizationId),
    change: (actor, organizationId, ssoOnly) => write(actor, organizationId, ssoOnly, requireProvenWay),
    getAsOperator: async (actor, organizationId) => {
      requireInstance(actor);
      return read(actor, organizationId);
    },
    changeAsOperator: async (actor, organizationId, ssoOnly) => {
      requireInstance(actor);
      return write(actor, organizationId, ssoOnly, async () => undefined);
    },
  };

  /** As the instance: providers are the instance's, and the routes have asked who may look. */
  function read(actor: Actor, organizationId: string): Promise<SsoView> {
    return uow.read(instanceActor(actor.requestId), async (tx) => {
      const ssoOnly = await readSsoOnly(tx, organizationId, { lock: false });
      if (ssoOnly === undefined) throw organizationNotFound();
      return view(tx, organizationId, ssoOnly);
    });
  }

  function write(
    actor: Actor,
    organizationId: string,
    ssoOnly: boolean,
    requireSafe: (tx: Tx, actor: Actor, providerIds: readonly string[]) => Promise<void>,
  ): Promise<SsoView> {
    return uow.write(instanceActor(actor.requestId), async (tx) => {
      const before = await readSsoOnly(tx, organizationId, { lock: true });
      if (before === undefined) throw organizationNotFound();
      if (before === ssoOnly) return view(tx, organizationId, ssoOnly);
      if (ssoOnly) {
        const ways = (await listProvidersOf(tx, organizationId)).filter((one) => one.client_id !== null);
        if (ways.length === 0) throw noProviderLeadsHere();
        await requireSafe(
          tx,
          actor,
          ways.map(({ id }) => id),
        );
      }
      await setSsoOnly(tx, organizationId, ssoOnly);
      await accessChanges.notify(tx, { organizationId });
      await audit.record(tx, actor, {
        action: 'organization.sso_changed',
        organizationId,
        target: { type: 'organization', id: organizationId },
        before: { ssoOnly: before },
        after: { ssoOnly },
      });
      return view(tx, organizationId, ssoOnly);
    });
  }
}

async function requireProvenWay(tx: Tx, actor: Actor, providerIds: readonly string[]): Promise<void> {
  const { credentialId } = actor;
  const session = credentialId === undefined ? undefined : await findFederatedSession(tx, credentialId);
  if (!session || !providerIds.includes(session.provider_id)) throw signInThereFirst();
}

async function view(tx: Tx, organizationId: string, ssoOnly: boolean): Promise<SsoView> {
  const rows = await listProvidersOf(tx, organizationId);
  const destinations = await destinationsOf(
    tx,
    rows.map(({ id }) => id),
  );
  return {
    ssoOnly,
    providers: rows.map((row) => {
      const here = destinations.get(row.id)?.filter((one) => one.organizationId === organizationId);
      return toSsoProvider(row, here ?? []);
    }),
  };
}
