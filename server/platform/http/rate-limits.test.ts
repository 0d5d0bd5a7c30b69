import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, createWorld, type World } from '../../testing/world.ts';

let world: World;
let admin: Client;

beforeAll(async () => {
  world = await createWorld({
    work: false,
    environment: {
      RATE_LIMIT: 'on',
      RATE_LIMIT_ADDRESS: '1000',
      RATE_LIMIT_USER: '200',
      RATE_LIMIT_ORGANIZATION: '500',
      TRUST_PROXY: '1',
    },
  });
  admin = await world.person('admin');
});
afterAll(() => world.close());

/** A request that came from this address through the proxy. */
const from = (address: string) => ({ 'x-forwarded-for': address });

test('every answer says what is left, of all that was counted', async () => {
  const person = await world.person('regular');
  const first = await person.call('GET', '/auth/me', undefined, from('192.0.2.1'));
  expect(first.status).toBe(200);
  expect(first.headers.get('ratelimit-policy')).toBe(
    '"address";q=1000;w=60, "user";q=200;w=60, "organization";q=500;w=60',
  );
  expect(first.headers.get('ratelimit')).toMatch(
    /^"address";r=999;t=60, "user";r=199;t=60, "organization";r=\d+;t=\d+$/,
  );
  const anonymous = await world.anonymous.call('GET', '/nowhere', undefined, from('192.0.2.1'));
  expect(anonymous.headers.get('ratelimit')).toMatch(/^"address";r=998;t=\d+$/);
});

test('costly requests count for more', async () => {
  const person = await world.person('regular', 'Elsewhere');
  await person.call('GET', '/search?q=water', undefined, from('192.0.2.2'));
  const { headers } = await person.call('POST', '/ask', { question: 'What?' }, from('192.0.2.2'));
  expect(headers.get('ratelimit')).toContain('"address";r=895;');
  expect(headers.get('ratelimit')).toContain('"user";r=95;');
});

test('a person who asks too often waits, wherever they are, and nobody else does', async () => {
  const person = await world.person('regular', 'A third');
  const ask = (address: string) => person.call('POST', '/ask', { question: 'What?' }, from(address));
  expect((await ask('192.0.2.3')).status).toBe(200);
  expect((await ask('192.0.2.4')).status).toBe(200);
  const refused = await ask('192.0.2.5');
  expect(refused).toMatchObject({ status: 429, body: { code: 'request.rate_limited' } });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(refused.headers.get('ratelimit')).toContain('"user";r=0;');
  expect((await admin.call('GET', '/auth/me', undefined, from('192.0.2.5'))).status).toBe(200);
});

test('an organization shares its quota', async () => {
  const statuses: number[] = [];
  for (let people = 0; people < 3; people++) {
    const person = await world.person('regular', 'A fourth');
    for (let turn = 0; turn < 2; turn++) {
      const { status } = await person.call('POST', '/ask', { question: 'What?' }, from('192.0.2.6'));
      statuses.push(status);
    }
  }
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
});

test('an address is refused before anybody looks who asks, and a /64 of IPv6 is one', async () => {
  const flood = (address: string) =>
    world.anonymous.call('GET', '/auth/me', undefined, { ...from(address), authorization: 'Bearer wrong' });
  const statuses = new Set<number>();
  for (let turn = 0; turn < 1000; turn += 1)
    statuses.add((await flood(`2001:db8:1:2::${turn.toString(16)}`)).status);
  expect(statuses).toEqual(new Set([401]));
  expect((await flood('2001:db8:1:2:ffff::1')).status).toBe(429);
  expect((await flood('2001:db8:1:3::1')).status).toBe(401);
});
