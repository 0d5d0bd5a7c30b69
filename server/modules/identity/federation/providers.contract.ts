import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../../../testing/database.ts';
import { ADMIN_SECRET, ORIGIN } from '../../../testing/federation-world.ts';
import { identityStage } from '../../../testing/identity-stage.ts';
import type { IdentityWorld, Joined } from '../../../testing/identity-world.ts';

const PATH = '/api/v1/operator/identity-providers';
const ISSUER = 'https://issuer.example';

/** How operators set identity providers up, on one kind of database. */
export function providersContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`identity providers of operators: ${name}`, () => {
    const stage = identityStage(open);
    let db: TestDatabase;
    let world: IdentityWorld;
    let founder: Joined;

    beforeAll(async () => {
      ({ db, world } = stage.now());
      founder = await world.join('founder@here.example');
    });
    beforeEach(() => db.owner('delete from identity_providers'));

    const call = (
      method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
      path = '',
      payload?: object,
      headers: Record<string, string> = ADMIN_SECRET,
    ) => world.http.inject({ method, url: `${PATH}${path}`, headers, ...(payload ? { payload } : {}) });
    const body = (changes: object = {}) => ({ slug: 'acme', label: 'Acme', issuer: ISSUER, ...changes });
    const change = (id: string, version: number, payload: object) =>
      call('PATCH', `/${id}`, payload, { ...ADMIN_SECRET, 'if-match': `"${version}"` });

    test('are made with careful defaults, read, listed, changed and deleted', async () => {
      const made = await call('POST', '', body({ clientId: 'us', clientSecret: 'a secret of ours' }));
      expect(made.statusCode).toBe(201);
      const view = made.json();
      expect(view).toMatchObject({
        ...{ slug: 'acme', enabled: true, createUsers: false, linkVerifiedEmail: false, trustEmail: false },
        ...{
          syncRoles: false,
          organizations: [],
          opensEverything: false,
          defaultRole: 'regular',
          bearerAudience: null,
          version: 1,
        },
        ...{ hasClientSecret: true, webhookFormat: null, scopes: ['openid', 'email', 'profile'] },
        redirectUri: `${ORIGIN}/api/v1/auth/oidc/acme/callback`,
        webhookUrl: `${ORIGIN}/api/v1/auth/webhooks/acme`,
        backchannelLogoutUrl: `${ORIGIN}/api/v1/auth/oidc/acme/backchannel-logout`,
      });
      expect(made.headers.location).toBe(`${PATH}/${view.id}`);
      expect((await call('GET', `/${view.id}`)).json()).toEqual(view);
      expect((await call('GET')).json()).toEqual({ items: [view], nextCursor: null });

      const organizations = [{ organizationId: founder.organizationId, claimValue: null }];
      const changed = await change(view.id, 1, { label: ' New ', organizations });
      expect(changed.json()).toMatchObject({
        label: 'New',
        organizations,
        hasClientSecret: true,
        version: 2,
      });
      expect(changed.headers.etag).toBe('"2"');
      const providers = await world.http.inject({ url: '/api/v1/auth/oidc/providers' });
      expect(providers.json()).toEqual({ items: [{ id: 'acme', label: 'New' }] });

      expect((await call('DELETE', `/${view.id}`)).statusCode).toBe(204);
      expect((await call('GET', `/${view.id}`)).json()).toMatchObject({
        code: 'federation.provider_not_found',
      });
      for (const action of ['created', 'changed', 'deleted'])
        expect(await world.audited(`identity_provider.${action}`)).toContainEqual(
          expect.objectContaining({ targetId: view.id }),
        );
    });

    test('secrets go in and never come out', async () => {
      const secrets = [`whsec_${Buffer.alloc(32, 1).toString('base64')}`];
      const webhook = { format: 'standard', secrets };
      const made = await call('POST', '', body({ clientId: 'us', clientSecret: 'hush hush', webhook }));
      const { id } = made.json();
      await change(id, 1, { clientSecret: 'hush again' });
      const trail = await db.owner(
        "select before, after, details from audit_events where action like 'identity_provider.%'",
      );
      const rows = await db.owner(
        "select *, encode(client_secret, 'escape') as a, encode(webhook_secrets, 'escape') as b from identity_providers",
      );
      const seen = [
        made.body,
        (await call('GET', `/${id}`)).body,
        JSON.stringify(trail),
        JSON.stringify(rows),
      ];
      for (const text of seen) for (const secret of ['hush', ...secrets]) expect(text).not.toContain(secret);
    });

    test('a stale version, a missing one and another’s slug are refused', async () => {
      const { id } = (await call('POST', '', body())).json();
      expect((await change(id, 2, { label: 'x' })).json()).toMatchObject({
        ...{ status: 412, code: 'federation.provider_changed', currentVersion: 1 },
      });
      expect((await call('PATCH', `/${id}`, { label: 'x' })).statusCode).toBe(428);
      expect((await call('POST', '', body())).json()).toMatchObject({
        status: 409,
        code: 'federation.provider_exists',
      });
      const bearer = { slug: 'one', bearerAudience: 'us' };
      expect((await call('POST', '', body(bearer))).statusCode).toBe(201);
      expect((await call('POST', '', body({ ...bearer, slug: 'two' }))).json()).toMatchObject({
        status: 409,
      });
    });

    test.each<[string, object, string]>([
      ['a slug with a slash', { slug: 'a/b' }, 'request.invalid_body'],
      ['a slug in capitals', { slug: 'Acme' }, 'request.invalid_body'],
      ['an issuer that is no address', { issuer: 'acme' }, 'request.invalid_body'],
      ['an issuer of another kind', { issuer: 'file:///etc/passwd' }, 'federation.invalid_provider'],
      ['an issuer with a query', { issuer: `${ISSUER}?a` }, 'federation.invalid_provider'],
      ['an issuer with a user', { issuer: 'https://a:b@issuer.example' }, 'federation.invalid_provider'],
      ['no scope openid', { clientId: 'us', scopes: ['email'] }, 'federation.invalid_provider'],
      ['a scope with a blank', { scopes: ['openid email'] }, 'request.invalid_body'],
      ['a secret without a client', { clientSecret: 'x' }, 'federation.invalid_provider'],
      ['ID tokens as bearer tokens', { clientId: 'us', bearerAudience: 'us' }, 'federation.invalid_provider'],
      ['trust without domains', { trustEmail: true }, 'federation.invalid_provider'],
      ['a domain that is none', { emailDomains: ['@acme'] }, 'federation.invalid_provider'],
      ['roles without a claim', { roles: { a: 'admin' } }, 'federation.invalid_provider'],
      ['a role that is none', { roleClaim: ['r'], roles: { a: 'owner' } }, 'request.invalid_body'],
      ['roles that follow nothing', { syncRoles: true }, 'federation.invalid_provider'],
      ['an empty claim', { roleClaim: [] }, 'request.invalid_body'],
      [
        'values without a claim',
        { organizations: [{ organizationId: '019a0000-0000-7000-8000-000000000000', claimValue: 'x' }] },
        'federation.invalid_provider',
      ],
      [
        'an organization that is none',
        { organizations: [{ organizationId: '019a0000-0000-7000-8000-000000000000', claimValue: null }] },
        'federation.invalid_provider',
      ],
      [
        'a weak signing secret',
        { webhook: { format: 'standard', secrets: ['whsec_c2hvcnQ='] } },
        'federation.invalid_provider',
      ],
      [
        'a signing secret that is no base64',
        { webhook: { format: 'standard', secrets: ['!'.repeat(40)] } },
        'federation.invalid_provider',
      ],
      ['a short token', { webhook: { format: 'auth0', secrets: ['short'] } }, 'federation.invalid_provider'],
      ['a member that nobody knows', { admin: true }, 'request.invalid_body'],
    ])('%s is refused', async (_name, changes, code) => {
      expect((await call('POST', '', body(changes))).json()).toMatchObject({ status: 422, code });
      expect(await db.owner('select from identity_providers')).toEqual([]);
    });

    test('the issuer stays: identities are known by it', async () => {
      const { id } = (await call('POST', '', body())).json();
      expect((await change(id, 1, { issuer: 'https://other.example' })).json()).toMatchObject({
        code: 'federation.invalid_provider',
      });
    });

    test('are for operators only', async () => {
      const { id } = (await call('POST', '', body())).json();
      const admin = { authorization: `Bearer ${founder.program.accessToken}` };
      for (const headers of [admin, {}, { 'x-admin-secret': 'a guess' }]) {
        for (const [method, path, payload] of [
          ['GET', '', undefined],
          ['POST', '', body({ slug: 'mine' })],
          ['GET', `/${id}`, undefined],
          ['PATCH', `/${id}`, { enabled: false }],
          ['DELETE', `/${id}`, undefined],
        ] as const)
          expect([401, 403]).toContain((await call(method, path, payload, headers)).statusCode);
      }
      expect((await call('GET', `/${id}`)).json()).toMatchObject({ enabled: true, version: 1 });
      expect((await call('GET', '/not-an-id')).statusCode).toBe(404);
    });

    test('an admin sees the providers that lead to the organization, and nothing of others', async () => {
      const other = await world.join(`other${Date.now()}@there.example`);
      await call('POST', '', {
        ...body({ clientId: 'us', clientSecret: 'hush', organizationClaim: ['department'] }),
        organizations: [
          { organizationId: founder.organizationId, claimValue: 'here' },
          { organizationId: other.organizationId, claimValue: 'secret department' },
        ],
      });
      const see = (joined: Joined, id = joined.organizationId) =>
        world.http.inject({
          url: `/api/v1/organizations/${id}/sso`,
          headers: { authorization: `Bearer ${joined.program.accessToken}` },
        });
      const seen = await see(founder);
      expect(seen.json()).toEqual({
        ssoOnly: false,
        providers: [
          {
            ...{ id: 'acme', label: 'Acme', issuer: ISSUER, signsIn: true, acceptsBearer: false },
            ...{ claimValues: ['here'], createUsers: false, syncRoles: false, defaultRole: 'regular' },
          },
        ],
      });
      expect(seen.body).not.toContain('secret department');
      expect((await see(founder, other.organizationId)).statusCode).toBe(404);
    });
  });
}
