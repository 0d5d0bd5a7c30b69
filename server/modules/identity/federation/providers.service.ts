import { type Actor, instanceActor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { IdSource } from '../../../kernel/ids.ts';
import { decodeCursor, type Page, type PageRequest, toPage } from '../../../kernel/page.ts';
import { type AuditTrail, changesBetween } from '../../../platform/audit/index.ts';
import type { AccessChanges } from '../../../platform/auth/index.ts';
import type { Tx, UnitOfWork } from '../../../platform/db/index.ts';
import { requireInstance } from '../identity.policy.ts';
import { revokeFederatedSessions } from './federated-sessions.repository.ts';
import { invalidProvider, providerNotFound, providerTaken, staleProvider } from './federation.errors.ts';
import type { Destination, ProviderRow } from './federation.tables.ts';
import type { ProviderSecrets } from './provider-secrets.ts';
import { checkProvider, PROVIDER_DEFAULTS, type ProviderSettings } from './providers.policy.ts';
import {
  deleteProvider,
  destinationsOf,
  findProvider,
  insertProvider,
  isUnknownOrganization,
  listProviders,
  replaceDestinations,
  takenField,
  updateProvider,
} from './providers.repository.ts';
import {
  type ProviderAddresses,
  type ProviderBody,
  type ProviderPatch,
  type ProviderView,
  toProviderView,
} from './providers.schemas.ts';

/**
 * Identity providers, as operators set them up. Every method is for operators and throws `identity.not_allowed` for others;
 * an organization's admin who could bring a provider could claim anybody's address, and so accounts of other organizations.
 */
export interface ProvidersService {
  list(actor: Actor, page: PageRequest): Promise<Page<ProviderView>>;
  get(actor: Actor, id: string): Promise<ProviderView>;
  /** Throws `federation.invalid_provider`, `federation.provider_exists`. */
  create(actor: Actor, body: ProviderBody): Promise<ProviderView>;
  /** Throws `federation.provider_changed` besides. */
  change(actor: Actor, id: string, expectedVersion: number, patch: ProviderPatch): Promise<ProviderView>;
  /** The accounts stay; what the provider vouched for (identities, sessions) ends. */
  remove(actor: Actor, id: string): Promise<void>;
}

export interface ProvidersDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly accessChanges: Pick<AccessChanges, 'notify'>;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly secrets: ProviderSecrets;
  readonly addresses: ProviderAddresses;
}

