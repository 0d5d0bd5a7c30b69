import { beforeEach, describe, expect, test } from 'vitest';
import type { IdentityWorld } from '../../../testing/identity-world.ts';
import { DAY, type InvitationsStage, tokenIn } from '../../../testing/invitations-stage.ts';
import type { Person } from '../../../testing/people.ts';

/** Invitations that are sent to an address. */
export function invitationsByMailContract(stage: InvitationsStage): void {
  const {
    founder,
    member,
    anonymous,
    password,
    signIn,
    address,
    invite,
    mailed,
    accept,
    lookup,
    rolesOf,
    confirm,
  } = stage;

  describe('by e-mail', () => {
    let world: IdentityWorld;
    let ann: Person;
    beforeEach(() => {
      ({ world, ann } = stage.now());
    });

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
}
