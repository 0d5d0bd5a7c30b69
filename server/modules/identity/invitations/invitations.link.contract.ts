import { beforeEach, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../../../testing/database.ts';
import type { IdentityWorld } from '../../../testing/identity-world.ts';
import { type InvitationsStage, tokenIn } from '../../../testing/invitations-stage.ts';
import type { Person } from '../../../testing/people.ts';

/** Invitations that are a link, for whoever has it. */
export function invitationsByLinkContract(stage: InvitationsStage): void {
  const { founder, member, password, address, invite, linked, accept, lookup, rolesOf, confirm } = stage;

  describe('by link', () => {
    let db: TestDatabase;
    let world: IdentityWorld;
    let ann: Person;
    beforeEach(() => {
      ({ db, world, ann } = stage.now());
    });

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
}
