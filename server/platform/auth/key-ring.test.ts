import { beforeEach, describe, expect, test } from 'vitest';
import { claims, ISSUER, own, stranger } from '../../testing/token-forge.ts';
import { createKeyRing, createTokenSigner, type SigningKey } from './index.ts';
import { openSigningKey } from './signing-keys.ts';

const START = Date.parse('2026-03-01T12:00:00Z');
const MINUTE = 60_000;
const NOTHING = { retiredAt: null, expiresAt: null };

const first = await openSigningKey(own, { activeFrom: START, ...NOTHING });
const second = await openSigningKey(stranger, { activeFrom: START + 10 * MINUTE, ...NOTHING });
/** The first key when the second one is its successor. */
const retired = { ...first, retiredAt: START + 10 * MINUTE, expiresAt: START + 26 * MINUTE };

let now: number;
let stored: readonly SigningKey[];
let loads: number;
let failing: boolean;
let errors: unknown[];
beforeEach(() => {
  now = START;
  stored = [first];
  loads = 0;
  failing = false;
  errors = [];
});

async function load(): Promise<readonly SigningKey[]> {
  loads += 1;
  const found = stored;
  await Promise.resolve();
  if (failing) throw new Error('connection lost');
  return found;
}
const clock = () => new Date(now);
const newRing = () => createKeyRing({ load, clock, onError: (error) => errors.push(error) });

test('the store is asked once, also by many at the same time', async () => {
  const ring = newRing();
  const keys = await Promise.all(Array.from({ length: 20 }, () => ring.current()));
  expect(keys.every(({ kid }) => kid === first.kid)).toBe(true);
  expect(await ring.find(first.kid)).toBe(first);
  expect(loads).toBe(1);
});

test('a token that comes while the keys are read for the first time waits for them', async () => {
  const ring = newRing();
  const other = ring.find('A'.repeat(43));
  expect(await ring.find(first.kid)).toBe(first);
  expect(await other).toBeUndefined();
  expect(loads).toBe(1);
});

describe('a rotation', () => {
  test('the next key is published before it signs, and the last one is accepted after it has signed', async () => {
    stored = [retired, second];
    const ring = newRing();
    const signer = createTokenSigner({ keys: ring, issuer: ISSUER, clock });
    const kids = async () => (await ring.published()).map(({ kid }) => kid);

    expect((await ring.current()).kid).toBe(first.kid);
    expect(await kids()).toEqual([first.kid, second.kid]);
    now = START + 10 * MINUTE - 1;
    const token = await signer.sign(claims, 900);
    now = START + 10 * MINUTE;
    expect((await ring.current()).kid).toBe(second.kid);
    const next = await signer.sign(claims, 900);
    now = START + 24 * MINUTE;
    expect(await signer.verify(token)).toMatchObject(claims);
    now = START + 26 * MINUTE;
    stored = [second];
    expect(await kids()).toEqual([second.kid]);
    const again = await signer.sign(claims, 900);
    expect(await signer.verify(again)).toMatchObject(claims);
    expect(await signer.verify(next)).toBeUndefined();
  });

  test('a key that is refused at once takes the tokens with it that were verified already', async () => {
    const ring = newRing();
    const signer = createTokenSigner({ keys: ring, issuer: ISSUER, clock });
    const token = await signer.sign(claims, 900);
    expect(await signer.verify(token)).toMatchObject(claims);
    stored = [second];
    await ring.refresh();
    expect(await signer.verify(token)).toBeUndefined();
  });

  test('a token of a key that has expired is refused, though it would go on', async () => {
    stored = [{ ...first, retiredAt: START + MINUTE, expiresAt: START + 2 * MINUTE }, second];
    const ring = newRing();
    const signer = createTokenSigner({ keys: ring, issuer: ISSUER, clock });
    const token = await signer.sign(claims, 900);
    expect(await signer.verify(token)).toMatchObject(claims);
    now = START + 2 * MINUTE;
    expect(await signer.verify(token)).toBeUndefined();
    expect(await createTokenSigner({ keys: ring, issuer: ISSUER, clock }).verify(token)).toBeUndefined();
  });

  test('a change that comes while keys are being read is not missed', async () => {
    const ring = newRing();
    const early = ring.current();
    stored = [retired, second];
    await ring.refresh();
    await early;
    expect(ring.get(second.kid)).toBe(second);
    expect(loads).toBe(2);
  });
});

test('a retired key signs no more, also where its successor is not ours', async () => {
  stored = [retired];
  const ring = newRing();
  await ring.current();
  now = START + 10 * MINUTE;
  await expect(ring.current()).rejects.toThrow('no key that signs');
  expect(await ring.find(first.kid)).toBe(retired);
});

test('an unknown id waits for a reading that is under way', async () => {
  const ring = newRing();
  await ring.current();
  stored = [first, second];
  const refreshed = ring.refresh();
  await Promise.resolve();
  expect(await ring.find(second.kid)).toBe(second);
  await refreshed;
  expect(loads).toBe(2);
});

describe('without being told', () => {
  test('keys are read again after a minute, while the remembered ones go on', async () => {
    const ring = newRing();
    await ring.current();
    stored = [retired, second];
    now += MINUTE + 1;
    expect(await ring.find(first.kid)).toBe(first);
    await expect.poll(() => ring.get(second.kid), { timeout: 30_000 }).toBe(second);
    expect(loads).toBe(2);
  });

  test('an unknown id asks, and made-up ids ask at most once a second', async () => {
    const ring = newRing();
    await ring.current();
    now += 1000;
    stored = [first, second];
    expect(await ring.find(second.kid)).toBe(second);
    expect(loads).toBe(2);
    const madeUp = Array.from({ length: 1000 }, (_, index) => String(index).padStart(43, 'A'));
    expect((await Promise.all(madeUp.map((kid) => ring.find(kid)))).every((key) => key === undefined)).toBe(
      true,
    );
    expect(loads).toBe(2);
    now += 1000;
    await Promise.all(madeUp.map((kid) => ring.find(kid)));
    expect(loads).toBe(3);
  });
});

describe('a store that does not answer', () => {
  test('the remembered keys go on, and it is said', async () => {
    const ring = newRing();
    await ring.current();
    failing = true;
    now += 10 * MINUTE;
    expect((await ring.current()).kid).toBe(first.kid);
    expect(await ring.find(first.kid)).toBe(first);
    await expect.poll(() => errors.length, { timeout: 30_000 }).toBe(1);
  });

  test('an unknown id is no refusal while nobody can know', async () => {
    const ring = newRing();
    await ring.current();
    failing = true;
    now += 1000;
    await expect(ring.find(second.kid)).rejects.toThrow('connection lost');
  });

  test('from the start: nothing is signed or refused, and it recovers', async () => {
    const ring = newRing();
    failing = true;
    await expect(ring.current()).rejects.toThrow('connection lost');
    await expect(ring.find(first.kid)).rejects.toThrow('connection lost');
    failing = false;
    expect((await ring.current()).kid).toBe(first.kid);
  });
});

test('a key under the id of another one is not opened', async () => {
  const mixed = { kid: stranger.kid, secret: own.secret };
  await expect(openSigningKey(mixed, { activeFrom: 0, ...NOTHING })).rejects.toThrow('another key');
});
