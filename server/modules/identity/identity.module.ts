import type { Logger } from 'pino';
import type { Clock } from '../../kernel/clock.ts';
import type { IdSource } from '../../kernel/ids.ts';
import type { AuditLog, AuditTrail } from '../../platform/audit/index.ts';
import {
  type AccessChanges,
  type Authenticator,
  createCsrfProofs,
  createPasswordHasher,
  createRefreshTokens,
  createSecretBox,
  createSecretCheck,
  createTokenSigner,
  deriveKeys,
} from '../../platform/auth/index.ts';
import type { Cache } from '../../platform/cache/port.ts';
import type { UnitOfWork } from '../../platform/db/index.ts';
import type { Routes } from '../../platform/http/index.ts';
import type { MailService } from '../../platform/mail/index.ts';
import type { Outbound } from '../../platform/outbound/port.ts';
import type { Queue } from '../../platform/queue/index.ts';
import type { Storage } from '../../platform/storage/index.ts';
import type { TenantData } from '../../platform/tenant-data/index.ts';
import type { TasksApi } from '../tasks/index.ts';
import { type AccountRoom, accountRoom } from './account/account.module.ts';
import { apiKeysRoom } from './api-keys/api-keys.module.ts';
import { type FederationRoom, federationRoom } from './federation/federation.module.ts';
import { createAccounts } from './identity.accounts.ts';
import { createAuthenticator } from './identity.authenticator.ts';
import { createSignInLimits } from './identity.limits.ts';
import { identityRoutes } from './identity.routes.ts';
import { createIdentityService } from './identity.service.ts';
import { revokeAllSessions } from './identity.sessions.repository.ts';
import { createSessions } from './identity.sessions.ts';
import { signedInAnswers } from './identity.signed-in.routes.ts';
import type { IdentityApi } from './index.ts';
import { type OperatorsRoom, operatorsRoom } from './operators/operators.module.ts';
import { type OrganizationsRoom, organizationsRoom } from './organizations/organizations.module.ts';
import type { RegistrationMode } from './registration/registration.service.ts';
import { type SigningKeysRoom, signingKeysRoom } from './signing-keys/signing-keys.module.ts';
import { signingKeySeal } from './signing-keys/signing-keys.seal.ts';

export interface IdentitySettings {
  /** At least 32 characters; all keys are derived from it. */
  readonly secretKey: string;
  /** What `X-Admin-Secret` must be; off when undefined. */
  readonly adminSecret: string | undefined;
  /** Where browsers reach the server, without a slash at the end. */
  readonly publicUrl: string;
  /** `iss` of access tokens: who gives them out. */
  readonly issuer: string;
  readonly accessTokenSeconds: number;
  /** Days after which a signing key gets a successor; 0: only when told to. */
  readonly signingKeyDays: number;
  readonly sessionSeconds: number;
  /** Who may make an account, and when it counts. */
  readonly registration: RegistrationMode;
  /** Days between the closing of an organization and its deletion. */
  readonly organizationGraceDays: number;
  /** How many organizations a person makes at most, as admin of all of them; 0: only operators make any. */
  readonly organizationsPerPerson: number;
  readonly secureCookies: boolean;
  readonly rateLimit: boolean;
}

