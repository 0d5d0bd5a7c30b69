import { join } from 'node:path';
import pg from 'pg';
import { systemActor } from '../../server/kernel/actor.ts';
import { newId } from '../../server/kernel/ids.ts';
import { openEmbedded } from '../../server/platform/db/embedded.ts';
import {
  type Database,
  MIGRATIONS_FOLDER,
  migratePostgres,
  readMigrations,
  statement,
} from '../../server/platform/db/index.ts';
import { migrateOwned } from '../../server/platform/db/open.ts';
import { openPostgres } from '../../server/platform/db/postgres.ts';
import { installQueue } from '../../server/platform/queue/index.ts';
import type { Context, Part } from '../context.ts';
import type { Place } from '../place.ts';
import type { Figure } from '../report.ts';
import { median } from '../stats.ts';

const ROWS = 1000;
const ROUNDS = 9;
const READS = 2000;
const POOL_SIZE = 20;
/** At once: one, to see the time of a read; as many as the pool, to see what a loaded server can do. */
const CONCURRENCY = [1, POOL_SIZE] as const;
const FILL = `insert into tasks (organization_id, id, kind, queue, title, request_id)
  select $1, gen_random_uuid(), 'bench', 'bench', 'a task', 'bench' from generate_series(1, $2) returning id`;
const TASK = `select id, kind, queue, title, status, done, total, unit, message, attempt, max_attempts, created_at, updated_at
  from tasks where organization_id = $1 and id = $2`;
const readTask = statement<{ readonly id: string }>(TASK);

type Query = (
  text: string,
  values: unknown[],
) => Promise<{ readonly rows: readonly Record<string, unknown>[] }>;

/** One database, through the unit of work and past it. */
interface Sides {
  readonly database: Database;
  /** As a superuser, whom no policy binds, with nothing set. */
  readonly bare: Query;
  /** Called before the rounds of a side, where both share one connection. */
  take(side: 'ours' | 'bare'): Promise<void>;
  close(): Promise<void>;
}

/** A read of one row by its key as its tenant, beside the same read by the bare driver. */
export const tenancy: Part = {
  name: 'tenancy',
  about: 'a read of one row as its tenant, beside the same read without tenancy',
  async run(context) {
    const figures: Figure[] = [];
    for (const kind of context.databases) {
      const place = await context.open(kind);
      const sides = await (kind === 'postgres' ? openServer(place) : openFolder(place));
      figures.push(...(await compare(context, sides)));
      await sides.close();
      await place.dispose();
    }
    return {
      part: this.name,
      figures,
      notes: [
        `one of ${ROWS} rows by its key; medians of ${ROUNDS} interleaved rounds of ${READS} reads; without tenancy: a superuser, nothing set, no policy`,
      ],
    };
  },
};

async function openServer(place: Place): Promise<Sides> {
  const url = place.settings.DATABASE_URL ?? '';
  const ownerUrl = place.ownerUrl ?? '';
  await migratePostgres(ownerUrl, url, await readMigrations(MIGRATIONS_FOLDER), [installQueue]);
  const onError = (error: Error) => console.error(error.message);
  const database = openPostgres({ url, poolSize: POOL_SIZE, poolTimeoutSeconds: 10, onError });
  const pool = new pg.Pool({ connectionString: ownerUrl, max: POOL_SIZE, pipeline: true });
  return {
    database,
    bare: (text, values) => pool.query({ name: text.slice(0, 20), text, values }),
    take: async () => undefined,
    close: async () => {
      await pool.end();
      await database.close();
    },
  };
}

async function openFolder(place: Place): Promise<Sides> {
  const database = await openEmbedded({ folder: join(place.settings.DATA_DIR ?? '', 'database') });
  await migrateOwned(database.admin, 'embedded', await readMigrations(MIGRATIONS_FOLDER), [installQueue]);
  return {
    database,
    bare: (text, values) => database.raw.query<Record<string, unknown>>(text, values),
    take: async (side) => {
      await database.raw.exec('reset role');
      if (side === 'ours') await database.becomeApp();
    },
    close: () => database.close(),
  };
}

async function compare(context: Context, sides: Sides): Promise<Figure[]> {
  const organizationId = newId();
  await sides.bare('insert into organizations (id, name) values ($1, $2)', [organizationId, 'Bench']);
  const ids = (await sides.bare(FILL, [organizationId, ROWS])).rows.map(({ id }) => String(id));
  const actor = systemActor(organizationId, 'bench');
  const reads = {
    ours: (id: string) => sides.database.uow.read(actor, (tx) => readTask(tx, organizationId, id)),
    bare: async (id: string) => (await sides.bare(TASK, [organizationId, id])).rows,
  };
  const count = Math.ceil(READS * context.scale);
  const figures: Figure[] = [];
  for (const atOnce of CONCURRENCY) {
    const micros: Record<keyof typeof reads, number[]> = { ours: [], bare: [] };
    for (let round = 0; round <= ROUNDS; round++) {
      for (const side of ['ours', 'bare'] as const) {
        await sides.take(side);
        const each = await timeOf(reads[side], ids, count, atOnce);
        if (round > 0) micros[side].push(each);
      }
    }
    const { kind } = sides.database;
    const ratios = micros.ours.map((ours, round) => ours / (micros.bare[round] ?? Number.NaN));
    figures.push(
      { name: `${kind}, ${atOnce} at once, as a tenant`, value: median(micros.ours), unit: 'µs a read' },
      { name: `${kind}, ${atOnce} at once, without tenancy`, value: median(micros.bare), unit: 'µs a read' },
      { name: `${kind}, ${atOnce} at once, ratio`, value: median(ratios), unit: '×', goal: { atMost: 1.5 } },
    );
  }
  return figures;
}

/** Microseconds for one of `count` reads, `atOnce` of them at a time. Every read must find its row. */
async function timeOf(
  read: (id: string) => Promise<readonly unknown[]>,
  ids: readonly string[],
  count: number,
  atOnce: number,
): Promise<number> {
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < count; index = next++) {
      const rows = await read(ids[index % ids.length] ?? '');
      if (rows.length !== 1) throw new Error(`a read found ${rows.length} rows`);
    }
  };
  const begin = performance.now();
  await Promise.all(Array.from({ length: atOnce }, worker));
  return ((performance.now() - begin) / count) * 1000;
}
