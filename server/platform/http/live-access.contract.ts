import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Actor, instanceActor, type Role } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { TestDatabase } from '../../testing/database.ts';
import { type AccessChangeFeed, createAccessChanges } from '../auth/index.ts';
import type { Authenticator } from '../auth/port.ts';
import { createLogger } from '../logging/index.ts';
import { createHttpServer } from './index.ts';
import type { Http } from './port.ts';
import { sendEvents } from './sse.ts';

const organizationId = newId();
const otherOrganization = newId();

/** Who may come in, by their token; the tests change it. */
const rights = new Map<string, Role>();
let broken = false;

const authenticator: Authenticator = {
  authenticate: async ({ bearer = '', requestId }): Promise<Actor> => {
    if (broken) throw new AppError({ kind: 'unavailable', code: 'x', safeMessage: 'x', retryable: true });
    const role = rights.get(bearer);
    if (!role) throw new AppError({ kind: 'unauthenticated', code: 'x.ended', safeMessage: 'x' });
    return {
      kind: 'user',
      userId: bearer,
      organizationId,
      role,
      scopes: [],
      requestId,
      credentialId: `s-${bearer}`,
    };
  },
  authenticateOperator: async ({ requestId }) => instanceActor(requestId),
};

/** Streams end when access does, on every database. */
export function liveAccessContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`live access on ${name}`, () => {
    let db: TestDatabase;
    let changes: AccessChangeFeed;
    let http: Http;
    let url: string;
    let sourceSignal: AbortSignal | undefined;
    let opened: PromiseWithResolvers<void>;

    beforeAll(async () => {
      db = await open();
      changes = createAccessChanges(db.database);
      await changes.start();
      http = await createHttpServer({
        settings: {
          host: '127.0.0.1',
          port: 0,
          publicUrl: undefined,
          trustedProxies: 0,
          corsOrigins: [],
          rateLimit: false,
          secureCookies: false,
        },
        logger: createLogger('silent'),
        authenticator,
        accessChanges: changes,
        surroundings: [],
        routes: [
          (api) => {
            const config = { access: { minimum: 'regular', scope: null } } as const;
            // Never gives a second event, and does not even listen to its signal.
            api.get('/deaf', { config }, (request, reply) =>
              sendEvents(request, reply, async function* (signal) {
                sourceSignal = signal;
                yield { event: 'start', data: {} };
                opened.resolve();
                await new Promise(() => undefined);
              }),
            );
            api.get('/throwing', { config }, (request, reply) =>
              sendEvents(request, reply, async function* (signal) {
                sourceSignal = signal;
                yield { event: 'start', data: {} };
                opened.resolve();
                await once(signal, 'abort');
                signal.throwIfAborted();
              }),
            );
          },
        ],
      });
      await http.listen({ host: '127.0.0.1', port: 0 });
      url = `http://127.0.0.1:${(http.server.address() as AddressInfo).port}/api/v1`;
    });
    beforeEach(() => {
      rights.clear();
      broken = false;
      opened = Promise.withResolvers();
    });
    afterAll(async () => {
      await http.close();
      await changes.close();
      await db.close();
    });

    const stream = async (path: string, token: string) => {
      const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
      expect(response.status).toBe(200);
      await opened.promise;
      return response;
    };
    const tell = (change: Parameters<AccessChangeFeed['notify']>[1]) =>
      db.database.uow.write(instanceActor('test'), (tx) => changes.notify(tx, change));

    test.each(['/deaf', '/throwing'])(
      '%s ends with an error event when the session has ended',
      async (path) => {
        rights.set('ann', 'regular');
        const response = await stream(path, 'ann');
        rights.delete('ann');
        await tell({ credentialId: 's-ann' });
        const text = await response.text();
        expect(text).toMatch(/^event: start\n/);
        expect(text).toContain('event: error\n');
        expect(text).toContain('"code":"identity.access_ended"');
        expect(text).not.toContain('event: done');
        expect(sourceSignal?.aborted).toBe(true);
      },
    );

    test.each([
      ['the person', { userId: 'bob' }],
      ['the membership', { userId: 'bob', organizationId }],
      ['the organization', { organizationId }],
      ['anything', {}],
    ])('a change of %s ends it, also where only the role is another', async (_what, change) => {
      rights.set('bob', 'power');
      const response = await stream('/deaf', 'bob');
      rights.set('bob', 'admin');
      await tell(change);
      expect(await response.text()).toContain('identity.access_ended');
    });

    test('a change of somebody else, or one that leaves the rights as they are, does not end it', async () => {
      rights.set('cid', 'regular');
      rights.set('eve', 'regular');
      const response = await stream('/deaf', 'cid');
      rights.delete('cid');
      await tell({ userId: 'eve' });
      await tell({ organizationId: otherOrganization });
      await tell({ credentialId: 's-eve' });
      rights.set('cid', 'regular');
      await tell({ userId: 'cid' });
      // Told in order: once the last one was heard, the ones before it were heard too.
      const heard = Promise.withResolvers<void>();
      const unwatch = changes.watch({ ...instanceActor('x'), userId: 'dot' }, () => heard.resolve());
      await tell({ userId: 'dot' });
      await heard.promise;
      unwatch();
      expect(sourceSignal?.aborted).toBe(false);
      rights.delete('cid');
      await tell({ userId: 'cid' });
      expect(await response.text()).toContain('identity.access_ended');
    });

    test('a database that does not answer ends nothing', async () => {
      rights.set('fay', 'regular');
      const response = await stream('/deaf', 'fay');
      broken = true;
      await tell({ userId: 'fay' });
      const heard = Promise.withResolvers<void>();
      const unwatch = changes.watch({ ...instanceActor('x'), userId: 'gil' }, () => heard.resolve());
      await tell({ userId: 'gil' });
      await heard.promise;
      unwatch();
      expect(sourceSignal?.aborted).toBe(false);
      broken = false;
      rights.delete('fay');
      await tell({ userId: 'fay' });
      expect(await response.text()).toContain('identity.access_ended');
    });

    test('what is rolled back is told to nobody', async () => {
      const heard: string[] = [];
      const last = Promise.withResolvers<void>();
      const watching = [
        changes.watch({ ...instanceActor('x'), userId: 'rolled back' }, () => heard.push('rolled back')),
        changes.watch({ ...instanceActor('x'), userId: 'committed' }, () => {
          heard.push('committed');
          last.resolve();
        }),
      ];
      const failing = db.database.uow.write(instanceActor('test'), async (tx) => {
        await changes.notify(tx, { userId: 'rolled back' });
        throw new Error('on purpose');
      });
      await expect(failing).rejects.toThrow('on purpose');
      await tell({ userId: 'committed' });
      await last.promise;
      expect(heard).toEqual(['committed']);
      for (const unwatch of watching) unwatch();
    });
  });
}
