import type { ProviderValues } from './provider-values.ts';

interface Preset {
  readonly name: string;
  /** What the issuer looks like there. */
  readonly issuer: string;
  /** What is particular to it; the guide says the rest. */
  readonly hint: string;
  readonly values: Partial<ProviderValues>;
}

/** What the guides under docs/sign-in/ say, as far as a form can know it beforehand. */
export const PRESETS = {
  other: {
    name: 'Another provider of OpenID Connect',
    issuer: 'https://login.example.org',
    hint: 'The issuer stands in its discovery document, under /.well-known/openid-configuration.',
    values: {},
  },
  auth0: {
    name: 'Auth0',
    issuer: 'https://TENANT.REGION.auth0.com/',
    hint: 'The issuer ends with a slash. Make a “Regular Web Application” that signs with RS256.',
    values: { slug: 'auth0', label: 'Auth0', createUsers: true, linkVerifiedEmail: true },
  },
  clerk: {
    name: 'Clerk',
    issuer: 'https://clerk.example.org',
    hint: 'Add an OAuth application with the scopes openid, email and profile. The issuer is the Frontend API URL, without a slash.',
    values: { slug: 'clerk', label: 'Clerk', createUsers: true, linkVerifiedEmail: true },
  },
  google: {
    name: 'Google',
    issuer: 'https://accounts.google.com',
    hint: 'Without mail domains everybody with a Google account gets in. For a Workspace, take the organization claim “hd”.',
    values: {
      slug: 'google',
      label: 'Google',
      issuer: 'https://accounts.google.com',
      createUsers: true,
      linkVerifiedEmail: true,
    },
  },
  microsoft: {
    name: 'Microsoft Entra ID',
    issuer: 'https://login.microsoftonline.com/TENANT_ID/v2.0',
    hint: 'Entra does not say whether an address is verified: name your own mail domains, whose addresses your tenant gives out.',
    values: {
      slug: 'microsoft',
      label: 'Microsoft',
      createUsers: true,
      trustEmail: true,
      roleClaim: 'roles',
      syncRoles: true,
    },
  },
  keycloak: {
    name: 'Keycloak',
    issuer: 'https://keycloak.example.org/realms/REALM',
    hint: 'In a private network it must be allowed by OUTBOUND_ALLOW. Realm roles are in ID tokens only when the mapper adds them.',
    values: {
      slug: 'keycloak',
      label: 'Keycloak',
      createUsers: true,
      linkVerifiedEmail: true,
      roleClaim: 'realm_access roles',
      syncRoles: true,
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof PRESETS;

export const PRESET_OPTIONS = Object.entries(PRESETS).map(([value, { name }]) => ({ value, label: name }));

export function asPreset(value: string): PresetName {
  const names = Object.keys(PRESETS) as PresetName[];
  return names.find((name) => name === value) ?? 'other';
}
