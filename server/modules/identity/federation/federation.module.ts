import type { FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import type { Actor } from '../../../kernel/actor.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { IdSource } from '../../../kernel/ids.ts';
import type { AuditTrail } from '../../../platform/audit/index.ts';
import { type AccessChanges, createSecretBox } from '../../../platform/auth/index.ts';
import type { Cache } from '../../../platform/cache/port.ts';
import type { UnitOfWork } from '../../../platform/db/index.ts';
import type { Routes } from '../../../platform/http/index.ts';
import type { Mail } from '../../../platform/mail/index.ts';
import type { Outbound } from '../../../platform/outbound/port.ts';
import type { SignInLimits } from '../identity.limits.ts';
import type { Grant, Sessions } from '../identity.sessions.port.ts';
import type { Reauthenticate } from '../passwords/reauthentication.ts';
import type { Challenges } from '../second-factor/challenges.ts';
import { createAdmission } from './admission.ts';
import { backchannelLogoutRoutes } from './backchannel-logout.routes.ts';
import { createBackchannelLogout } from './backchannel-logout.service.ts';
import { createForeignTokens, type ForeignTokens } from './foreign-tokens.ts';
import { createLoginFlows } from './login-flow.ts';
import { createManagedAccounts } from './managed-accounts.ts';
import { createMemberships } from './memberships.ts';
import { createOidcClient } from './oidc-client.ts';
import { createOwnIdentities } from './own-identities.ts';
import { createProviderSecrets } from './provider-secrets.ts';
import { providersRoutes } from './providers.routes.ts';
import type { ProviderAddresses } from './providers.schemas.ts';
import { createProviders, type ProvidersService } from './providers.service.ts';
import { signInRoutes } from './sign-in.routes.ts';
import { createFederatedSignIn } from './sign-in.service.ts';
import { ssoRoutes } from './sso.routes.ts';
import { createSso, type SsoService } from './sso.service.ts';
import { webhooksRoutes } from './webhooks.routes.ts';
import { createWebhooks } from './webhooks.service.ts';

export interface FederationDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly accessChanges: AccessChanges;
  readonly cache: Cache;
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly sessions: Sessions;
  readonly challenges: Pick<Challenges, 'create'>;
  readonly reauthenticate: Reauthenticate;
  readonly mail: Mail;
  readonly limits: Pick<SignInLimits, 'signIn'>;
  /** 32 bytes. */
  readonly storedSecrets: Uint8Array;
  readonly setSessionCookies: (reply: FastifyReply, grant: Grant) => void;
  readonly secureCookies: boolean;
  /** Where browsers reach the server, without a slash at the end. */
  readonly publicUrl: string;
}

/** Signing in elsewhere: identity providers, who people are there, and what follows for their memberships here. */
export interface FederationRoom {
  readonly routes: readonly Routes[];
  readonly providers: ProvidersService;
  readonly sso: SsoService;
  readonly foreignTokens: ForeignTokens;
  /** Removes what is kept only for a while; once a day. */
  sweep(actor: Actor): Promise<void>;
}

export function federationRoom(dependencies: FederationDependencies): FederationRoom {
  const { uow, audit, accessChanges, clock, ids, outbound, secureCookies, publicUrl } = dependencies;
  const box = createSecretBox(dependencies.storedSecrets);
  const secrets = createProviderSecrets(box);
  const addresses: ProviderAddresses = {
    redirectUri: (slug) => `${publicUrl}/api/v1/auth/oidc/${slug}/callback`,
    postLogoutRedirectUri: `${publicUrl}/sign-in`,
    webhookUrl: (slug) => `${publicUrl}/api/v1/auth/webhooks/${slug}`,
    backchannelLogoutUrl: (slug) => `${publicUrl}/api/v1/auth/oidc/${slug}/backchannel-logout`,
  };
  const client = createOidcClient({ outbound, clock, secrets });
  const memberships = createMemberships({ audit, accessChanges, clock });
  const admit = createAdmission({ audit, mail: dependencies.mail, clock, ids, memberships, publicUrl });
  const providers = createProviders({ uow, audit, accessChanges, clock, ids, secrets, addresses });
  const sso = createSso({ uow, audit, accessChanges });
  const signIn = createFederatedSignIn({
    ...dependencies,
    ...{ client, admit, addresses },
    flows: createLoginFlows(box, clock),
  });
  const accounts = createManagedAccounts({ audit, accessChanges, clock, memberships });
  const webhooks = createWebhooks({ uow, clock, logger: dependencies.logger, secrets, admit, accounts });
  const identities = createOwnIdentities({ uow, audit, accessChanges, clock, client, addresses });
  return {
    routes: [
      signInRoutes({
        ...{ signIn, identities, secureCookies, publicUrl },
        setSessionCookies: dependencies.setSessionCookies,
      }),
      providersRoutes(providers),
      ssoRoutes(sso),
      webhooksRoutes(webhooks),
      backchannelLogoutRoutes(createBackchannelLogout(dependencies)),
    ],
    providers,
    sso,
    foreignTokens: createForeignTokens({ uow, outbound, clock, logger: dependencies.logger, admit }),
    sweep: webhooks.sweep,
  };
}
