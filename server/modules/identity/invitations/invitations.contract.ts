import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newOpaqueToken } from '../../../platform/auth/index.ts';
import type { TestDatabase } from '../../../testing/database.ts';
import { type IdentityWorld, identityWorld } from '../../../testing/identity-world.ts';
import { type Person, people } from '../../../testing/people.ts';

const DAY = 86_400;

/** Invitations, on every database. */
export function invitationsContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`invitations on ${name}`, () => {
    let db: TestDatabase;
    let world: IdentityWorld;
    let ann: Person;
    let addresses = 0;
    const { founder, member, anonymous, password, signIn } = people(() => world);

    beforeAll(async () => {
      db = await open();
      world = await identityWorld(db);
      ann = await founder();
    });
    // Some tests let days pass, and access tokens do not last that long.
    beforeEach(async () => {
      ann = await signIn(ann.email, ann.organizationId);
    });
    afterAll(async () => {
      await world.close();
      await db.close();
    });

    const address = () => `new-${addresses++}@example.org`;
    const tokenIn = (text: string) => /#token=([\w-]+)/.exec(text)?.[1] ?? '';
    const invite = (by: Person, body: object) => by.call('POST', '/invitations', body);
    /** Invites by mail; gives the token that only the mail has. */
    async function mailed(by: Person, email: string, role = 'regular'): Promise<string> {
      expect((await invite(by, { email, role })).status).toBe(201);
      return tokenIn((await world.mailTo(email))[0] ?? '');
    }
    const linked = async (by: Person, role = 'regular') => tokenIn((await invite(by, { role })).body.link);
    const accept = (body: object) => anonymous('POST', '/invitations/accept?transport=body', body);
    const lookup = (token: string) => anonymous('POST', '/invitations/lookup', { token });
    const rolesOf = async (userId: string) =>
      Object.fromEntries(
        (await db.owner('select organization_id, role from memberships where user_id = $1', [userId])).map(
          (row) => [row.organization_id, row.role],
        ),
      );
    const confirm = (person: Person) =>
      db.owner('update users set email_verified_at = now() where id = $1', [person.userId]);

    describe('by e-mail', () => {
      test('somebody new makes an account, is confirmed, and is in', async () => {
        const email = address();
        const made = await invite(ann, { email, role: 'power', message: 'Welcome!\nhttps://evil.example' });
        expect(made).toMatchObject({
          status: 201,
          body: { link: null, invitation: { email, role: 'power', state: 'open', invitedBy: ann.userId } },
        });
        const [text = ''] = await world.mailTo(email);
        expect(text).toContain('> Welcome!\n> https://evil.example\n');
        expect(text).toContain('https://scriptorium.example/invitation#token=');
        const token = tokenIn(text);
        expect(JSON.stringify(made.body)).not.toContain(token);

        expect(await lookup(token)).toMatchObject({
          status: 200,
          body: { organization: { name: 'An organization' }, email, role: 'power', invitedBy: 'The admin' },
        });
        expect(await accept({ token })).toMatchObject({
          status: 422,
          body: {
            code: 'identity.account_details_needed',
            errors: [{ path: '/name' }, { path: '/password' }],
          },
        });
        const accepted = await accept({ token, name: 'Bob', password });
        expect(accepted).toMatchObject({
          status: 201,
          body: {
            user: { email, name: 'Bob', emailVerified: true },
            organization: { id: ann.organizationId, role: 'power' },
          },
        });
        const listed = await ann.call('GET', '/invitations');
        expect(listed.body.items[0]).toMatchObject({ state: 'accepted', acceptedBy: accepted.body.user.id });
        expect(await world.audited('member.joined')).toContainEqual(
          expect.objectContaining({ userId: accepted.body.user.id, organizationId: ann.organizationId }),
        );
        expect((await lookup(token)).status).toBe(410);
      });

      test('works where registration is closed, and sets cookies for browsers', async () => {
        const closed = await world.withSettings({ registration: 'closed' });
        const token = await mailed(ann, address());
        const answer = await closed.http.inject({
          method: 'POST',
          url: '/api/v1/invitations/accept',
          payload: { token, name: 'Cid', password },
        });
        expect(answer.statusCode).toBe(201);
        expect(answer.json().refreshToken).toBeUndefined();
        expect(answer.cookies.map((cookie) => cookie.name)).toEqual(
          expect.arrayContaining(['__Host-scriptorium_access', '__Host-scriptorium_refresh']),
        );
      });

      test('an account that was there joins, signed in or not; one that nobody confirmed only when signed in', async () => {
        const [bob, cid, eve] = [await founder(), await founder(), await founder()];
        await confirm(bob);
        expect(await accept({ token: await mailed(ann, bob.email) })).toMatchObject({
          status: 200,
          body: { organization: { id: ann.organizationId, role: 'regular' } },
        });
        expect(await rolesOf(bob.userId)).toMatchObject({ [ann.organizationId]: 'regular' });

        const token = await mailed(ann, cid.email, 'guest');
        expect(await accept({ token, name: 'Mallory', password })).toMatchObject({
          status: 409,
          body: { code: 'identity.sign_in_to_accept' },
        });
        expect(await eve.call('POST', '/invitations/accept', { token })).toMatchObject({
          status: 403,
          body: { code: 'identity.invitation_for_another_address' },
        });
        expect((await cid.call('POST', '/invitations/accept', { token })).status).toBe(200);
        expect((await cid.call('GET', '/auth/me')).body.user.emailVerified).toBe(true);
        expect(await rolesOf(cid.userId)).toMatchObject({ [ann.organizationId]: 'guest' });
        expect(await rolesOf(eve.userId)).not.toHaveProperty(ann.organizationId);
      });

      test('whoever belongs to no organization any more comes in again', async () => {
        const bob = await member(ann, 'regular');
        await confirm(bob);
        await ann.call('DELETE', `/organizations/${ann.organizationId}/members/${bob.userId}`);
        const login = () => anonymous('POST', '/auth/login', { email: bob.email, password });
        expect((await login()).status).toBe(403);
        expect((await accept({ token: await mailed(ann, bob.email) })).status).toBe(200);
        expect((await login()).status).toBe(200);
      });

      test('the answer is the same whether the address has an account or not', async () => {
        const bob = await founder();
        const [known, unknown] = [
          await invite(ann, { email: bob.email, role: 'regular' }),
          await invite(ann, { email: address(), role: 'regular' }),
        ];
        const shape = (answer: typeof known) => ({
          status: answer.status,
          body: { ...answer.body, invitation: Object.keys(answer.body.invitation) },
        });
        expect(shape(known)).toEqual(shape(unknown));
        expect((await world.mailTo(bob.email)).length).toBe(1);
      });

      test('a member, and an address with an open invitation, are not invited again', async () => {
        const bob = await member(ann, 'guest');
        expect(await invite(ann, { email: bob.email.toUpperCase(), role: 'admin' })).toMatchObject({
          status: 409,
          body: { code: 'identity.already_member' },
        });
        const email = address();
        await mailed(ann, email);
        expect(await invite(ann, { email, role: 'admin' })).toMatchObject({
          status: 409,
          body: { code: 'identity.already_invited' },
        });
        world.pass(8 * DAY);
        expect(
          (await invite(await signIn(ann.email, ann.organizationId), { email, role: 'guest' })).status,
        ).toBe(201);
      });

      test('sending again makes a new link, and the old one is void', async () => {
        const email = address();
        const token = await mailed(ann, email);
        const [{ id }] = (await ann.call('GET', '/invitations')).body.items;
        expect((await ann.call('POST', `/invitations/${id}/resend`)).status).toBe(429);
        world.pass(61);
        expect((await ann.call('POST', `/invitations/${id}/resend`)).status).toBe(200);
        const mails = await world.mailTo(email);
        expect(mails.length).toBe(2);
        const fresh = mails.map(tokenIn).find((one) => one !== token) ?? '';
        expect((await lookup(token)).status).toBe(410);
        expect((await lookup(fresh)).status).toBe(200);
      });
    });

    describe('by link', () => {
      test('whoever is signed in joins once', async () => {
        const [bob, cid] = [await founder(), await founder()];
        const token = await linked(ann, 'power');
        expect((await bob.call('POST', '/invitations/accept', { token })).status).toBe(200);
        expect((await cid.call('POST', '/invitations/accept', { token })).status).toBe(410);
        expect(await rolesOf(bob.userId)).toMatchObject({ [ann.organizationId]: 'power' });
      });

      test('whoever is a member already leaves it unused', async () => {
        const bob = await member(ann, 'guest');
        const token = await linked(ann, 'admin');
        expect(await bob.call('POST', '/invitations/accept', { token })).toMatchObject({
          status: 409,
          body: { code: 'identity.already_member' },
        });
        expect(await rolesOf(bob.userId)).toEqual({ [ann.organizationId]: 'guest' });
        expect((await lookup(token)).status).toBe(200);
      });

      test('whoever is not signed in confirms an address first, and is told nothing about accounts', async () => {
        const bob = await founder();
        await confirm(bob);
        const token = await linked(ann);
        const unknown = address();
        expect((await accept({ token, name: 'x', password })).body.code).toBe('identity.address_needed');
        const answers = [await accept({ token, email: bob.email }), await accept({ token, email: unknown })];
        for (const { status, text } of answers)
          expect({ status, text }).toEqual({ status: 202, text: '{"confirmation":"mail"}' });
        const [toBob, toUnknown] = [await world.mailTo(bob.email), await world.mailTo(unknown)].map(
          ([text = '']) => tokenIn(text),
        );
        expect((await accept({ token: toBob })).status).toBe(200);
        // The link was good for one person.
        expect((await accept({ token: toUnknown, name: 'x', password })).status).toBe(410);
        expect((await accept({ token, email: address() })).status).toBe(410);
      });

      test('gives the role of the link, not of an invitation that has expired, and extends none', async () => {
        const email = address();
        await invite(ann, { email, role: 'admin' });
        const ends = async (seconds: number) => {
          const at = new Date(world.clock().getTime() + seconds * 1000).toISOString();
          await db.owner('update invitations set expires_at = $2 where email = $1', [email, at]);
          return at;
        };
        const lookedUp = async () => lookup(tokenIn((await world.mailTo(email))[0] ?? ''));
        const soon = await ends(120);
        world.pass(61);
        expect((await accept({ token: await linked(ann, 'guest'), email })).status).toBe(202);
        const same = (await lookedUp()).body;
        expect(same.role).toBe('admin');
        expect(Date.parse(same.expiresAt)).toBe(Date.parse(soon));
        world.pass(61);
        expect((await accept({ token: await linked(ann, 'guest'), email })).status).toBe(202);
        expect((await lookedUp()).body).toMatchObject({ email, role: 'guest' });
      });

      test('leads on where the address was given for another link that is gone', async () => {
        const email = address();
        const { id } = (await invite(ann, { role: 'guest' })).body.invitation;
        await accept({ token: await linked(ann), email });
        world.pass(61);
        for (const one of (await ann.call('GET', '/invitations')).body.items)
          if (one.email === null && one.state === 'open' && one.id !== id)
            await ann.call('DELETE', `/invitations/${one.id}`);
        expect((await accept({ token: await linked(ann), email })).status).toBe(202);
        const [mail = ''] = await world.mailTo(email);
        expect((await lookup(tokenIn(mail))).status).toBe(200);
      });

      test('does not send mail to the world', async () => {
        const token = await linked(ann);
        const email = address();
        await accept({ token, email });
        expect((await accept({ token, email })).status).toBe(202);
        expect((await world.mailTo(email)).length).toBe(1);
        for (let more = 0; more < 4; more++)
          expect((await accept({ token, email: address() })).status).toBe(202);
        expect((await accept({ token, email: address() })).status).toBe(429);
      });

      test('given the same address many times at once, sends one mail', async () => {
        const [token, other, email] = [await linked(ann), await linked(ann), address()];
        const answers = await Promise.all(
          [token, other, token, other].map((one) => accept({ token: one, email })),
        );
        expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
        expect((await world.mailTo(email)).length).toBe(1);
      });

      test('is not sent again, and is revoked', async () => {
        const { id } = (await invite(ann, { role: 'guest' })).body.invitation;
        world.pass(61);
        expect((await ann.call('POST', `/invitations/${id}/resend`)).status).toBe(409);
        expect((await ann.call('DELETE', `/invitations/${id}`)).status).toBe(204);
        expect((await ann.call('DELETE', `/invitations/${id}`)).status).toBe(409);
      });
    });

    describe('what is not valid', () => {
      test('has one answer, whatever the reason', async () => {
        const kim = await founder();
        const lee = await member(kim, 'admin');
        const [revoked, expired, used, byLee, ofClosed] = [
          await mailed(kim, address()),
          await mailed(kim, address()),
          await mailed(kim, address()),
          await linked(lee, 'admin'),
          await linked(kim),
        ];
        const items = (await kim.call('GET', '/invitations')).body.items;
        await accept({ token: used, name: 'x', password });
        const oldest = items.filter(({ email }: { email: string | null }) => email !== null).at(-1);
        expect((await kim.call('DELETE', `/invitations/${oldest.id}`)).status).toBe(204);
        await kim.call('DELETE', `/organizations/${kim.organizationId}/members/${lee.userId}`);
        expect((await lookup(ofClosed)).status).toBe(200);
        expect((await lookup(expired)).status).toBe(200);
        await kim.call('DELETE', `/organizations/${kim.organizationId}`);
        world.pass(7 * DAY);

        const ask = (token: string) =>
          anonymous('POST', '/invitations/lookup', { token }, { 'x-request-id': 'same' });
        const expected = await ask(newOpaqueToken());
        expect(expected).toMatchObject({ status: 410, body: { code: 'identity.invitation_not_valid' } });
        for (const token of [revoked, expired, used, byLee, ofClosed])
          expect((await ask(token)).text).toBe(expected.text);
        expect((await lookup('short')).status).toBe(422);
      });

      test('an admin who is removed does not come back by their own link', async () => {
        const kim = await founder();
        const lee = await member(kim, 'admin');
        const token = await linked(lee, 'admin');
        await kim.call('PATCH', `/organizations/${kim.organizationId}/members/${lee.userId}`, {
          role: 'guest',
        });
        await kim.call('PATCH', `/organizations/${kim.organizationId}/members/${lee.userId}`, {
          role: 'admin',
        });
        expect((await lookup(token)).status).toBe(410);
        expect((await kim.call('GET', '/invitations')).body.items[0].state).toBe('revoked');
      });

      test('of many who accept at once one is in', async () => {
        const kim = await founder();
        const token = await linked(kim);
        const crowd = await Promise.all(Array.from({ length: 8 }, () => founder()));
        const answers = await Promise.all(
          crowd.map((one) => one.call('POST', '/invitations/accept', { token })),
        );
        expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(410)]);
        const [row] = await db.owner(
          'select count(*)::int as n from memberships where organization_id = $1',
          [kim.organizationId],
        );
        expect(row).toEqual({ n: 2 });

        const email = address();
        const byMail = await mailed(kim, email);
        const twice = await Promise.all([1, 2, 3].map(() => accept({ token: byMail, name: 'x', password })));
        const statuses = twice.map(({ status }) => status);
        expect(statuses.filter((status) => status === 201).length).toBe(1);
        expect(statuses.filter((status) => status === 201 || status === 410 || status === 409).length).toBe(
          3,
        );
      });
    });

    describe('only admins', () => {
      test('invite, see and revoke, and only in their own organization', async () => {
        const [bob, eve] = [await member(ann, 'power'), await founder()];
        for (const [method, path, body] of [
          ['GET', '/invitations', undefined],
          ['POST', '/invitations', { role: 'guest' }],
          ['DELETE', `/invitations/${world.ids()}`, undefined],
          ['POST', `/invitations/${world.ids()}/resend`, undefined],
        ] as const)
          expect((await bob.call(method, path, body)).status, `${method} ${path}`).toBe(403);
        const { id } = (await invite(ann, { role: 'guest' })).body.invitation;
        for (const [method, rest] of [
          ['DELETE', ''],
          ['POST', '/resend'],
        ] as const) {
          const ask = (which: string) =>
            eve.call(method, `/invitations/${which}${rest}`, undefined, { 'x-request-id': 'same' });
          const foreign = await ask(id);
          expect(foreign.status).toBe(404);
          expect(foreign.text).toBe((await ask(world.ids())).text);
        }
        expect((await eve.call('GET', '/invitations')).body.items).toEqual([]);
      });

      test.each([
        ['no address', { email: 'nobody', role: 'guest' }],
        ['no role', { email: 'a@example.org' }],
        ['another role', { role: 'owner' }],
        ['too long a message', { role: 'guest', message: 'x'.repeat(1001) }],
        ['a line break in the address', { email: 'a@example.org\r\nBcc: b@example.org', role: 'guest' }],
      ])('%s is refused', async (_what, body) => {
        expect((await invite(ann, body)).status).toBe(422);
      });

      test('a bad token of somebody who is signed in is refused, not taken for nobody', async () => {
        const token = await linked(ann);
        const answer = await anonymous(
          'POST',
          '/invitations/accept',
          { token },
          { authorization: 'Bearer nonsense' },
        );
        expect(answer.status).toBe(401);
      });
    });
  });
}
