import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandLine, createCommandLine, type RunningCommand, servingAt } from '../command.ts';
import { postgresTestDatabase, type TestDatabase, testServerUrl } from '../database.ts';

const databaseUrl = testServerUrl() ?? '';
const redisUrl = process.env.TEST_REDIS_URL ?? '';
const ACCOUNT = { email: 'ana@example.org', password: 'a long enough password' };
/** Requests a minute of one key. */
const BUDGET = 100;
/** What the product promises for what is revoked. */
const WITHIN = { timeout: 5_000, interval: 20 };

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

describe.skipIf(databaseUrl === '' || redisUrl === '')('two servers that share PostgreSQL and Redis', () => {
  let db: TestDatabase;
  let cli: CommandLine;
  let servers: readonly RunningCommand[] = [];
  let here: string;
  let there: string;

  beforeAll(async () => {
    db = await postgresTestDatabase(databaseUrl);
    cli = await createCommandLine({
      DATABASE_URL: db.url ?? '',
      REDIS_URL: redisUrl,
      SECRET_KEY: randomBytes(24).toString('hex'),
      RATE_LIMIT_KEY: String(BUDGET),
      PORT: '0',
      PARSE_WORKERS: '1',
    });
    const made = await cli.run(
      ['user', 'create', ACCOUNT.email, '--organization', 'Here', '--role', 'admin'],
      {
        SCRIPTORIUM_PASSWORD: ACCOUNT.password,
      },
    );
    expect(made.code, made.stderr).toBe(0);
    servers = [cli.start(['serve']), cli.start(['serve', '--no-work'])];
    const [first = '', second = ''] = await Promise.all(servers.map(servingAt));
    [here, there] = [first, second];
  });
  afterAll(async () => {
    for (const { child } of servers) child.kill('SIGTERM');
    await Promise.all(servers.map(({ result }) => result));
    await cli.close();
    await db.close();
  });

  async function call(
    server: string,
    method: string,
    path: string,
    token?: string,
    body?: object,
  ): Promise<Answer> {
    const answer = await fetch(`${server}/api/v1${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
  }
  const signIn = async (server: string) =>
    String((await call(server, 'POST', '/auth/login?transport=body', undefined, ACCOUNT)).body.accessToken);
  async function newKey(token: string): Promise<{ readonly id: string; readonly key: string }> {
    const made = await call(here, 'POST', '/api-keys', token, { name: 'Program', scopes: ['library:read'] });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    return { id: String(made.body.id), key: String(made.body.key) };
  }

  /** A stream of events of the second server. */
  async function follow(bearer: string) {
    const left = new AbortController();
    const stream = await fetch(`${there}/api/v1/library/events`, {
      headers: { authorization: `Bearer ${bearer}` },
      signal: left.signal,
    });
    expect([stream.status, stream.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    let open = true;
    const close = () => {
      open = false;
    };
    void stream.text().then(close, close);
    return { isOpen: () => open, leave: () => left.abort() };
  }

  test('a key has one budget, whichever server it asks', async () => {
    const { key } = await newKey(await signIn(here));
    const asked = Array.from({ length: BUDGET + 20 }, (_, index) => (index % 2 === 0 ? here : there));
    const answers: number[] = [];
    for (const server of asked) answers.push((await call(server, 'GET', '/api-keys/current', key)).status);
    expect(answers.filter((status) => status === 200)).toHaveLength(BUDGET);
    expect(answers.slice(BUDGET)).toEqual(Array.from({ length: 20 }, () => 429));
  });

  test('wrong passwords are counted together', async () => {
    // Redis keeps its counts from one run to the next.
    const guess = { email: `${randomUUID()}@example.org`, password: 'a wrong password' };
    const answers: number[] = [];
    for (let index = 0; index < 12; index += 1)
      answers.push(
        (await call(index % 2 === 0 ? here : there, 'POST', '/auth/login', undefined, guess)).status,
      );
    expect(answers.slice(0, 11)).toEqual(Array.from({ length: 11 }, () => 401));
    expect(answers.at(-1)).toBe(429);
  });

  test('a key that one revokes the other refuses', async () => {
    const token = await signIn(here);
    const { id, key } = await newKey(token);
    expect((await call(there, 'GET', '/library/sources', key)).status).toBe(200);
    expect((await call(here, 'DELETE', `/api-keys/${id}`, token)).status).toBe(204);
    await expect
      .poll(async () => (await call(there, 'GET', '/library/sources', key)).status, WITHIN)
      .toBe(401);
  });

  test.each([
    [
      'a sign-in',
      async (token: string) => ({ bearer: token, end: () => call(here, 'POST', '/auth/logout', token) }),
    ],
    [
      'a key',
      async (token: string) => {
        const { id, key } = await newKey(token);
        return { bearer: key, end: () => call(here, 'DELETE', `/api-keys/${id}`, token) };
      },
    ],
  ])('an open stream of the one ends when the other ends %s', async (_what, begin) => {
    const { bearer, end } = await begin(await signIn(here));
    const [ending, other] = await Promise.all([follow(bearer), follow(await signIn(there))]);
    expect((await end()).status).toBe(204);
    await expect.poll(ending.isOpen, WITHIN).toBe(false);
    expect(other.isOpen()).toBe(true);
    other.leave();
  });
});
