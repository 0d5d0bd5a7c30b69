import { createHmac } from 'node:crypto';
import { beforeAll, beforeEach } from 'vitest';
import type { TestDatabase } from './database.ts';
import { federationStage } from './federation-stage.ts';
import type { FederationWorld } from './federation-world.ts';

const KEY = Buffer.alloc(32, 7);
export const SECRET = `whsec_${KEY.toString('base64')}`;
/** Milliseconds. */
export const MINUTE = 60_000;

let serial = 0;

interface Message {
  readonly id?: string;
  readonly secret?: Uint8Array;
  readonly sentAt?: number;
  readonly prefix?: string;
}

/** What identity providers tell of their people, and who is there afterwards. Call it where hooks may be registered. */
export function webhooksStage(open: () => Promise<TestDatabase>) {
  const federation = federationStage(open);
  let db: TestDatabase;
  let world: FederationWorld;

  beforeAll(() => {
    ({ db, world } = federation.now());
  });
  beforeEach(() => world.reset());

  const now = () => world.clock().getTime();
  const trust = (settings: object = {}) =>
    world.trust({ webhook: { format: 'standard', secrets: [SECRET] }, ...settings });

  function post(body: unknown, message: Message = {}, slug = 'acme') {
    const { id = `msg_${serial++}`, secret = KEY, sentAt = now(), prefix = 'svix' } = message;
    const payload = typeof body === 'string' ? body : JSON.stringify(body);
    const timestamp = String(Math.floor(sentAt / 1000));
    const mac = createHmac('sha256', secret).update(`${id}.${timestamp}.${payload}`).digest('base64');
    return world.http.inject({
      ...{ method: 'POST', url: `/api/v1/auth/webhooks/${slug}`, payload },
      headers: {
        'content-type': 'application/json',
        [`${prefix}-id`]: id,
        [`${prefix}-timestamp`]: timestamp,
        [`${prefix}-signature`]: `v1,${mac}`,
      },
    });
  }
  /** A user as Clerk sends it. */
  const clerk = (id: string, changes: object = {}) => ({
    id,
    object: 'user',
    first_name: 'Ada',
    last_name: 'Lovelace',
    primary_email_address_id: 'idn_1',
    email_addresses: [
      { id: 'idn_0', email_address: 'old@elsewhere.example', verification: { status: 'verified' } },
      { id: 'idn_1', email_address: `${id}@acme.example`, verification: { status: 'verified' } },
    ],
    public_metadata: {},
    ...changes,
  });
  const event = (type: string, data: object, at = now()) => ({
    type: `user.${type}`,
    timestamp: at,
    object: 'event',
    data,
  });
  const userOf = async (id: string) => {
    const [row] = await db.owner(
      `select u.id, u.email, u.name, u.email_verified_at is not null as verified,
           (select json_agg(m.role) from memberships m where m.user_id = u.id) as roles
         from federated_identities i join users u on u.id = i.user_id where i.subject = $1`,
      [id],
    );
    return row;
  };
  const fresh = () => `user_${serial++}`;
  /** A number that no test was given before. */
  const next = () => serial++;

  return { stage: () => ({ db, world }), now, trust, post, clerk, event, userOf, fresh, next };
}

export type WebhooksStage = ReturnType<typeof webhooksStage>;
