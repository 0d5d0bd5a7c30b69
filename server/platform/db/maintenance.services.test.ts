import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresTestDatabase, type TestDatabase, testServerUrl } from '../../testing/database.ts';
import { inspectDatabase, migrateDatabase, pendingMigrations } from './maintenance.ts';
import { openDatabase } from './open.ts';

const serverUrl = testServerUrl();

describe.skipIf(serverUrl === undefined)('maintenance of a PostgreSQL', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await postgresTestDatabase(serverUrl ?? '', 2);
  });
  afterAll(() => db.close());

  const configOf = (url: string | undefined) => ({
    dataDir: '/nowhere',
    database: { url, migrationUrl: undefined, poolSize: 2, poolTimeoutSeconds: 5 },
  });

  test('a plain login sees the version, the migrations, the queue and its own rights', async () => {
    const report = await inspectDatabase(configOf(db.url));
    expect(report).toMatchObject({
      kind: 'postgres',
      missing: [],
      unknown: [],
      queue: true,
      roles: { loginAllPowerful: false, loginIsMember: true },
      vector: { installed: expect.stringMatching(/^\d/), available: true },
    });
    expect(report?.serverVersion).toBeGreaterThanOrEqual(160_000);
    expect(await pendingMigrations(configOf(db.url))).toEqual([]);
  });

  test('a server with a plain login and nobody to migrate starts on a migrated database, and says what else to do', async () => {
    const open = () =>
      openDatabase({
        config: { ...configOf(db.url), production: true },
        ownerSteps: [() => Promise.reject(new Error('must not be run'))],
        onError: () => undefined,
        onWarning: () => undefined,
      });
    const opened = await open();
    expect((await opened.database.admin.execute('select current_user as who')).rows).toEqual([
      { who: 'scriptorium_app' },
    ]);
    await opened.close();
    const [last] = await db.owner(
      'delete from schema_migrations where version = (select max(version) from schema_migrations) returning *',
    );
    await expect(open()).rejects.toThrow(/lacks migrations \d{4}_\w+, and .* Run: scriptorium migrate/);
    await db.owner('insert into schema_migrations (version, name, sha256) values ($1, $2, $3)', [
      last?.version,
      last?.name,
      last?.sha256,
    ]);
  });

  test('a superuser is recognised', async () => {
    const ownerUrl = new URL(serverUrl ?? '');
    ownerUrl.pathname = new URL(db.url ?? '').pathname;
    expect(await inspectDatabase(configOf(ownerUrl.href))).toMatchObject({
      roles: { loginAllPowerful: true },
    });
    expect(await migrateDatabase(configOf(ownerUrl.href), [])).toEqual([]);
  });

  test('a newer history than this build knows is reported', async () => {
    await db.owner("insert into schema_migrations (version, name, sha256) values (9999, 'later', '')");
    expect(await inspectDatabase(configOf(db.url))).toMatchObject({ unknown: [9999], missing: [] });
  });

  test('a wrong password and a closed port end with the driver’s error', async () => {
    const wrong = new URL(db.url ?? '');
    wrong.password = 'wrong';
    await expect(inspectDatabase(configOf(wrong.href))).rejects.toThrow(/authentication/);
    await expect(inspectDatabase(configOf('postgres://x@127.0.0.1:1/x'))).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });
});
