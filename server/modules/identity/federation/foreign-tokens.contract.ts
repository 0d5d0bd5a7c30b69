import { beforeAll, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../../../testing/database.ts';
import { foreignTokensStage } from '../../../testing/foreign-tokens-stage.ts';
import type { HostileProvider } from '../../../testing/hostile-provider.ts';
import type { IdentityWorld } from '../../../testing/identity-world.ts';
import { issuerKeyPair } from '../../../testing/token-issuer.ts';
import { foreignTokensIssuersContract } from './foreign-tokens.issuers.contract.ts';
import { foreignTokensOrganizationsContract } from './foreign-tokens.organizations.contract.ts';

/** Access tokens of trusted issuers as bearer tokens, on one kind of database. */
export function foreignTokensContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`bearer tokens of trusted issuers: ${name}`, () => {
    const stage = foreignTokensStage(open);
    const { trust, change, token, probe, statusOf } = stage;
    let db: TestDatabase;
    let issuer: HostileProvider;
    let world: IdentityWorld;
    let organizationId: string;
    beforeAll(() => {
      ({ db, issuer, world, organizationId } = stage.now());
    });

    test('are who they say, in the organization that their issuer leads to', async () => {
      await trust();
      const bearer = await token();
      const answer = await probe(bearer);
      expect(answer.json()).toMatchObject({ kind: 'user', organizationId, role: 'regular' });
      expect(answer.json()).not.toHaveProperty('credentialId');
      const { userId } = answer.json();
      expect((await probe(bearer)).json()).toMatchObject({ userId });
      const write = await world.http.inject({
        ...{ method: 'POST', url: '/api/v1/probe', headers: { authorization: `Bearer ${bearer}` } },
      });
      expect(write.json()).toMatchObject({ userId });
      expect(await world.audited('member.added')).toContainEqual(
        expect.objectContaining({ targetId: userId }),
      );
    });

    test('of one person are the same person, and twenty at once make one account', async () => {
      await trust();
      const about = { sub: 'person|same', email: 'same@acme.example' };
      const tokens = await Promise.all([token(about), token({ ...about, jti: '2' })]);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => probe(tokens[index % 2] ?? '')),
      );
      const people = new Set(answers.map((answer) => answer.json().userId));
      expect([...people]).toHaveLength(1);
      expect(await db.owner("select from users where email = 'same@acme.example'")).toHaveLength(1);
    });

    test.each<[string, () => Promise<string>]>([
      ['another audience', () => token({ aud: 'https://other.example' })],
      ['another issuer', () => token({ iss: 'https://other.example' })],
      ['an issuer that only begins so', () => token({ iss: `${issuer.issuer}/` })],
      ['expired', () => token({ exp: Math.floor(world.clock().getTime() / 1000) - 60 })],
      ['no expiry', () => token({ exp: undefined })],
      ['an ID token’s type of another purpose', () => token({}, { typ: 'logout+jwt' })],
      ['a key that is not published', async () => token({}, {}, await issuerKeyPair('RS256', 'first'))],
      [
        'an embedded key',
        async () => {
          const own = await issuerKeyPair('RS256', 'own');
          return token({}, { jwk: own.publicJwk }, own);
        },
      ],
      ['padding', async () => `${await token()}=`],
      ['no subject', () => token({ sub: undefined })],
    ])('are refused: %s', async (_name, make) => {
      await trust();
      expect((await probe(await make())).json()).toMatchObject({
        status: 401,
        code: 'identity.invalid_token',
      });
    });

    test('are not taken from a cookie, and not where nobody trusts the issuer', async () => {
      world.pass(6);
      const bearer = await token();
      expect(await statusOf(bearer)).toBe(401);
      await trust({ bearerAudience: null });
      expect(await statusOf(bearer)).toBe(401);
      await db.owner('delete from identity_providers');
      await trust();
      const cookie = await world.http.inject({
        url: '/api/v1/probe',
        headers: { cookie: `__Host-scriptorium_access=${bearer}` },
      });
      expect(cookie.statusCode).toBe(401);
      expect(await statusOf(bearer)).toBe(200);
    });

    test('of people who may not come are refused with the reason', async () => {
      await trust({ createUsers: false });
      expect((await probe(await token())).json()).toMatchObject({ code: 'federation.account_required' });
      await change({ createUsers: true, emailDomains: ['other.example'] });
      world.pass(6);
      expect((await probe(await token())).json()).toMatchObject({ code: 'federation.domain_not_allowed' });
      await change({ emailDomains: [] }, 2);
      world.pass(6);
      expect((await probe(await token({ email_verified: false }))).json()).toMatchObject({
        code: 'federation.email_not_verified',
      });
    });

    test('a removed membership, a disabled person and a switched-off issuer count from the next request on', async () => {
      await trust();
      const bearer = await token();
      const { userId } = (await probe(bearer)).json();
      await db.owner('update users set disabled_at = now() where id = $1', [userId]);
      expect(await statusOf(bearer)).toBe(401);
      await db.owner('update users set disabled_at = null where id = $1', [userId]);
      await db.owner("update memberships set role = 'power' where user_id = $1", [userId]);
      expect((await probe(bearer)).json()).toMatchObject({ role: 'power' });
      await db.owner('delete from memberships where user_id = $1', [userId]);
      expect(await statusOf(bearer)).toBe(404);
      await db.owner("insert into memberships (organization_id, user_id, role) values ($1, $2, 'regular')", [
        organizationId,
        userId,
      ]);
      expect(await statusOf(bearer)).toBe(200);
      await change({ enabled: false });
      expect(await statusOf(bearer)).toBe(401);
    });

    test('an issuer that was switched off a moment ago makes no accounts', async () => {
      await trust();
      expect(await statusOf(await token())).toBe(200);
      await change({ enabled: false });
      const late = { sub: 'person|late', email: 'late@acme.example' };
      expect(await statusOf(await token(late))).toBe(401);
      expect(await db.owner("select from users where email = 'late@acme.example'")).toEqual([]);
    });

    test('a role follows only what the token says', async () => {
      await trust({
        ...{ roleClaim: ['https://scriptorium.example/roles'], roles: { boss: 'admin', staff: 'power' } },
        ...{ defaultRole: 'guest', syncRoles: true },
      });
      const as = async (roles: unknown) =>
        (
          await probe(
            await token({
              sub: 'person|role',
              email: 'role@acme.example',
              'https://scriptorium.example/roles': roles,
            }),
          )
        ).json().role;
      expect(await as(['staff'])).toBe('power');
      expect(await as(undefined)).toBe('power');
      expect(await as(['boss'])).toBe('admin');
      expect(await as([])).toBe('guest');
    });

    foreignTokensOrganizationsContract(stage);
    foreignTokensIssuersContract(stage);
  });
}
