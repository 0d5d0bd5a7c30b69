import { beforeAll, beforeEach, expect } from 'vitest';
import type { TestDatabase } from './database.ts';
import { identityStage } from './identity-stage.ts';
import type { Person } from './people.ts';

/** Seconds. */
export const DAY = 86_400;

/** The token of the link in a text; empty where there is none. */
export const tokenIn = (text: string) => /#token=([\w-]+)/.exec(text)?.[1] ?? '';

/** Ann, an admin who invites, and what the invited do with it. Call it where hooks may be registered. */
export function invitationsStage(open: () => Promise<TestDatabase>) {
  const { now, ...folk } = identityStage(open);
  let ann: Person;
  let addresses = 0;
  beforeAll(async () => {
    ann = await folk.founder();
  });
  // Some tests let days pass, and access tokens do not last that long.
  beforeEach(async () => {
    ann = await folk.signIn(ann.email, ann.organizationId);
  });

  const address = () => `new-${addresses++}@example.org`;
  const invite = (by: Person, body: object) => by.call('POST', '/invitations', body);
  /** Invites by mail; gives the token that only the mail has. */
  async function mailed(by: Person, email: string, role = 'regular'): Promise<string> {
    expect((await invite(by, { email, role })).status).toBe(201);
    return tokenIn((await now().world.mailTo(email))[0] ?? '');
  }
  const linked = async (by: Person, role = 'regular') => tokenIn((await invite(by, { role })).body.link);
  const accept = (body: object) => folk.anonymous('POST', '/invitations/accept?transport=body', body);
  const lookup = (token: string) => folk.anonymous('POST', '/invitations/lookup', { token });
  const rolesOf = async (userId: string) =>
    Object.fromEntries(
      (
        await now().db.owner('select organization_id, role from memberships where user_id = $1', [userId])
      ).map((row) => [row.organization_id, row.role]),
    );
  const confirm = (person: Person) =>
    now().db.owner('update users set email_verified_at = now() where id = $1', [person.userId]);

  return {
    now: () => ({ ...now(), ann }),
    ...folk,
    ...{ address, invite, mailed, linked, accept, lookup, rolesOf, confirm },
  };
}

export type InvitationsStage = ReturnType<typeof invitationsStage>;