export function createProviders(dependencies: ProvidersDependencies): ProvidersService {
  const { uow, audit, accessChanges, clock, ids, secrets, addresses } = dependencies;
  return { list, get, create, change, remove };

  async function list(actor: Actor, page: PageRequest): Promise<Page<ProviderView>> {
    const after = page.cursor === undefined ? undefined : decodeCursor(page.cursor);
    return uow.read(asInstance(actor), async (tx) => {
      const rows = await listProviders(tx, page.limit + 1, after);
      const destinations = await destinationsOf(
        tx,
        rows.map(({ id }) => id),
      );
      return toPage(
        rows,
        page.limit,
        (row) => ({ at: row.created_at, id: row.id }),
        (row) => toProviderView(row, destinations.get(row.id) ?? [], addresses),
      );
    });
  }

  async function get(actor: Actor, id: string): Promise<ProviderView> {
    return uow.read(asInstance(actor), async (tx) => {
      const { row, destinations } = await load(tx, id);
      return toProviderView(row, destinations, addresses);
    });
  }

  async function create(actor: Actor, body: ProviderBody): Promise<ProviderView> {
    const settings = checkProvider({ ...PROVIDER_DEFAULTS, ...body });
    const at = clock().toISOString();
    const row = rowOf({ id: ids(), created_at: at, updated_at: at, version: 1 }, settings);
    return saving(() =>
      uow.write(asInstance(actor), async (tx) => {
        const stored = await insertProvider(tx, row);
        await replaceDestinations(tx, row.id, settings.organizations);
        await record(tx, actor, row, { action: 'created', after: shown(settings) });
        return toProviderView(stored, settings.organizations, addresses);
      }),
    );
  }

  async function change(
    actor: Actor,
    id: string,
    expectedVersion: number,
    patch: ProviderPatch,
  ): Promise<ProviderView> {
    return saving(() =>
      uow.write(asInstance(actor), async (tx) => {
        const { row: old, destinations } = await load(tx, id);
        if (old.version !== expectedVersion) throw staleProvider(old.version);
        const before = settingsOf(old, destinations);
        const settings = checkProvider({ ...before, ...patch });
        checkStableIssuer(before, settings);
        const row = rowOf({ ...old, version: old.version + 1, updated_at: clock().toISOString() }, settings);
        const stored = await updateProvider(tx, row, expectedVersion);
        if (!stored) throw staleProvider(old.version);
        await replaceDestinations(tx, id, settings.organizations);
        if (old.enabled && !row.enabled) await endSessions(tx, id);
        await record(tx, actor, row, {
          action: 'changed',
          ...changesBetween(shown(before), shown(settings)),
        });
        return toProviderView(row, settings.organizations, addresses);
      }),
    );
  }

  async function remove(actor: Actor, id: string): Promise<void> {
    await uow.write(asInstance(actor), async (tx) => {
      const { row, destinations } = await load(tx, id);
      await endSessions(tx, id);
      await deleteProvider(tx, id);
      await record(tx, actor, row, { action: 'deleted', before: shown(settingsOf(row, destinations)) });
    });
  }

  /** Whoever came through the provider is out from the next request on. */
  async function endSessions(tx: Tx, providerId: string): Promise<void> {
    const ended = await revokeFederatedSessions(tx, { providerId }, clock().toISOString());
    for (const userId of new Set(ended.map((session) => session.user_id)))
      await accessChanges.notify(tx, { userId });
  }

  async function load(tx: Tx, id: string) {
    const row = await findProvider(tx, id);
    if (!row) throw providerNotFound();
    return { row, destinations: (await destinationsOf(tx, [id])).get(id) ?? [] };
  }

  function record(
    tx: Tx,
    actor: Actor,
    row: ProviderRow,
    entry: {
      action: 'created' | 'changed' | 'deleted';
      before?: Record<string, unknown>;
      after?: Record<string, unknown>;
    },
  ): Promise<void> {
    const { action, ...settings } = entry;
    return audit.record(tx, actor, {
      action: `identity_provider.${action}`,
      organizationId: null,
      target: { type: 'identity_provider', id: row.id },
      details: { slug: row.slug },
      ...settings,
    });
  }

  function rowOf(
    kept: Pick<ProviderRow, 'id' | 'created_at' | 'updated_at' | 'version'>,
    settings: ProviderSettings,
  ): ProviderRow {
    const { webhook } = settings;
    return {
      id: kept.id,
      version: kept.version,
      created_at: kept.created_at,
      updated_at: kept.updated_at,
      slug: settings.slug,
      label: settings.label,
      enabled: settings.enabled,
      issuer: settings.issuer,
      client_id: settings.clientId,
      client_secret:
        settings.clientSecret === null ? null : secrets.sealClient(kept.id, settings.clientSecret),
      scopes: [...settings.scopes],
      bearer_audience: settings.bearerAudience,
      organization_claim: copy(settings.organizationClaim),
      role_claim: copy(settings.roleClaim),
      roles: { ...settings.roles },
      default_role: settings.defaultRole,
      sync_roles: settings.syncRoles,
      opens_everything: settings.opensEverything,
      create_users: settings.createUsers,
      link_verified_email: settings.linkVerifiedEmail,
      trust_email: settings.trustEmail,
      email_domains: [...settings.emailDomains],
      trust_second_factor: settings.trustSecondFactor,
      second_factor_acr: [...settings.secondFactorAcr],
      webhook_format: webhook?.format ?? null,
      webhook_secrets: webhook ? secrets.sealWebhook(kept.id, webhook.secrets) : null,
    };
  }

  function settingsOf(row: ProviderRow, organizations: readonly Destination[]): ProviderSettings {
    return {
      slug: row.slug,
      label: row.label,
      enabled: row.enabled,
      issuer: row.issuer,
      clientId: row.client_id,
      clientSecret: secrets.openClient(row) ?? null,
      scopes: row.scopes,
      bearerAudience: row.bearer_audience,
      organizationClaim: row.organization_claim,
      organizations,
      roleClaim: row.role_claim,
      roles: row.roles,
      defaultRole: row.default_role,
      syncRoles: row.sync_roles,
      opensEverything: row.opens_everything,
      createUsers: row.create_users,
      linkVerifiedEmail: row.link_verified_email,
      trustEmail: row.trust_email,
      emailDomains: row.email_domains,
      trustSecondFactor: row.trust_second_factor,
      secondFactorAcr: row.second_factor_acr,
      webhook:
        row.webhook_format === null
          ? null
          : { format: row.webhook_format, secrets: secrets.openWebhook(row) },
    };
  }
}

/** Identities are known by their issuer: with another one, everybody whom the provider knows would be a stranger. */
function checkStableIssuer(before: ProviderSettings, after: ProviderSettings): void {
  if (before.issuer !== after.issuer)
    throw invalidProvider('/issuer', 'The issuer cannot be changed; make another identity provider.');
}

function asInstance(actor: Actor): Actor {
  requireInstance(actor);
  return instanceActor(actor.requestId);
}

async function saving<T>(save: () => Promise<T>): Promise<T> {
  try {
    return await save();
  } catch (error) {
    const field = takenField(error);
    if (field !== undefined) throw providerTaken(field);
    if (isUnknownOrganization(error))
      throw invalidProvider('/organizations', 'organizations names one that does not exist.');
    throw error;
  }
}

/** The settings without the secrets; whether there are any is all that the trail is told. */
function shown({ clientSecret, webhook, ...settings }: ProviderSettings): Record<string, unknown> {
  return {
    ...settings,
    hasClientSecret: clientSecret !== null,
    webhookFormat: webhook?.format ?? null,
    webhookSecrets: webhook?.secrets.length ?? 0,
  };
}

function copy(path: readonly string[] | null): string[] | null {
  return path === null ? null : [...path];
}
