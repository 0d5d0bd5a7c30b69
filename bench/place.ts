import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const CACHE = fileURLToPath(new URL('../.cache/', import.meta.url));
const SERVICES = fileURLToPath(new URL('../scripts/test-services.sh', import.meta.url));

export type DatabaseKind = 'embedded' | 'postgres';

/** An empty installation: the settings of a server that starts in it. */
export interface Place {
  readonly kind: DatabaseKind;
  readonly settings: Readonly<Record<string, string>>;
  /** A superuser's URL of its database, where that is a server. */
  readonly ownerUrl: string | undefined;
  dispose(): Promise<void>;
}

/** A PostgreSQL for measurements: TEST_DATABASE_URL, or a private durable one; undefined where neither can be had. */
export class Postgres {
  readonly url: string | undefined;
  readonly #own: boolean;

  constructor() {
    const given = process.env.TEST_DATABASE_URL;
    this.#own = given === undefined;
    this.url = given ?? /^TEST_DATABASE_URL=(.*)$/m.exec(services('start'))?.[1];
  }

  close(): void {
    if (this.#own) services('stop');
  }
}

function services(command: 'start' | 'stop'): string {
  return execFileSync('bash', [SERVICES, command], {
    env: { ...process.env, TEST_SERVICES_PROFILE: 'bench' },
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
}

export async function openPlace(kind: DatabaseKind, serverUrl: string | undefined): Promise<Place> {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(`${CACHE}bench-`);
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  const settings = { DATA_DIR: folder };
  if (kind === 'embedded') {
    return { kind, settings, ownerUrl: undefined, dispose: async () => removeFolder() };
  }
  if (serverUrl === undefined) throw new Error('no PostgreSQL');

  // As SECURITY.md asks of operators: the owner migrates, the working login owns nothing.
  const name = `scriptorium_bench_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  const password = randomUUID();
  await execute(serverUrl, `create database ${name}`, `create role ${name} login password '${password}'`);
  const ownerUrl = urlWith(serverUrl, { pathname: `/${name}` });
  const url = urlWith(ownerUrl, { username: name, password });
  return {
    kind,
    settings: { ...settings, DATABASE_URL: url, DATABASE_MIGRATION_URL: ownerUrl },
    ownerUrl,
    dispose: async () => {
      removeFolder();
      await execute(serverUrl, `drop database ${name} with (force)`, `drop role ${name}`);
    },
  };
}

function urlWith(base: string, parts: Partial<Pick<URL, 'pathname' | 'username' | 'password'>>): string {
  return Object.assign(new URL(base), parts).href;
}

async function execute(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
