import { describe, expect, test } from 'vitest';
import { systemClock } from '../../kernel/clock.ts';
import { isAppError } from '../../kernel/errors.ts';
import { MemoryCache } from '../../platform/cache/index.ts';
import type { Cache } from '../../platform/cache/port.ts';
import { createSignInLimits, type Guess, type SignInLimits } from './identity.limits.ts';

describe('guessing passwords', () => {
  let now = 0;
  const clock = () => new Date(now);
  const guess = (address: string, emailKey = 'ada@example.org') => ({ address, emailKey });
  const create = () => {
    now = Date.parse('2026-03-01T12:00:00Z');
    const cache = new MemoryCache(10_000, clock);
    return createSignInLimits({ cache, clock, logger: { warn: () => undefined }, enabled: true });
  };
  /** 0 where the attempt may be made, otherwise the seconds of `Retry-After`. */
  const attempt = async (limits: SignInLimits, by: Guess): Promise<number> =>
    limits.password(by).then(
      () => 0,
      (error: unknown) => {
        if (!isAppError(error) || error.code !== 'identity.too_many_attempts') throw error;
        return error.retryAfterSeconds ?? Number.NaN;
      },
    );

  test('after ten, each attempt of a network at an account waits twice as long, up to a quarter of an hour', async () => {
    const limits = create();
    for (let index = 0; index < 10; index += 1) expect(await attempt(limits, guess('192.0.2.7'))).toBe(0);
    const waits: number[] = [];
    for (let index = 0; index < 12; index += 1) {
      expect(await attempt(limits, guess('192.0.2.7'))).toBe(0);
      const wait = await attempt(limits, guess('192.0.2.7'));
      // Asking again meanwhile makes it no longer.
      expect(await attempt(limits, guess('192.0.2.7'))).toBe(wait);
      waits.push(wait);
      now += wait * 1000;
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
  });

  test('what one network tries keeps no other one and no other account out', async () => {
    const limits = create();
    for (let index = 0; index < 12; index += 1) await attempt(limits, guess('192.0.2.7'));
    expect(await attempt(limits, guess('192.0.2.7'))).toBeGreaterThan(0);
    expect(await attempt(limits, guess('192.0.2.8'))).toBe(0);
    expect(await attempt(limits, guess('192.0.2.7', 'eve@example.org'))).toBe(0);
  });

  test('a thousand networks together get one attempt a minute, and a network that is known is not kept out', async () => {
    const limits = create();
    await limits.forgive(guess('198.51.100.1'));
    let admitted = 0;
    const begin = now;
    for (let index = 0; index < 1000; index += 1) {
      if ((await attempt(limits, guess(`10.1.${index >> 8}.${index & 255}`))) === 0) admitted += 1;
      now += 1000;
    }
    const minutes = (now - begin) / 60_000;
    expect(admitted).toBeLessThan(100 + 10 + minutes);
    expect(await attempt(limits, guess('203.0.113.9'))).toBeGreaterThan(0);
    expect(await attempt(limits, guess('198.51.100.1'))).toBe(0);
  });

  test.each([
    ['a /48 of IPv6', (index: number) => `2001:db8:1:${index.toString(16)}::1`, '2001:db8:2::1'],
    ['a /24 of IPv4', (index: number) => `192.0.2.${index % 256}`, '198.51.100.1'],
  ])('%s has many networks, and no more guesses than five of them', async (_what, at, elsewhere) => {
    const limits = create();
    await limits.forgive(guess(at(255)));
    let admitted = 0;
    for (let index = 0; index < 200; index += 1)
      if ((await attempt(limits, guess(at(index)))) === 0) admitted += 1;
    // One more is the turn of the first wait.
    expect(admitted).toBe(51);
    expect(await attempt(limits, guess(elsewhere))).toBe(0);
    // Who has signed in from there is not kept out by neighbours.
    expect(await attempt(limits, guess(at(255)))).toBe(0);
  });

  test('a /48 cannot have the passwords of everybody computed', async () => {
    const limits = create();
    const at = (index: number) => `2001:db8:1:${index.toString(16)}::1`;
    await limits.forgive(guess(at(0), 'neighbour@example.org'));
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, index) =>
        attempt(limits, guess(at(index), `ada-${index}@example.org`)),
      ),
    );
    expect(answers.filter((wait) => wait === 0)).toHaveLength(600);
    expect(await attempt(limits, guess('2001:db8:2::1'))).toBe(0);
    // Who has signed in from there is not kept out by neighbours, nor who holds a link or answers with the second factor.
    expect(await attempt(limits, guess(at(0), 'neighbour@example.org'))).toBe(0);
    await limits.signIn(at(0));
  });

  test('the right admin secret begins both counts again', async () => {
    const limits = create();
    for (let index = 0; index < 200; index += 1) {
      await limits.adminSecret('192.0.2.7');
      await limits.forgiveAdminSecret('192.0.2.7');
    }
    for (let index = 0; index < 50; index += 1) await limits.adminSecret(`192.0.2.${index}`);
    await expect(limits.adminSecret('192.0.2.99')).rejects.toMatchObject({
      code: 'identity.too_many_attempts',
    });
  });

  test('who registers with somebody’s address again and again does not keep them from a new password', async () => {
    const limits = create();
    const mail = (purpose: 'registration' | 'reset', address: string) =>
      limits.mail(purpose, guess(address)).then(
        () => true,
        () => false,
      );
    for (let index = 0; index < 5; index += 1) expect(await mail('registration', '192.0.2.7')).toBe(true);
    expect(await mail('registration', '192.0.2.7')).toBe(false);
    expect(await mail('reset', '198.51.100.1')).toBe(true);
  });

  test('a hundred attempts at once are ten and one', async () => {
    const limits = create();
    const answers = await Promise.all(Array.from({ length: 100 }, () => attempt(limits, guess('192.0.2.7'))));
    expect(answers.filter((wait) => wait === 0)).toHaveLength(11);
  });

  test('a right password begins the count of its own network again', async () => {
    const limits = create();
    for (let index = 0; index < 11; index += 1) await attempt(limits, guess('192.0.2.7'));
    await limits.forgive(guess('192.0.2.7'));
    for (let index = 0; index < 10; index += 1) expect(await attempt(limits, guess('192.0.2.7'))).toBe(0);
  });
});

test('without its cache nobody is locked out, and it is said', async () => {
  const lost = () => Promise.reject(new Error('connection lost'));
  const cache: Cache = { get: lost, set: lost, delete: lost, increment: lost, close: lost };
  const warnings: unknown[] = [];
  const logger = { warn: (...line: unknown[]) => warnings.push(line) };
  const limits = createSignInLimits({ cache, clock: systemClock, logger, enabled: true });
  const guess = { emailKey: 'ada@example.org', address: '192.0.2.7' };
  await limits.signIn('192.0.2.7');
  await limits.password(guess);
  await limits.forgive(guess);
  await limits.register('192.0.2.7');
  await limits.mail('reset', guess);
  expect(warnings.length).toBeGreaterThanOrEqual(6);
});
