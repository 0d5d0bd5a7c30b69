import type {
  IdentityProvider,
  IdentityProviderBody,
  IdentityProviderPatch,
} from '../../../../../client/index.ts';
import type { Role } from '../../../shared/roles.ts';

export interface RoleRule {
  /** Tells rows of the form apart. */
  readonly key: string;
  readonly value: string;
  readonly role: Role;
}

export interface DestinationRule {
  readonly key: string;
  readonly organizationId: string;
  /** Empty: everybody whom the provider knows. */
  readonly claimValue: string;
}

/** The form of an identity provider; texts as they are typed. */
export interface ProviderValues {
  slug: string;
  label: string;
  issuer: string;
  enabled: boolean;
  clientId: string;
  /** Empty: what is there stays. */
  clientSecret: string;
  scopes: string;
  bearerAudience: string;
  /** A path into the claims, its member names separated by spaces. */
  organizationClaim: string;
  organizations: DestinationRule[];
  opensEverything: boolean;
  roleClaim: string;
  roles: RoleRule[];
  /** `none`: who has no role there does not get in. */
  defaultRole: Role | 'none';
  syncRoles: boolean;
  createUsers: boolean;
  linkVerifiedEmail: boolean;
  trustEmail: boolean;
  /** Separated by spaces or commas. */
  emailDomains: string;
  trustSecondFactor: boolean;
  /** Separated by spaces. */
  secondFactorAcr: string;
  webhookFormat: 'none' | 'standard' | 'auth0';
  /** Empty: what is there stays. */
  webhookSecret: string;
}

export const EMPTY: ProviderValues = {
  slug: '',
  label: '',
  issuer: '',
  enabled: true,
  clientId: '',
  clientSecret: '',
  scopes: 'openid email profile',
  bearerAudience: '',
  organizationClaim: '',
  organizations: [],
  opensEverything: false,
  roleClaim: '',
  roles: [],
  defaultRole: 'regular',
  syncRoles: false,
  createUsers: false,
  linkVerifiedEmail: false,
  trustEmail: false,
  emailDomains: '',
  trustSecondFactor: false,
  secondFactorAcr: '',
  webhookFormat: 'none',
  webhookSecret: '',
};

export function valuesOf(provider: IdentityProvider): ProviderValues {
  return {
    ...EMPTY,
    slug: provider.slug,
    label: provider.label,
    issuer: provider.issuer,
    enabled: provider.enabled,
    clientId: provider.clientId ?? '',
    scopes: provider.scopes.join(' '),
    bearerAudience: provider.bearerAudience ?? '',
    organizationClaim: provider.organizationClaim?.join(' ') ?? '',
    organizations: provider.organizations.map(({ organizationId, claimValue }) => ({
      key: `${organizationId} ${claimValue ?? ''}`,
      organizationId,
      claimValue: claimValue ?? '',
    })),
    opensEverything: provider.opensEverything,
    roleClaim: provider.roleClaim?.join(' ') ?? '',
    roles: Object.entries(provider.roles).map(([value, role]) => ({ key: value, value, role })),
    defaultRole: provider.defaultRole ?? 'none',
    syncRoles: provider.syncRoles,
    createUsers: provider.createUsers,
    linkVerifiedEmail: provider.linkVerifiedEmail,
    trustEmail: provider.trustEmail,
    emailDomains: provider.emailDomains.join(' '),
    trustSecondFactor: provider.trustSecondFactor,
    secondFactorAcr: provider.secondFactorAcr.join(' '),
    webhookFormat: provider.webhookFormat ?? 'none',
  };
}

/** A new provider, as the API wants it. */
export function bodyOf(values: ProviderValues): IdentityProviderBody {
  return {
    ...settingsOf(values),
    slug: values.slug.trim(),
    issuer: values.issuer.trim(),
    ...secretsOf(values, null),
  };
}

/** What replaces the settings of a provider; its issuer cannot change, and secrets that were not typed stay. */
export function patchOf(values: ProviderValues, provider: IdentityProvider): IdentityProviderPatch {
  return { ...settingsOf(values), slug: values.slug.trim(), ...secretsOf(values, provider.webhookFormat) };
}

function settingsOf(values: ProviderValues) {
  return {
    label: values.label.trim(),
    enabled: values.enabled,
    clientId: orNull(values.clientId),
    scopes: wordsOf(values.scopes),
    bearerAudience: orNull(values.bearerAudience),
    organizationClaim: pathOf(values.organizationClaim),
    organizations: values.organizations
      .filter(({ organizationId }) => organizationId !== '')
      .map(({ organizationId, claimValue }) => ({ organizationId, claimValue: orNull(claimValue) })),
    opensEverything: values.opensEverything,
    roleClaim: pathOf(values.roleClaim),
    roles: Object.fromEntries(
      values.roles.filter(({ value }) => value.trim() !== '').map(({ value, role }) => [value.trim(), role]),
    ),
    defaultRole: values.defaultRole === 'none' ? null : values.defaultRole,
    syncRoles: values.syncRoles,
    createUsers: values.createUsers,
    linkVerifiedEmail: values.linkVerifiedEmail,
    trustEmail: values.trustEmail,
    emailDomains: wordsOf(values.emailDomains),
    trustSecondFactor: values.trustSecondFactor,
    secondFactorAcr: wordsOf(values.secondFactorAcr),
  };
}

function secretsOf(values: ProviderValues, was: IdentityProvider['webhookFormat']) {
  const { clientSecret, webhookFormat, webhookSecret } = values;
  return {
    ...(clientSecret === '' ? {} : { clientSecret }),
    ...(webhookFormat === 'none' && was !== null ? { webhook: null } : {}),
    ...(webhookFormat !== 'none' && webhookSecret !== ''
      ? { webhook: { format: webhookFormat, secrets: [webhookSecret] } }
      : {}),
  };
}

function orNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim();
}

function wordsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

function pathOf(text: string): string[] | null {
  const path = wordsOf(text);
  return path.length === 0 ? null : path;
}
