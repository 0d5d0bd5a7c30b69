import { beforeEach, describe, expect, test } from 'vitest';
import {
  HOUR,
  ISSUER,
  issuerKeysStage,
  MINUTE,
  NOW,
  SOON,
  unavailable,
} from '../../testing/issuer-keys-stage.ts';
import type { KeyServer } from '../../testing/token-issuer.ts';
import type { IssuerVerifier } from './index.ts';
import { createIssuerKeys } from './issuer-keys.ts';

const { first, second, unknown, clock, tokenOf, accepts, current } = await issuerKeysStage();
let server: KeyServer;
let verifier: IssuerVerifier;
let warnings: unknown[];
beforeEach(() => {
  ({ server, verifier, warnings } = current());
});

test('the keys are read once for many tokens, also for those that come at the same time', async () => {
  const tokens = await Promise.all(Array.from({ length: 20 }, () => tokenOf(first)));
  const verified = await Promise.all(tokens.map((token) => verifier.verify(token)));
  expect(verified.every((claims) => claims?.issuer === ISSUER)).toBe(true);
  expect(server.asked).toBe(1);
});

test('a new key is found by its id, and made-up ids ask once a minute', async () => {
  expect(await accepts(first)).toBe(true);
  server.publish(first.publicJwk, second.publicJwk);
  expect(await accepts(second)).toBe(false);
  clock.now += MINUTE;
  expect(await accepts(second)).toBe(true);
  expect(server.asked).toBe(2);
  for (let count = 0; count < 50; count += 1) expect(await accepts(unknown)).toBe(false);
  expect(server.asked).toBe(2);
  clock.now += MINUTE;
  for (let count = 0; count < 50; count += 1) expect(await accepts(unknown)).toBe(false);
  expect(server.asked).toBe(3);
});

test('a key that is published no more is refused after the next reading, also for a token that was verified', async () => {
  const token = await tokenOf(first);
  expect(await verifier.verify(token)).toBeDefined();
  server.publish(second.publicJwk);
  clock.now += 11 * MINUTE;
  // Old keys are read again beside the request that found them old.
  await verifier.verify(token);
  await expect.poll(() => verifier.verify(token), SOON).toBeUndefined();
  expect(await accepts(second)).toBe(true);
  expect(server.asked).toBe(2);
});

test('an id that is given to another key is that key’s from then on', async () => {
  const token = await tokenOf(first);
  expect(await verifier.verify(token)).toBeDefined();
  server.publish({ ...second.publicJwk, kid: 'first' });
  clock.now += 11 * MINUTE;
  await verifier.verify(token);
  await expect.poll(() => verifier.verify(token), SOON).toBeUndefined();
  expect(await verifier.verify(await tokenOf(second, { kid: 'first' }))).toBeDefined();
});

test('a key that is published unchanged stays the same, so that tokens are not verified again', async () => {
  const keys = createIssuerKeys({
    ...{ jwksUri: server.url, outbound: server.outbound, algorithms: ['RS256'] },
    clock: () => new Date(clock.now),
    logger: { warn: () => undefined },
  });
  const wanted = { algorithm: 'RS256', kid: 'first' } as const;
  const key = await keys.find(wanted);
  server.publish(second.publicJwk, first.publicJwk);
  clock.now += MINUTE;
  expect(await keys.find({ algorithm: 'RS256', kid: 'second' })).toBeDefined();
  expect(keys.get(wanted)).toBe(key);
});

describe('an issuer that is down', () => {
  test('keeps its keys for a day, and no longer', async () => {
    expect(await accepts(first)).toBe(true);
    server.answer((_request, response) => void response.writeHead(500).end());
    clock.now += 11 * MINUTE;
    expect(await accepts(first)).toBe(true);
    await expect.poll(() => warnings.length, SOON).toBe(1);
    clock.now = NOW + 23 * HOUR;
    expect(await accepts(first)).toBe(true);
    await expect.poll(() => warnings.length, SOON).toBe(2);
    clock.now = NOW + 24 * HOUR + 1;
    await expect(accepts(first)).rejects.toMatchObject(unavailable);
    server.publish(first.publicJwk);
    clock.now += 10_000;
    expect(await accepts(first)).toBe(true);
  });

  test('from the start: says so, asks again after ten seconds, and recovers', async () => {
    server.answer((_request, response) => void response.writeHead(503).end());
    for (let count = 0; count < 5; count += 1)
      await expect(accepts(first)).rejects.toMatchObject(unavailable);
    expect(server.asked).toBe(1);
    server.publish(first.publicJwk);
    clock.now += 10_000;
    expect(await accepts(first)).toBe(true);
    expect(server.asked).toBe(2);
  });

  test('does not turn an unknown key into a refusal while nobody can know', async () => {
    expect(await accepts(first)).toBe(true);
    server.answer((_request, response) => void response.writeHead(500).end());
    clock.now += MINUTE;
    await expect(accepts(second)).rejects.toMatchObject(unavailable);
    await expect(accepts(second)).rejects.toMatchObject(unavailable);
    expect(await accepts(first)).toBe(true);
    expect(server.asked).toBe(2);
  });
});
