import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Application, compose } from '../app/compose.ts';
import { instanceActor, type Role } from '../kernel/actor.ts';
import type { Clock } from '../kernel/clock.ts';
import { loadConfig } from '../platform/config/index.ts';
import { MIGRATIONS_FOLDER, readMigrations } from '../platform/db/index.ts';
import { createLogger } from '../platform/logging/index.ts';
import { embeddedTestDatabase, type TestDatabase } from './database.ts';

/** What a call answered. `body` is whatever JSON came back, or the text. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A signed-in person as a program: every call over a real socket. */
export interface Client {
  readonly email: string;
  readonly organizationId: string;
  readonly token: string;
  /** `body`: JSON, or FormData for an upload. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** The whole product on a database of its own, listening on a free port. */
export interface World {
  readonly app: Application;
  readonly database: TestDatabase;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Makes a person; the first one of an organization name makes the organization. */
  person(role: Role, organization?: string, name?: string): Promise<Client>;
  /** Nobody. */
  readonly anonymous: Omit<Client, 'email' | 'organizationId' | 'token'>;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly database?: TestDatabase;
  /** More settings, as in the environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Whether jobs are worked on; default true. */
  readonly work?: boolean;
}

const PASSWORD = 'correct horse battery staple';

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const database = options.database ?? (await embeddedTestDatabase());
  const dataDir = await mkdtemp(join(tmpdir(), 'scriptorium-world-'));
  const config = loadConfig({
    NODE_ENV: 'test',
    DATA_DIR: dataDir,
    PORT: '0',
    LOG_LEVEL: 'silent',
    RATE_LIMIT: 'off',
    SHUTDOWN_SECONDS: '5',
    PARSE_WORKERS: '1',
    ...options.environment,
  });
  const opened = {
    database: database.database,
    migrations: await readMigrations(MIGRATIONS_FOLDER),
    close: async () => undefined,
  };
  const app = await compose(config, {
    logger: createLogger(config.logging.level),
    opened,
    ...(options.clock ? { clock: options.clock } : {}),
  });
  await app.start({ work: options.work ?? true });
  await app.http.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.http.server.address() as AddressInfo).port}`;
  const organizations = new Map<string, string>();

  return {
    app,
    database,
    url,
    anonymous: { call: (method, path, body, headers) => send(url, method, path, body, headers) },
    person: async (role, organization = 'Here', name = `The ${role}`) => {
      const email = `${role}-${randomUUID().slice(0, 8)}@example.org`;
      const known = organizations.get(organization);
      const account = await app.modules.identity.api.createUser(instanceActor('test'), {
        email,
        name,
        password: PASSWORD,
        role,
        organization: known ? { id: known } : { name: organization },
      });
      const organizationId = account.organizations[0]?.id ?? '';
      organizations.set(organization, organizationId);
      const login = await send(url, 'POST', '/auth/login', { email, password: PASSWORD });
      const { accessToken: token } = login.body as { accessToken: string };
      const call: Client['call'] = (method, path, body, headers = {}) =>
        send(url, method, path, body, { authorization: `Bearer ${token}`, ...headers });
      return { email, organizationId, token, call };
    },
    close: async () => {
      await app.stop();
      await database.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** One call over a real socket. `streamMs`: how long an answer that does not end is listened to. */
export async function send(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
  streamMs?: number,
): Promise<Answer> {
  const isForm = body instanceof FormData;
  const response = await fetch(
    `${url}${path.startsWith('/api/') || path.startsWith('/health') ? '' : '/api/v1'}${path}`,
    {
      method,
      headers: {
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
      redirect: 'manual',
    },
  );
  const text = await textOf(response, streamMs);
  const json = /[/+]json(;|$)/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    body: json && text !== '' ? JSON.parse(text) : text,
  };
}

/** The whole body, or, of a stream, what came within the time. */
async function textOf(response: Response, streamMs: number | undefined): Promise<string> {
  const stream = response.headers.get('content-type')?.startsWith('text/event-stream');
  if (!stream || streamMs === undefined || !response.body) return response.text();
  const reader = response.body.getReader();
  const stop = setTimeout(() => void reader.cancel(), streamMs);
  const parts: Uint8Array[] = [];
  for (let part = await reader.read(); !part.done; part = await reader.read()) parts.push(part.value);
  clearTimeout(stop);
  return Buffer.concat(parts).toString();
}

/** Multipart with files, and fields before them. */
export function formOf(
  files: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>,
  fields: Readonly<Record<string, string>> = {},
): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const [name, content] of Object.entries(files)) form.append('file', new Blob([content]), name);
  return form;
}

/** Asks again until the answer satisfies, or says what the last answer was. */
export async function eventually<T>(
  ask: () => Promise<T>,
  satisfies: (value: T) => boolean,
  withinMs = 30_000,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const value = await ask();
    if (satisfies(value)) return value;
    if (Date.now() > end)
      throw new Error(`never satisfied; last answer: ${JSON.stringify(value)?.slice(0, 2000)}`);
    await delay(50);
  }
}
