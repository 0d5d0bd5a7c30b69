import { describe, expect, test } from 'vitest';
import type { IdentityProvider } from '../../../../../client/index.ts';
import { bodyOf, EMPTY, patchOf, valuesOf } from './provider-values.ts';

const PROVIDER: IdentityProvider = {
  id: '01a1fc13-58eb-7388-b3c4-b2d25414b26f',
  version: 3,
  slug: 'acme',
  label: 'Acme',
  issuer: 'https://login.acme.example',
  enabled: true,
  clientId: 'scriptorium',
  hasClientSecret: true,
  scopes: ['openid', 'email'],
  bearerAudience: null,
  organizationClaim: ['https://acme.example/org'],
  organizations: [
    { organizationId: 'a', claimValue: 'north' },
    { organizationId: 'b', claimValue: null },
  ],
  opensEverything: false,
  roleClaim: ['realm_access', 'roles'],
  roles: { editor: 'power' },
  defaultRole: null,
  syncRoles: true,
  createUsers: true,
  linkVerifiedEmail: false,
  trustEmail: true,
  emailDomains: ['acme.example', 'acme.test'],
  trustSecondFactor: false,
  secondFactorAcr: ['phr', 'urn:acme:mfa'],
  webhookFormat: 'standard',
  webhookUrl: 'https://host.example/hook',
  backchannelLogoutUrl: 'https://host.example/logout',
  postLogoutRedirectUri: 'https://host.example/sign-in',
  redirectUri: 'https://host.example/back',
  createdAt: '2026-11-21T03:08:08.812Z',
  updatedAt: '2026-11-21T03:08:08.812Z',
};

describe('the form of an identity provider', () => {
  test('what is not touched is sent back as it was, without secrets and issuer', () => {
    const {
      id,
      version,
      issuer,
      hasClientSecret,
      webhookFormat,
      webhookUrl,
      backchannelLogoutUrl,
      postLogoutRedirectUri,
      redirectUri,
      createdAt,
      updatedAt,
      ...settings
    } = PROVIDER;
    expect(patchOf(valuesOf(PROVIDER), PROVIDER)).toEqual(settings);
  });

  test('a new one needs little, and empty fields are null', () => {
    expect(
      bodyOf({
        ...EMPTY,
        slug: 'x',
        label: ' X ',
        issuer: 'https://x.example ',
        clientId: 'c',
        clientSecret: 's',
      }),
    ).toMatchObject({
      slug: 'x',
      label: 'X',
      issuer: 'https://x.example',
      clientId: 'c',
      clientSecret: 's',
      bearerAudience: null,
      organizationClaim: null,
      organizations: [],
      roles: {},
      defaultRole: 'regular',
    });
  });

  test('rules without a value are dropped, lists are split', () => {
    const body = bodyOf({
      ...EMPTY,
      emailDomains: 'a.example, b.example\nc.example',
      roles: [
        { key: '1', value: ' ', role: 'admin' },
        { key: '2', value: 'editor ', role: 'power' },
      ],
      organizations: [{ key: '1', organizationId: '', claimValue: 'north' }],
    });
    expect(body.emailDomains).toEqual(['a.example', 'b.example', 'c.example']);
    expect(body.roles).toEqual({ editor: 'power' });
    expect(body.organizations).toEqual([]);
  });

  test('the webhook is set, kept and taken away', () => {
    const values = valuesOf(PROVIDER);
    expect(patchOf({ ...values, webhookFormat: 'none' }, PROVIDER).webhook).toBeNull();
    expect(patchOf({ ...values, webhookSecret: 'new' }, PROVIDER).webhook).toEqual({
      format: 'standard',
      secrets: ['new'],
    });
    expect('webhook' in bodyOf(EMPTY)).toBe(false);
  });
});
