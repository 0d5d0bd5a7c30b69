import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { Type } from 'typebox';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { publicActor } from '../kernel/actor.ts';
import { AppError } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { Authenticator } from '../platform/auth/port.ts';
import { loadConfig } from '../platform/config/index.ts';
import { createIdempotency, type Idempotency } from '../platform/http/idempotency.ts';
import type { Http } from '../platform/http/port.ts';
import { createHttpServer } from '../platform/http/server.ts';
import { sendEvents } from '../platform/http/sse.ts';
import { createLogger } from '../platform/logging/index.ts';
import type { TestDatabase } from './database.ts';

const MOST_BYTES = 1000;
export const SECRET = 'nobody else may ever read this';

/** The bearer token is `<user> <organization>`. */
const authenticator: Authenticator = {
  authenticate: async ({ bearer = '', requestId }) => {
    const [userId = '', organizationId = ''] = bearer.split('.');
    return { kind: 'user', userId, organizationId, role: 'power', scopes: [], requestId };
  },
  authenticateOperator: async ({ requestId }) => ({ ...publicActor(requestId), kind: 'operator' }),
};

interface Sent {
  readonly who?: string;
  readonly body?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A server with routes that count how often they ran in a test, and people who post to it.
 * Call it where hooks may be registered.
 */
export function idempotencyStage(open: () => Promise<TestDatabase>) {
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

  return {
    now: () => ({ db, idempotency, url }),
    ...{ here, elsewhere, ana, bo, stranger, post, claimed, streamEnded },
    /** How often a route ran in this test. */
    runs: () => runs,
    /** Makes `/things` wait. */
    holdUntil: (opened: Promise<void>) => {
      gate = opened;
    },
  };
}

export type IdempotencyStage = ReturnType<typeof idempotencyStage>;
