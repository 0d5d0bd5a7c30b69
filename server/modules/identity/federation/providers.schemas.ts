import { type Static, Type } from 'typebox';
import { ROLES } from '../../../kernel/actor.ts';
import { Id, Nullable, OneOf, PageOf, Timestamp } from '../../../platform/http/schemas.ts';
import type { Destination, ProviderRow } from './federation.tables.ts';

const Claim = Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
  minItems: 1,
  maxItems: 5,
  description: 'a path into the claims, one member name an element: `["realm_access", "roles"]`',
});

const DestinationShape = Type.Object(
  {
    organizationId: Id,
    claimValue: Nullable(
      Type.String({ minLength: 1, maxLength: 255, description: 'null: everybody whom the provider knows' }),
    ),
  },
  { additionalProperties: false },
);

/** What operators may read of a provider, and set. */
const SETTINGS = {
  slug: Type.String({
    pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
    description: 'names the provider in addresses: /auth/oidc/{slug}/callback',
  }),
  label: Type.String({ minLength: 1, maxLength: 200, description: 'on the sign-in page' }),
  enabled: Type.Boolean(),
  issuer: Type.String({
    minLength: 1,
    maxLength: 500,
    format: 'uri',
    description: 'exactly as in the provider’s discovery document',
  }),
  clientId: Nullable(
    Type.String({ minLength: 1, maxLength: 500, description: 'null: nobody signs in by it in a browser' }),
  ),
  scopes: Type.Array(Type.String({ pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,200}$' }), { maxItems: 20 }),
  bearerAudience: Nullable(
    Type.String({
      minLength: 1,
      maxLength: 500,
      description: 'the `aud` of its access tokens that are accepted as bearer tokens; null: none are',
    }),
  ),
  organizationClaim: Nullable(Claim),
  organizations: Type.Array(DestinationShape, {
    maxItems: 500,
    description:
      'where it leads, and all that its sign-ins open; empty: nobody gets in, unless opensEverything',
  }),
  opensEverything: Type.Boolean({
    description:
      'its sign-ins open whatever its people belong to: only for a provider that you trust with every organization',
  }),
  roleClaim: Nullable(Claim),
  roles: Type.Record(Type.String({ minLength: 1, maxLength: 255 }), OneOf(ROLES), {
    maxProperties: 500,
    description: 'role for each value of the role claim; the highest counts',
  }),
  defaultRole: Nullable(OneOf(ROLES, 'for whom no value matches; null: they are not let in')),
  syncRoles: Type.Boolean({ description: 'roles follow the claims at each sign-in, down as well as up' }),
  createUsers: Type.Boolean({ description: 'make accounts and memberships for whoever comes' }),
  linkVerifiedEmail: Type.Boolean({
    description: 'join to an existing account with the same address, where both sides have verified it',
  }),
  trustEmail: Type.Boolean({
    description: 'addresses count as verified without the provider’s saying so; needs emailDomains',
  }),
  emailDomains: Type.Array(Type.String({ minLength: 1, maxLength: 253 }), {
    maxItems: 100,
    description: 'empty: any',
  }),
  trustSecondFactor: Type.Boolean({
    description:
      'everybody who comes from it has shown a second factor there, without its saying so in each token',
  }),
  secondFactorAcr: Type.Array(Type.String({ pattern: '^[\\x21-\\x7e]{1,200}$' }), {
    maxItems: 20,
    description:
      'values of `acr` that mean a second factor; asked for at each sign-in. `amr` (RFC 8176) is always looked at',
  }),
};

const Secret = Type.String({ minLength: 1, maxLength: 1000 });
const Webhook = Type.Object(
  {
    format: OneOf(
      ['standard', 'auth0'],
      'standard: Standard Webhooks (Clerk, Svix); auth0: Event Streams with a bearer token',
    ),
    secrets: Type.Array(Secret, {
      minItems: 1,
      maxItems: 3,
      description: 'all are valid: for replacing one',
    }),
  },
  { additionalProperties: false },
);

const { slug, label, issuer, ...OPTIONAL } = SETTINGS;
const SECRETS = { clientSecret: Nullable(Secret), webhook: Nullable(Webhook) };

export const ProviderBody = Type.Object(
  { slug, label, issuer, ...Type.Partial(Type.Object({ ...OPTIONAL, ...SECRETS })).properties },
  { additionalProperties: false },
);
export type ProviderBody = Static<typeof ProviderBody>;

/** `PATCH` with `If-Match: "<version>"`; what is left out stays. */
export const ProviderPatch = Type.Partial(Type.Object({ ...SETTINGS, ...SECRETS }), {
  additionalProperties: false,
});
export type ProviderPatch = Static<typeof ProviderPatch>;

export const ProviderView = Type.Object({
  id: Id,
  ...SETTINGS,
  hasClientSecret: Type.Boolean(),
  webhookFormat: Nullable(OneOf(['standard', 'auth0'])),
  redirectUri: Type.String({ description: 'to be registered with the provider, exactly' }),
  postLogoutRedirectUri: Type.String({
    description: 'where browsers come back to when they have signed out there; to be registered too',
  }),
  webhookUrl: Type.String(),
  backchannelLogoutUrl: Type.String({
    description:
      'for a provider that tells when somebody signs out there (OpenID Connect Back-Channel Logout)',
  }),
  version: Type.Integer(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type ProviderView = Static<typeof ProviderView>;

export const ProviderPage = PageOf(ProviderView);

/** Addresses that a provider is told. */
export interface ProviderAddresses {
  redirectUri(slug: string): string;
  readonly postLogoutRedirectUri: string;
  webhookUrl(slug: string): string;
  backchannelLogoutUrl(slug: string): string;
}

export function toProviderView(
  row: ProviderRow,
  destinations: readonly Destination[],
  addresses: ProviderAddresses,
): ProviderView {
  return {
    id: row.id,
    slug: row.slug,
    label: row.label,
    enabled: row.enabled,
    issuer: row.issuer,
    clientId: row.client_id,
    scopes: row.scopes,
    bearerAudience: row.bearer_audience,
    organizationClaim: row.organization_claim,
    organizations: [...destinations],
    opensEverything: row.opens_everything,
    roleClaim: row.role_claim,
    roles: row.roles,
    defaultRole: row.default_role,
    syncRoles: row.sync_roles,
    createUsers: row.create_users,
    linkVerifiedEmail: row.link_verified_email,
    trustEmail: row.trust_email,
    emailDomains: row.email_domains,
    trustSecondFactor: row.trust_second_factor,
    secondFactorAcr: row.second_factor_acr,
    hasClientSecret: row.client_secret !== null,
    webhookFormat: row.webhook_format,
    redirectUri: addresses.redirectUri(row.slug),
    postLogoutRedirectUri: addresses.postLogoutRedirectUri,
    webhookUrl: addresses.webhookUrl(row.slug),
    backchannelLogoutUrl: addresses.backchannelLogoutUrl(row.slug),
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
