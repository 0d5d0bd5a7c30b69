import { beforeEach, describe, expect, test } from 'vitest';
import type { IdentityWorld } from '../../../testing/identity-world.ts';
import type { InvitationsStage } from '../../../testing/invitations-stage.ts';
import type { Person } from '../../../testing/people.ts';

/** Who may invite, and what is no invitation. */
export function invitationsAccessContract(stage: InvitationsStage): void {
  const { founder, member, anonymous, invite, linked } = stage;

  describe('only admins', () => {
    let world: IdentityWorld;
    let ann: Person;
    beforeEach(() => {
      ({ world, ann } = stage.now());
    });

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
}
