import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, test } from 'vitest';
import type { RateLimiter } from './port.ts';
import { rateLimitContract } from './rate-limit.contract.ts';
import { createRedisRateLimiter } from './redis.ts';

const url = process.env.TEST_REDIS_URL;
const QUOTAS = { address: 10, user: 5, key: 5, organization: 20 };

describe.skipIf(url === undefined)('with TEST_REDIS_URL', () => {
  const here = url ?? '';
  const open: RateLimiter[] = [];
  const errors: Error[] = [];
  afterEach(async () => {
    for (const limiter of open.splice(0)) await limiter.close();
    errors.length = 0;
  });

  function limiterOf(address: string): RateLimiter {
    const limiter = createRedisRateLimiter(address, QUOTAS, (error) => errors.push(error));
    open.push(limiter);
    return limiter;
  }

  /** Until it counts in Redis and not by itself, as a second connection can tell: the first comes about in the background. */
  async function connected(limiter: RateLimiter): Promise<RateLimiter> {
    const redis = new Redis(here);
    for (;;) {
      const id = randomUUID();
      await limiter.consume([{ limited: 'organization', id }], 1);
      if ((await redis.exists(`scriptorium:rate:organization:${id}`)) === 1) break;
    }
    redis.disconnect();
    return limiter;
  }

  rateLimitContract('Redis', (quotas) => connected(createRedisRateLimiter(here, quotas, () => undefined)));

  /** A Redis behind a wire that can be cut or fall silent. */
  async function wire(): Promise<{ url: string; server: Server; sockets: Set<Socket>; bytes: () => number }> {
    const { hostname, port } = new URL(here);
    const sockets = new Set<Socket>();
    let writes = 0;
    const server = createServer((client) => {
      const redis = connect(Number(port), hostname);
      for (const socket of [client, redis]) {
        sockets.add(socket);
        socket.on('error', () => undefined);
      }
      client.on('data', (chunk) => {
        writes += 1;
        redis.write(chunk);
      });
      redis.pipe(client);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port: own } = server.address() as AddressInfo;
    const through = Object.assign(new URL(here), { hostname: '127.0.0.1', port: String(own) });
    return { url: through.href, server, sockets, bytes: () => writes };
  }

  test('two processes share a limit', async () => {
    const first = await connected(limiterOf(here));
    const second = await connected(limiterOf(here));
    const user = { limited: 'user', id: randomUUID() } as const;
    const exceeded: (boolean | undefined)[] = [];
    for (const limiter of [first, second, first, second, first, second, first])
      exceeded.push((await limiter.consume([user], 1))[0]?.exceeded);
    expect(exceeded).toEqual([false, false, false, false, false, true, true]);
  });

  test('one round trip for all subjects of a request', async () => {
    const { url: through, bytes } = await wire();
    const limiter = await connected(limiterOf(through));
    const before = bytes();
    const id = randomUUID();
    await limiter.consume(
      [
        { limited: 'address', id },
        { limited: 'user', id },
        { limited: 'organization', id },
      ],
      1,
    );
    expect(bytes() - before).toBe(1);
  });

  test.each(['cut', 'silent'] as const)(
    'with Redis %s requests go on, counted here, and it is said',
    async (how) => {
      const { url: through, server, sockets } = await wire();
      const limiter = await connected(limiterOf(through));
      if (how === 'cut') {
        server.close();
        for (const socket of sockets) socket.destroy();
      } else {
        for (const socket of sockets) {
          socket.removeAllListeners('data');
          socket.pause();
        }
      }
      const user = { limited: 'user', id: randomUUID() } as const;
      const exceeded: (boolean | undefined)[] = [];
      for (let turn = 0; turn < 7; turn++) exceeded.push((await limiter.consume([user], 1))[0]?.exceeded);
      expect(exceeded).toEqual([false, false, false, false, false, true, true]);
      await expect.poll(() => errors.length, { timeout: 10_000 }).toBeGreaterThan(0);
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  );

  test('a Redis that was never there keeps nobody out', async () => {
    const limiter = limiterOf('redis://127.0.0.1:1');
    expect(await limiter.consume([{ limited: 'user', id: 'a' }], 1)).toMatchObject([
      { remaining: 4, exceeded: false },
    ]);
    await expect.poll(() => errors.length).toBe(1);
  });
});
