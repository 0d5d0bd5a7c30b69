import { randomUUID } from 'node:crypto';
import { type ClientRequest, request as httpRequest, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { Type } from 'typebox';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { publicActor } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { TestDatabase } from '../../testing/database.ts';
import type { Authenticator } from '../auth/port.ts';
import { loadConfig } from '../config/index.ts';
import { createLogger } from '../logging/index.ts';
import { createIdempotency, type Idempotency } from './idempotency.ts';
import type { Http } from './port.ts';
import { createHttpServer } from './server.ts';
import { sendEvents } from './sse.ts';

const MOST_BYTES = 1000;
const SECRET = 'nobody else may ever read this';

/** The bearer token is `<user> <organization>`. */
const authenticator: Authenticator = {
  authenticate: async ({ bearer = '', requestId }) => {
    const [userId = '', organizationId = ''] = bearer.split('.');
    return { kind: 'user', userId, organizationId, role: 'power', scopes: [], requestId };
  },
  authenticateOperator: async ({ requestId }) => ({ ...publicActor(requestId), kind: 'operator' }),
};

/** What the header promises, on every database: a server with routes that count how often they ran. */
export function idempotencyContract(name: string, open: () => Promise<TestDatabase>): void {
  describe(`idempotency: ${name}`, () => {
    let db: TestDatabase;
    let http: Http;
    let idempotency: Idempotency;
    let url: string;
    let runs = 0;
    let gate = Promise.resolve();
    /** The answer of the stream that was asked for last. */
    let stream: ServerResponse | undefined;
    /** For each key that was claimed or freed since the stream began, whether its end had been written by then. */
    const streamEnded: boolean[] = [];
    const errors: unknown[] = [];
    const here = newId();
    const elsewhere = newId();
    const ana = `${newId()}.${here}`;
    const bo = `${newId()}.${here}`;
    const stranger = `${newId()}.${elsewhere}`;

    function routes(api: Http): void {
      const config = { access: { minimum: 'power', scope: null } } as const;
      const body = Type.Object({ name: Type.String() });
      api.addContentTypeParser('multipart/form-data', (_request, _payload, done) => done(null));
      api.post('/things', { config, schema: { body } }, async (request, reply) => {
        await gate;
        runs += 1;
        return reply
          .code(201)
          .header('location', `/things/${runs}`)
          .send({ run: runs, name: request.body.name });
      });
      api.post('/uploads', { config }, async (request, reply) => {
        const { length } = await text(request.raw);
        runs += 1;
        return reply.code(202).send({ run: runs, length });
      });
      api.post('/empty', { config }, async (_request, reply) => {
        runs += 1;
        return reply.code(204).send();
      });
      api.post('/missing', { config }, async () => {
        runs += 1;
        throw new AppError({ kind: 'not_found', code: 'test.missing', safeMessage: 'There is none.' });
      });
      api.post('/broken', { config }, async () => {
        runs += 1;
        throw new Error('on purpose');
      });
      api.post('/large', { config }, async (_request, reply) => {
        runs += 1;
        return reply
          .code(202)
          .header('location', '/tasks/1')
          .send({ text: 'x'.repeat(MOST_BYTES) });
      });
      api.post('/secrets', { config: { ...config, secretAnswer: true } }, async (_request, reply) => {
        runs += 1;
        return reply.code(201).header('location', `/secrets/${runs}`).send({ secret: SECRET });
      });
      api.post('/events', { config }, (request, reply) => {
        runs += 1;
        stream = reply.raw;
        streamEnded.length = 0;
        return sendEvents(request, reply, async function* () {
          yield { event: 'done', data: {} } as const;
        });
      });
      api.post('/public', { config: { access: { public: 'a test' } } }, async () => ({ run: ++runs }));
    }

    beforeAll(async () => {
      db = await open();
      for (const id of [here, elsewhere])
        await db.owner("insert into organizations (id, name) values ($1, 'One')", [id]);
      idempotency = createIdempotency({
        uow: {
          ...db.database.uow,
          write: (actor, work) => {
            if (stream) streamEnded.push(stream.writableEnded);
            return db.database.uow.write(actor, work);
          },
        },
        ids: newId,
        onError: (error) => errors.push(error),
        mostBytes: MOST_BYTES,
      });
      http = await createHttpServer({
        settings: loadConfig({ RATE_LIMIT: 'off' }).http,
        logger: createLogger('silent'),
        authenticator,
        idempotency,
        routes: [routes],
        surroundings: [],
      });
      await http.listen({ host: '127.0.0.1', port: 0 });
      url = `http://127.0.0.1:${(http.server.address() as AddressInfo).port}/api/v1`;
    });
    afterAll(async () => {
      await http.close();
      await db.close();
      expect(errors).toEqual([]);
    });
    beforeEach(() => {
      runs = 0;
    });

    interface Sent {
      readonly who?: string;
      readonly body?: string | null;
      readonly headers?: Readonly<Record<string, string>>;
    }

    async function post(
      path: string,
      key: string,
      { who = ana, body = '{"name":"a"}', headers = {} }: Sent = {},
    ) {
      const type = body === null ? {} : { 'content-type': 'application/json' };
      const response = await fetch(`${url}${path}`, {
        method: 'POST',
        body,
        headers: { authorization: `Bearer ${who}`, 'idempotency-key': key, ...type, ...headers },
      });
      const answer = await response.text();
      return {
        status: response.status,
        replayed: response.headers.get('idempotency-replayed'),
        location: response.headers.get('location'),
        retryAfter: response.headers.get('retry-after'),
        type: response.headers.get('content-type'),
        body:
          answer === '' || !/json/.test(response.headers.get('content-type') ?? '')
            ? answer
            : JSON.parse(answer),
      };
    }

    /** Until a first request is on its way. */
    async function claimed(): Promise<void> {
      const running = () => db.owner('select 1 from idempotency_keys where status is null');
      while ((await running()).length === 0) await delay(10);
    }

    test('an answer that holds a secret is not kept, and the work is done once all the same', async () => {
      const key = randomUUID();
      expect(await post('/secrets', key)).toMatchObject({ status: 201, body: { secret: SECRET } });
      expect(await post('/secrets', key)).toMatchObject({
        status: 409,
        replayed: null,
        body: { code: 'request.answer_not_kept', detail: expect.stringContaining('/secrets/1') },
      });
      expect(runs).toBe(1);
      const kept = JSON.stringify(await db.owner('select * from idempotency_keys'));
      expect(kept).toContain('/secrets/1');
      expect(kept).not.toContain(SECRET);
    });

    test('the same key and request get the first answer, and the work is done once', async () => {
      const key = randomUUID();
      const first = await post('/things', key);
      const again = await post('/things', key, { body: '{ "name": "a" }' });
      expect(first).toMatchObject({
        status: 201,
        replayed: null,
        location: '/things/1',
        body: { run: 1, name: 'a' },
      });
      expect(again).toEqual({ ...first, replayed: 'true' });
      expect(runs).toBe(1);
    });

    test('another body or query with the same key is refused', async () => {
      const key = randomUUID();
      await post('/things', key);
      for (const again of [
        await post('/things', key, { body: '{"name":"b"}' }),
        await post('/things?dry=1', key),
      ]) {
        expect(again).toMatchObject({ status: 422, body: { code: 'request.idempotency_key_reused' } });
      }
      expect(runs).toBe(1);
    });

    test('a key belongs to its person, organization and path', async () => {
      const key = randomUUID();
      await post('/things', key);
      expect(await post('/things', key, { who: bo, body: '{"name":"b"}' })).toMatchObject({
        status: 201,
        body: { run: 2 },
      });
      expect(await post('/things', key, { who: stranger })).toMatchObject({ status: 201, body: { run: 3 } });
      expect(await post('/things', key, { who: `${ana.split('.')[0]}.${elsewhere}` })).toMatchObject({
        status: 201,
        body: { run: 4 },
      });
      expect(await post('/empty', key, { body: null })).toMatchObject({ status: 204, replayed: null });
    });

    test('an empty answer and a refusal are answers too', async () => {
      const key = randomUUID();
      await post('/empty', key, { body: null });
      const empty = await post('/empty', key, { body: null });
      expect(empty).toMatchObject({ status: 204, replayed: 'true', body: '' });
      const missing = await post('/missing', key, { body: null });
      expect(missing).toMatchObject({
        status: 404,
        type: expect.stringContaining('application/problem+json'),
      });
      expect(await post('/missing', key, { body: null })).toEqual({ ...missing, replayed: 'true' });
      expect(runs).toBe(2);
    });

    test('while the first request runs, the second one is told to wait', async () => {
      const key = randomUUID();
      const held = Promise.withResolvers<void>();
      gate = held.promise;
      const first = post('/things', key);
      await claimed();
      expect(await post('/things', key)).toMatchObject({
        status: 409,
        retryAfter: '2',
        body: { code: 'request.in_flight' },
      });
      held.resolve();
      expect(await first).toMatchObject({ status: 201 });
      expect(await post('/things', key)).toMatchObject({ status: 201, replayed: 'true' });
      expect(runs).toBe(1);
    });

    test('many at once: one runs, the others wait or get its answer', async () => {
      const key = randomUUID();
      const answers = await Promise.all(Array.from({ length: 12 }, () => post('/things', key)));
      expect(runs).toBe(1);
      expect(answers.filter(({ status, replayed }) => status === 201 && replayed === null)).toHaveLength(1);
      for (const { status } of answers) expect([201, 409]).toContain(status);
    });

    test('our own failures and answers that stream are not kept', async () => {
      const key = randomUUID();
      for (const run of [1, 2])
        expect([await post('/broken', key), runs]).toMatchObject([{ status: 500, replayed: null }, run]);
      for (const run of [3, 4])
        expect([await post('/events', key), runs]).toMatchObject([
          { status: 200, replayed: null, type: expect.stringContaining('event-stream') },
          run,
        ]);
    });

    test('the key of a stream is free before its reader has the end of it', async () => {
      await post('/events', randomUUID());
      expect(streamEnded).toEqual([false]);
    });

    test('an answer that is too large to keep is not given again, nor is the work done again', async () => {
      const key = randomUUID();
      expect(await post('/large', key)).toMatchObject({ status: 202 });
      expect(await post('/large', key)).toMatchObject({
        status: 409,
        body: { code: 'request.answer_not_kept', detail: expect.stringContaining('/tasks/1') },
      });
      expect(runs).toBe(1);
    });

    test.each([[''], ['a'.repeat(256)], ['caf\u00e9']])('the key “%s” is malformed', async (key) => {
      expect(await post('/things', key)).toMatchObject({
        status: 400,
        body: { code: 'request.invalid_idempotency_key' },
      });
      expect(runs).toBe(0);
    });

    test('public routes ignore the header', async () => {
      const key = randomUUID();
      expect((await post('/public', key)).body).toEqual({ run: 1 });
      expect((await post('/public', key)).body).toEqual({ run: 2 });
    });

    describe('multipart', () => {
      const form = (content: string) => `--x\r\n${content}\r\n--x--`;
      const multipart = (content: string, headers: Record<string, string> = {}) => ({
        body: form(content),
        headers: { 'content-type': 'multipart/form-data; boundary=x', ...headers },
      });

      test('is compared by length and declared digest', async () => {
        const key = randomUUID();
        const first = await post('/uploads', key, multipart('one'));
        expect(await post('/uploads', key, multipart('one'))).toEqual({ ...first, replayed: 'true' });
        expect(await post('/uploads', key, multipart('longer'))).toMatchObject({ status: 422 });
        expect(
          await post('/uploads', key, multipart('one', { 'content-digest': 'sha-256=:AAAA:' })),
        ).toMatchObject({ status: 422 });
        expect(runs).toBe(1);
      });

      test('an upload that broke off can be sent again', async () => {
        const key = randomUUID();
        const { body, headers } = multipart('one');
        const broken = startUpload(`${url}/uploads`, {
          ...headers,
          authorization: `Bearer ${ana}`,
          'idempotency-key': key,
          'content-length': String(body.length),
        });
        broken.write(body.slice(0, 5));
        await claimed();
        expect(await post('/uploads', key, multipart('one'))).toMatchObject({ status: 409 });
        broken.destroy();
        await new Promise((resolve) => broken.once('close', resolve));
        let again = await post('/uploads', key, multipart('one'));
        for (; again.status === 409; again = await post('/uploads', key, multipart('one'))) await delay(10);
        expect(again).toMatchObject({ status: 202, replayed: null, body: { length: body.length } });
      });
    });

    test('what a killed process left running is free when its lease has ended, for the same request', async () => {
      const key = randomUUID();
      await post('/things', key);
      await db.owner(
        "update idempotency_keys set status = null, leased_until = now() - interval '1 second' where body like '%\"run\":1,%'",
      );
      expect(await post('/things', key, { body: '{"name":"b"}' })).toMatchObject({ status: 422 });
      expect(await post('/things', key)).toMatchObject({ status: 201, replayed: null, body: { run: 2 } });
    });

    test('after a day the key is new, and the sweep removes what has expired and nothing else', async () => {
      const key = randomUUID();
      const kept = randomUUID();
      await db.owner('delete from idempotency_keys');
      await post('/things', key, { who: stranger });
      await db.owner("update idempotency_keys set expires_at = now() - interval '1 second'");
      await post('/things', kept);
      expect(await post('/things', key, { who: stranger, body: '{"name":"b"}' })).toMatchObject({
        status: 201,
        replayed: null,
      });
      await db.owner(
        "update idempotency_keys set expires_at = now() - interval '1 second' where organization_id = $1",
        [elsewhere],
      );
      await idempotency.sweep();
      expect(await db.owner('select organization_id from idempotency_keys')).toEqual([
        { organization_id: here },
      ]);
      expect(await post('/things', kept)).toMatchObject({ replayed: 'true' });
    });
  });
}

function startUpload(url: string, headers: Record<string, string>): ClientRequest {
  const upload = httpRequest(url, { method: 'POST', headers });
  upload.on('error', () => undefined);
  return upload;
}
