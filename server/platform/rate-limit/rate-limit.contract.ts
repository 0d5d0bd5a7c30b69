import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Limited, Quotas, RateLimiter } from './port.ts';

const QUOTAS: Quotas = { address: 10, user: 5, key: 7, organization: 20 };

/** What every limiter promises. */
export function rateLimitContract(
  name: string,
  open: (quotas: Quotas) => RateLimiter | Promise<RateLimiter>,
): void {
  describe(`rate limits: ${name}`, () => {
    let limiter: RateLimiter;
    beforeAll(async () => {
      limiter = await open(QUOTAS);
    });
    afterAll(() => limiter.close());
    const subject = (limited: Limited) => ({ limited, id: randomUUID() });

    test('counts down, then refuses until the window ends', async () => {
      const user = subject('user');
      for (const remaining of [4, 3, 2, 1, 0])
        expect(await limiter.consume([user], 1)).toMatchObject([
          { limited: 'user', remaining, exceeded: false },
        ]);
      for (let again = 0; again < 3; again++) {
        const [refused] = await limiter.consume([user], 1);
        expect(refused).toMatchObject({ limited: 'user', remaining: 0, exceeded: true });
        expect(refused?.resetSeconds).toBeGreaterThan(50);
        expect(refused?.resetSeconds).toBeLessThanOrEqual(60);
      }
    });

    test('counts each subject by its own quota, and each kind apart', async () => {
      const id = randomUUID();
      const all = (['address', 'user', 'key', 'organization'] as const).map((limited) => ({ limited, id }));
      expect((await limiter.consume(all, 1)).map(({ remaining }) => remaining)).toEqual([9, 4, 6, 19]);
      expect((await limiter.consume(all, 4)).map(({ remaining }) => remaining)).toEqual([5, 0, 2, 15]);
      expect((await limiter.consume(all, 1)).map(({ exceeded }) => exceeded)).toEqual([
        false,
        true,
        false,
        false,
      ]);
    });

    test('a request that costs more than the quota is refused', async () => {
      expect(await limiter.consume([subject('user')], 6)).toMatchObject([{ exceeded: true }]);
    });

    test('loses no request when many come at once', async () => {
      const organization = subject('organization');
      const allowances = await Promise.all(
        Array.from({ length: 50 }, () => limiter.consume([organization, subject('user')], 1)),
      );
      expect(allowances.filter(([first]) => first?.exceeded === false)).toHaveLength(20);
    });

    test('ids of any characters are apart', async () => {
      const ids = ['a', 'a:b', ':a', 'b:a', ' ', '\n', '*', 'é', '__proto__'].map((id) => id + randomUUID());
      for (const id of ids)
        expect(await limiter.consume([{ limited: 'user', id }], 1)).toMatchObject([{ remaining: 4 }]);
    });
  });
}
