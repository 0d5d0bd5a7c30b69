import { type Static, Type } from 'typebox';
import { ROLES } from '../../../kernel/actor.ts';
import { Nullable, OneOf } from '../../../platform/http/schemas.ts';
import type { Destination, ProviderRow } from './federation.tables.ts';

/** A provider as the admins of an organization see it: nothing of other organizations that it leads to. */
const SsoProvider = Type.Object({
  id: Type.String({ description: 'names the provider in /auth/oidc/{provider}/start' }),
  label: Type.String(),
  issuer: Type.String(),
  signsIn: Type.Boolean({ description: 'people can sign in by it in a browser' }),
  acceptsBearer: Type.Boolean({ description: 'its access tokens are accepted as bearer tokens' }),
  claimValues: Type.Array(Type.String(), {
    description: 'values of the organization claim that lead here; empty: everybody whom the provider knows',
  }),
  createUsers: Type.Boolean(),
  syncRoles: Type.Boolean(),
  defaultRole: Nullable(OneOf(ROLES)),
});
type SsoProvider = Static<typeof SsoProvider>;

export const SsoView = Type.Object({
  ssoOnly: Type.Boolean({
    description: 'members reach the organization only through one of these providers',
  }),
  providers: Type.Array(SsoProvider),
});
export type SsoView = Static<typeof SsoView>;

export const SsoPatch = Type.Object({ ssoOnly: Type.Boolean() }, { additionalProperties: false });

/** `destinations`: the provider's own that lead to this organization. */
export function toSsoProvider(row: ProviderRow, destinations: readonly Destination[]): SsoProvider {
  const values = destinations.map(({ claimValue }) => claimValue);
  return {
    id: row.slug,
    label: row.label,
    issuer: row.issuer,
    signsIn: row.client_id !== null,
    acceptsBearer: row.bearer_audience !== null,
    claimValues: values.includes(null) ? [] : values.filter((value) => value !== null),
    createUsers: row.create_users,
    syncRoles: row.sync_roles,
    defaultRole: row.default_role,
  };
}
