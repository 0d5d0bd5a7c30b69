import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { openEmbedded } from '../../platform/db/embedded.ts';
import { postgresTestDatabase, type TestDatabase, testServerUrl } from '../database.ts';
import { Api } from './api.ts';
import { KillRounds, type KnownKeys } from './kill.ts';
import { Product, type ProductOptions, scratchFolder } from './product.ts';

/** 3 in continuous integration; `KILL_ROUNDS=20` by hand before a release. `KILL_SEED` repeats a run. */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 3);
const SEED = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);

const keysInUse = 'select storage_key from library_versions';
const keysOf = (rows: readonly Record<string, unknown>[]): string[] =>
  rows.map((row) => String(row.storage_key));

let rounds: KillRounds | undefined;
let database: TestDatabase | undefined;
let folder: Awaited<ReturnType<typeof scratchFolder>> | undefined;

afterEach(async () => {
  await rounds?.product.kill('SIGKILL');
  await database?.close();
  await folder?.remove();
  rounds = undefined;
  database = undefined;
  folder = undefined;
});

it(`loses, doubles and blocks nothing on the embedded database over ${ROUNDS} kills (seed ${SEED})`, async () => {
  folder = await scratchFolder();
  const options = { dataDir: folder.path };
  const running = await survive(options);
  expect(await running.inventory(embeddedKeys(options))).toEqual([]);
});

it(`loses, doubles and blocks nothing on PostgreSQL over ${ROUNDS} kills (seed ${SEED})`, async ({
  skip,
}) => {
  const server = testServerUrl();
  if (server === undefined) return skip('no PostgreSQL: TEST_DATABASE_URL is not set');
  folder = await scratchFolder();
  const postgres = await postgresTestDatabase(server);
  database = postgres;
  const working = postgres.url ?? '';
  const owner = Object.assign(new URL(server), { pathname: new URL(working).pathname });
  const options = {
    dataDir: folder.path,
    environment: { DATABASE_URL: working, DATABASE_MIGRATION_URL: owner.href },
  };
  const running = await survive(options);
  expect(await running.inventory(async () => keysOf(await postgres.owner(keysInUse)))).toEqual([]);
});

async function survive(options: ProductOptions): Promise<KillRounds> {
  const product = await Product.start(options);
  const api = await Api.register(product.baseUrl);
  const running = new KillRounds(product, api, options, seededRandom(SEED), 6_000);
  rounds = running;
  for (let number = 1; number <= ROUNDS; number++) {
    expect([number, await running.round(number)]).toEqual([number, []]);
  }
  return running;
}

/** Opens the folder of a product that has ended. */
function embeddedKeys(options: ProductOptions): KnownKeys {
  return async () => {
    const opened = await openEmbedded({ folder: join(options.dataDir, 'database') });
    try {
      return keysOf((await opened.raw.query<Record<string, unknown>>(keysInUse)).rows);
    } finally {
      await opened.close();
    }
  };
}

/** mulberry32: small, and the same on every machine. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
