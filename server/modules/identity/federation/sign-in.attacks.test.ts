import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TestDatabase } from '../../../testing/database.ts';
import type { HostileProvider } from '../../../testing/hostile-provider.ts';
import {
  ENDED,
  type Flow,
  hostileSignInStage,
  INVALID,
  ORIGIN,
} from '../../../testing/hostile-sign-in-stage.ts';
import type { IdentityWorld } from '../../../testing/identity-world.ts';

const { now, trust, start, land, honest } = hostileSignInStage();
let db: TestDatabase;
let world: IdentityWorld;
let provider: HostileProvider;
beforeAll(() => {
  ({ db, world, provider } = now());
});

test('the provider as it should be signs people in, with a proof of the code challenge and the secret', async () => {
  const flow = await start();
  await honest(flow);
  expect(await land(flow.cookie, { code: 'a code', state: flow.state })).toBe('in');
  const verifier = provider.asked.get('code_verifier') ?? '';
  expect(createHash('sha256').update(verifier).digest('base64url')).toBe(flow.challenge);
  expect(provider.asked.get('redirect_uri')).toBe(`${ORIGIN}/api/v1/auth/oidc/acme/callback`);
});

describe('an answer that is not to this browser’s question', () => {
  test.each<[string, (flow: Flow) => Record<string, string> | string]>([
    ['another state', () => ({ code: 'a code', state: 'another' })],
    ['no state', () => ({ code: 'a code' })],
    ['two states', ({ state }) => `code=c&state=${state}&state=${state}`],
    ['two codes', ({ state }) => `code=c&code=d&state=${state}`],
    ['no code', ({ state }) => ({ state })],
    ['another issuer (mix-up)', ({ state }) => ({ code: 'c', state, iss: 'https://other.example' })],
    ['two issuers', ({ state }) => `code=c&state=${state}&iss=${provider.issuer}&iss=https://other.example`],
  ])('%s', async (_name, query) => {
    const flow = await start();
    await honest(flow);
    expect(await land(flow.cookie, query(flow))).toBe(INVALID);
    expect([...provider.asked]).toEqual([]);
  });

  test('no issuer from a provider that says that it sends one', async () => {
    provider.describe({ authorization_response_iss_parameter_supported: true });
    const flow = await start();
    await honest(flow);
    expect(await land(flow.cookie, { code: 'c', state: flow.state })).toBe(INVALID);
  });

  test('in another browser, which has no flow', async () => {
    const flow = await start();
    await honest(flow);
    expect(await land('', { code: 'c', state: flow.state })).toBe(ENDED);
  });

  test('in another browser, which has a flow of its own (code injection)', async () => {
    const victim = await start();
    const attacker = await start();
    await honest(victim);
    expect(await land(attacker.cookie, { code: 'c', state: victim.state })).toBe(INVALID);
    // Even with the attacker's own state the ID token is not for this flow.
    const again = await start();
    expect(await land(again.cookie, { code: 'c', state: again.state })).toBe(INVALID);
  });

  test('a second time, with the cookie that the browser no longer has', async () => {
    const flow = await start();
    await honest(flow);
    const query = { code: 'c', state: flow.state };
    expect(await land(flow.cookie, query)).toBe('in');
    expect(await land(flow.cookie, query)).toBe(ENDED);
  });

  test('many times at once: one signs in', async () => {
    const flow = await start();
    await honest(flow);
    const query = { code: 'c', state: flow.state };
    const landings = await Promise.all(Array.from({ length: 10 }, () => land(flow.cookie, query)));
    expect(landings.filter((landing) => landing === 'in')).toHaveLength(1);
  });

  test('at another provider’s callback', async () => {
    await trust('other');
    const flow = await start('acme');
    await honest(flow);
    expect(await land(flow.cookie, { code: 'c', state: flow.state }, 'other')).toBe(ENDED);
  });

  test('after ten minutes', async () => {
    const flow = await start();
    await honest(flow);
    world.pass(601);
    expect(await land(flow.cookie, { code: 'c', state: flow.state })).toBe(ENDED);
  });

  test('with a flow that somebody has changed', async () => {
    const flow = await start();
    await honest(flow);
    const changed = flow.cookie.slice(0, -3) + (flow.cookie.endsWith('AAA') ? 'BBB' : 'AAA');
    for (const cookie of [
      changed,
      '__Host-scriptorium_oidc=',
      '__Host-scriptorium_oidc=e30',
      '__Host-scriptorium_oidc=%00',
    ])
      expect(await land(cookie, { code: 'c', state: flow.state })).toBe(ENDED);
  });

  test('where the provider was switched off meanwhile', async () => {
    const flow = await start();
    await honest(flow);
    await db.owner('update identity_providers set enabled = false');
    expect(await land(flow.cookie, { code: 'c', state: flow.state })).toBe(ENDED);
  });
});