export interface IdentityDependencies {
  readonly uow: UnitOfWork;
  readonly audit: AuditTrail;
  readonly auditLog: Pick<AuditLog, 'list'>;
  readonly accessChanges: AccessChanges;
  readonly cache: Cache;
  readonly outbound: Outbound;
  readonly mail: Pick<MailService, 'send' | 'outbox'>;
  readonly queue: Queue;
  readonly storage: Storage;
  readonly tasks: TasksApi;
  /** What every domain keeps for an organization; asked when it is needed, because they are put together later. */
  readonly domains: () => readonly TenantData[];
  readonly settings: IdentitySettings;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

export interface IdentityModule {
  readonly api: IdentityApi;
  readonly authenticator: Authenticator;
  /** Of every room. */
  readonly routes: readonly Routes[];
  readonly account: AccountRoom;
  readonly signingKeys: SigningKeysRoom;
  readonly operators: OperatorsRoom;
  readonly federation: FederationRoom;
  readonly organizations: OrganizationsRoom;
  /** Writes what is still to be written. Before the database is closed. */
  close(): Promise<void>;
}

/** Two hashes at once take 38 MiB and half of Node's thread pool. */
const PASSWORD_LIMITS = { parallel: 2, waiting: 200 } as const;

export function identityModule(dependencies: IdentityDependencies): IdentityModule {
  const { uow, audit, accessChanges, cache, outbound, mail, queue } = dependencies;
  const { storage, tasks, domains } = dependencies;
  const { settings, clock, ids, logger } = dependencies;
  const keys = deriveKeys(settings.secretKey);
  const signingKeys = signingKeysRoom({
    ...{ uow, audit, clock, logger },
    seal: signingKeySeal(settings.secretKey),
    accessTokenSeconds: settings.accessTokenSeconds,
    rotationDays: settings.signingKeyDays,
    endAllSessions: async (tx, at) => {
      await revokeAllSessions(tx, at);
      await accessChanges.notify(tx, {});
    },
  });
  const signer = createTokenSigner({ keys: signingKeys.keys, issuer: settings.issuer, clock });
  const csrf = createCsrfProofs(keys.csrf);
  const passwords = createPasswordHasher(PASSWORD_LIMITS);
  const limits = createSignInLimits({ cache, clock, logger, enabled: settings.rateLimit });
  const sessions = createSessions({
    ...{ uow, audit, accessChanges, clock, ids, logger, signer, csrf },
    refreshTokens: createRefreshTokens(keys.refreshTokens),
    accessTokenSeconds: settings.accessTokenSeconds,
    sessionSeconds: settings.sessionSeconds,
  });
  const answers = signedInAnswers(settings.secureCookies);
  const account = accountRoom({
    ...{ uow, audit, accessChanges, mail, queue, clock, ids, passwords, limits, sessions, answers },
    auditLog: dependencies.auditLog,
    secrets: createSecretBox(keys.storedSecrets),
    registrationMode: settings.registration,
    publicUrl: settings.publicUrl,
  });
  const service = createIdentityService({
    ...{ uow, audit, clock, logger, passwords, signer, csrf, limits, sessions },
    challenges: account.challenges,
  });
  const apiKeys = apiKeysRoom({ uow, audit, accessChanges, clock, ids, logger });
  const api = createAccounts({ uow, audit, clock, ids, passwords });
  const operators = operatorsRoom({ uow, audit, accessChanges, clock, accounts: api });
  const federation = federationRoom({
    ...{ uow, audit, accessChanges, cache, outbound, clock, ids, logger, sessions, limits },
    ...{ challenges: account.challenges, reauthenticate: account.reauthenticate, mail },
    ...{ publicUrl: settings.publicUrl, secureCookies: settings.secureCookies },
    storedSecrets: keys.storedSecrets,
    setSessionCookies: answers.setCookies,
  });
  const organizations = organizationsRoom({
    ...{ uow, audit, accessChanges, mail, queue, storage, tasks, domains, clock, ids, logger },
    ...{ passwords, sessions, limits, answers },
    ...{ publicUrl: settings.publicUrl, graceDays: settings.organizationGraceDays },
    perPerson: settings.registration === 'closed' ? 0 : settings.organizationsPerPerson,
  });
  return {
    api,
    authenticator: createAuthenticator({
      ...{ uow, clock, signer, csrf, limits },
      foreignTokens: federation.foreignTokens,
      isAdminSecret: createSecretCheck(settings.adminSecret),
      onKeyUsed: apiKeys.usage.used,
    }),
    routes: [
      identityRoutes({ service, sessions, answers }),
      ...account.routes,
      signingKeys.routes,
      apiKeys.routes,
      operators.routes,
      ...federation.routes,
      ...organizations.routes,
    ],
    account,
    signingKeys,
    operators,
    federation,
    organizations,
    close: apiKeys.usage.close,
  };
}
