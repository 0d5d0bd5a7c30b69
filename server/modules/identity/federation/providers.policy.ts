import { emailKeyOf } from '../identity.policy.ts';
import { invalidProvider } from './federation.errors.ts';
import type { Destination, ProviderRow, WebhookFormat } from './federation.tables.ts';

/** A provider's settings with every member given. */
export interface ProviderSettings {
  readonly slug: string;
  readonly label: string;
  readonly enabled: boolean;
  readonly issuer: string;
  readonly clientId: string | null;
  readonly clientSecret: string | null;
  readonly scopes: readonly string[];
  readonly bearerAudience: string | null;
  readonly organizationClaim: readonly string[] | null;
  readonly organizations: readonly Destination[];
  readonly opensEverything: boolean;
  readonly roleClaim: readonly string[] | null;
  readonly roles: ProviderRow['roles'];
  readonly defaultRole: ProviderRow['default_role'];
  readonly syncRoles: boolean;
  readonly createUsers: boolean;
  readonly linkVerifiedEmail: boolean;
  readonly trustEmail: boolean;
  readonly emailDomains: readonly string[];
  readonly trustSecondFactor: boolean;
  readonly secondFactorAcr: readonly string[];
  readonly webhook: WebhookSettings | null;
}

export interface WebhookSettings {
  readonly format: WebhookFormat;
  readonly secrets: readonly string[];
}

/** What a new provider has unless it is said: nobody is let in by default that an operator did not think of. */
export const PROVIDER_DEFAULTS = {
  enabled: true,
  clientId: null,
  clientSecret: null,
  scopes: ['openid', 'email', 'profile'],
  bearerAudience: null,
  organizationClaim: null,
  organizations: [],
  opensEverything: false,
  roleClaim: null,
  roles: {},
  defaultRole: 'regular',
  syncRoles: false,
  createUsers: false,
  linkVerifiedEmail: false,
  trustEmail: false,
  emailDomains: [],
  trustSecondFactor: false,
  secondFactorAcr: [],
  webhook: null,
} as const satisfies Partial<ProviderSettings>;

/** Bytes of a Standard Webhooks key (its specification asks for 24 to 64), and the least length of a bearer token. */
const MIN_KEY = 24;
const MIN_TOKEN = 24;

/** Checks settings as a whole and brings domains into one spelling. Throws `federation.invalid_provider`. */
export function checkProvider(settings: ProviderSettings): ProviderSettings {
  checkIssuer(settings.issuer);
  if (settings.clientId !== null && !settings.scopes.includes('openid'))
    throw invalidProvider('/scopes', 'Signing in needs the scope “openid”.');
  if (settings.clientId === null && settings.clientSecret !== null)
    throw invalidProvider('/clientSecret', 'A client secret is of no use without clientId.');
  if (settings.bearerAudience !== null && settings.bearerAudience === settings.clientId)
    throw invalidProvider(
      '/bearerAudience',
      'The audience of ID tokens is clientId: an ID token is no access token.',
    );
  const emailDomains = settings.emailDomains.map(checkDomain);
  if (settings.trustEmail && emailDomains.length === 0)
    throw invalidProvider(
      '/trustEmail',
      'trustEmail needs emailDomains: the domains that the provider may speak for.',
    );
  const byClaim = settings.organizations.some(({ claimValue }) => claimValue !== null);
  if (byClaim && settings.organizationClaim === null)
    throw invalidProvider('/organizationClaim', 'organizations names claim values, but no claim is set.');
  if (Object.keys(settings.roles).length > 0 && settings.roleClaim === null)
    throw invalidProvider('/roleClaim', 'roles is of no use without roleClaim.');
  if (settings.syncRoles && settings.roleClaim === null)
    throw invalidProvider('/syncRoles', 'syncRoles is of no use without roleClaim.');
  if (settings.webhook) checkWebhook(settings.webhook);
  const unique = new Set(
    settings.organizations.map((one) => JSON.stringify([one.organizationId, one.claimValue])),
  );
  if (unique.size < settings.organizations.length)
    throw invalidProvider('/organizations', 'organizations names the same thing twice.');
  return { ...settings, label: settings.label.trim(), emailDomains };
}

/** OpenID Connect Discovery, 3: a URL without query and fragment. Whether it may be reached is the outbound door's to say. */
function checkIssuer(issuer: string): void {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  const web = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (!url || !web || /[?#\s]/.test(issuer) || url.username !== '' || url.password !== '')
    throw invalidProvider('/issuer', 'The issuer is an https address without query, fragment and user.');
}

function checkDomain(domain: string): string {
  const lower = domain.trim().normalize('NFKC').toLowerCase();
  if (!/^[^\s@.]+(\.[^\s@.]+)+$/u.test(lower) || emailKeyOf(`a@${lower}`) === undefined)
    throw invalidProvider('/emailDomains', `“${domain}” is not a domain, such as example.org.`);
  return lower;
}

function checkWebhook({ format, secrets }: WebhookSettings): void {
  for (const secret of secrets) {
    if (format === 'auth0') {
      if (secret.length < MIN_TOKEN || !/^[\x21-\x7e]+$/.test(secret))
        throw invalidProvider('/webhook', `A token has at least ${MIN_TOKEN} characters, and no blanks.`);
    } else if ((webhookKey(secret)?.length ?? 0) < MIN_KEY) {
      throw invalidProvider('/webhook', 'A signing secret is “whsec_” and at least 24 bytes in base64.');
    }
  }
}

/** The key in a Standard Webhooks secret, with or without its prefix; undefined where it is no base64. */
export function webhookKey(secret: string): Uint8Array | undefined {
  const text = secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : secret;
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0
    ? Buffer.from(text, 'base64')
    : undefined;
}
