import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ROLES } from '../../../kernel/actor.ts';
import {
  claimAt,
  domainAllowed,
  organizationsIn,
  profileOf,
  roleOf,
  safeReturnTo,
} from './federation.policy.ts';

const PUBLIC = 'https://scriptorium.example';

describe('the way back', () => {
  test.each([
    ['/', '/'],
    ['/library?q=a&b=c#top', '/library?q=a&b=c#top'],
    ['/a/../b', '/b'],
    [undefined, '/'],
    ['', '/'],
    ['library', '/'],
    ['//evil.example', '/'],
    ['///evil.example', '/'],
    ['/\\evil.example', '/'],
    ['\\/evil.example', '/'],
    ['/\tevil', '/'],
    ['/\n/evil.example', '/'],
    ['https://evil.example/', '/'],
    ['javascript:alert(1)', '/'],
    ['/api/v1/auth/logout', '/'],
    ['/x/../api/v1/auth/logout', '/'],
    ['/%2e%2e/api/v1/me', '/'],
    ['/..//evil.example', '/'],
    ['/é', '/'],
  ])('%j → %j', (given, way) => {
    expect(safeReturnTo(given, PUBLIC)).toBe(way);
  });

  test('is always a path of ours', () => {
    const odd = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webUrl(),
      fc
        .array(
          fc.constantFrom('/', '\\', '.', '@', ':', '%2f', '%5c', '\t', '?', '#', 'evil.example', 'https:'),
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(odd, (given) => {
        const way = safeReturnTo(given, PUBLIC);
        expect(way).toMatch(/^\/(?!\/)/);
        const target = new URL(`${PUBLIC}${way}`);
        expect(target.origin).toBe(PUBLIC);
        expect(target.pathname.startsWith('/api/')).toBe(false);
        expect(new URL(way, PUBLIC).href).toBe(target.href);
      }),
    );
  });
});

describe('claims', () => {
  test('are read by path, own members only', () => {
    const claims = { 'https://a.example/roles': ['x'], realm: { roles: ['y'] }, list: [['z']] };
    expect(claimAt(claims, ['https://a.example/roles'])).toEqual(['x']);
    expect(claimAt(claims, ['realm', 'roles'])).toEqual(['y']);
    for (const path of [
      ['__proto__'],
      ['constructor', 'name'],
      ['realm', 'toString'],
      ['realm', 'roles', 'length', 'x'],
      ['none', 'x'],
    ])
      expect(claimAt(claims, path)).toBeUndefined();
  });

  const mapping = {
    role_claim: ['r'],
    roles: { a: 'guest', b: 'admin', c: 'power' } as const,
    default_role: 'regular' as const,
  };

  test('give the highest role of those that match', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd', '__proto__', 'constructor')), (values) => {
        const given = new Set<string>(values);
        const expected = given.has('b')
          ? 'admin'
          : given.has('c')
            ? 'power'
            : given.has('a')
              ? 'guest'
              : 'regular';
        expect(roleOf(mapping, { r: values })).toBe(expected);
      }),
    );
  });

  test('of any shape give a role, none, or say nothing', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (claims, r) => {
        const role = roleOf(mapping, { ...claims, r });
        expect([...ROLES, undefined]).toContain(role);
        const profile = profileOf({ trust_email: false }, { ...claims, sub: r });
        if (profile) expect(profile.subject).toBe(r);
        organizationsIn({ organization_claim: ['r'] }, [{ organizationId: 'o', claimValue: 'x' }], { r });
      }),
    );
    expect(roleOf(mapping, {})).toBeUndefined();
    expect(roleOf({ ...mapping, default_role: null }, { r: ['d'] })).toBeNull();
    expect(roleOf({ ...mapping, role_claim: null }, { r: ['b'] })).toBeUndefined();
  });

  test('lead to organizations by their values, or without any', () => {
    const provider = { organization_claim: ['o'] };
    const places = [
      { organizationId: '1', claimValue: 'one' },
      { organizationId: '2', claimValue: 'two' },
      { organizationId: '2', claimValue: 'zwei' },
    ];
    expect(organizationsIn(provider, places, { o: ['two', 'zwei', 'x'] })).toEqual(['2']);
    expect(organizationsIn(provider, places, { o: 'one' })).toEqual(['1']);
    expect(organizationsIn(provider, places, { o: [] })).toEqual([]);
    expect(organizationsIn(provider, places, {})).toBeUndefined();
    expect(
      organizationsIn({ organization_claim: null }, [{ organizationId: '3', claimValue: null }], {}),
    ).toEqual(['3']);
  });

  test('hold a profile: the word “true” is as good as the truth, and nothing else is', () => {
    const verified = (email_verified: unknown) =>
      profileOf({ trust_email: false }, { sub: 's', email: ' A@B.example ', email_verified })?.email;
    expect(verified(true)).toEqual({ address: 'A@B.example', key: 'a@b.example', verified: true });
    expect(verified('true')?.verified).toBe(true);
    for (const other of [false, 'false', 1, 'yes', null, undefined, {}, []])
      expect(verified(other)?.verified).toBe(false);
    for (const sub of ['', 'x'.repeat(256), 'a\0', '\ud800', 1, null, undefined, {}])
      expect(profileOf({ trust_email: false }, { sub })).toBeUndefined();
    expect(profileOf({ trust_email: false }, { sub: 's', name: ' a\u0000\nb ' })?.name).toBe('a b');
    expect(profileOf({ trust_email: false }, { sub: 's', given_name: 'Ada', family_name: 'L' })?.name).toBe(
      'Ada L',
    );
  });

  test('domains are whole', () => {
    const provider = { email_domains: ['acme.example'] };
    expect(domainAllowed(provider, 'a@acme.example')).toBe(true);
    for (const other of [
      'a@sub.acme.example',
      'a@evilacme.example',
      'acme.example@evil.example',
      'a@acme.example.evil',
    ])
      expect(domainAllowed(provider, other)).toBe(false);
    expect(domainAllowed({ email_domains: [] }, 'a@any.example')).toBe(true);
  });
});
