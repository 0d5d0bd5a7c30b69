import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instanceActor, type OrganizationActor, systemActor } from '../../kernel/actor.ts';
import { newId } from '../../kernel/ids.ts';
import { postgresTestDatabase, type TestDatabase, testServerUrl } from '../../testing/database.ts';
import type { EmbeddingModel } from '../ai/port.ts';
import { seededRandom } from './embedding/randomized-svd.ts';
import { createSearchPlatform } from './index.ts';

const url = testServerUrl();
const TENANTS = 12;
const PASSAGES = 250;
const QUERIES = 20;

/** Unit vectors around 30 centres, the same for the same text. */
const clustered: EmbeddingModel = {
  id: 'test:clustered',
  embed: async (texts) =>
    texts.map((text) => {
      const seed = Number(/\d+/.exec(text)?.[0] ?? 0);
      const centre = seededRandom(seed % 30);
      const own = seededRandom(seed);
      const vector = Float32Array.from({ length: 64 }, () => centre() - 0.5 + 0.8 * (own() - 0.5));
      const length = Math.hypot(...vector);
      return vector.map((value) => value / length);
    }),
};

describe.skipIf(url === undefined)('vectors of many organizations in one HNSW index', () => {
  let database: TestDatabase;
  const actors: OrganizationActor[] = [];

  beforeAll(async () => {
    database = await postgresTestDatabase(url ?? '');
    const search = createSearchPlatform({
      database: database.database,
      embedding: clustered,
      logger: { warn: () => undefined },
    });
    for (let tenant = 0; tenant < TENANTS; tenant++) {
      const actor = systemActor(newId(), 'test');
      actors.push(actor);
      await database.database.uow.write(instanceActor('setup'), (tx) =>
        database.database
          .executor(tx)
          .execute('insert into organizations (id, name) values ($1, $2)', [actor.organizationId, 'Org']),
      );
      const passages = Array.from({ length: PASSAGES }, (_, ordinal) => {
        const text = `passage ${tenant * PASSAGES + ordinal}`;
        return {
          ordinal,
          text,
          start: ordinal * 20,
          end: ordinal * 20 + text.length,
          page: null,
          headings: [],
        };
      });
      const document = {
        type: 'source',
        id: newId(),
        version: 1,
        title: '',
        language: 'en',
        collectionId: null,
        audience: ['role:guest'],
        passages,
      };
      await search.index.stage(actor, document, new AbortController().signal);
      await database.database.uow.write(actor, (tx) => search.index.activate(tx, actor, document));
    }
  }, 120_000);
  afterAll(() => database.close());

  test('each finds at least 95 of 100 of its own exact nearest ten', async () => {
    const platform = (maxVectorBytes: number) =>
      createSearchPlatform({
        database: database.database,
        embedding: clustered,
        logger: { warn: () => undefined },
        maxVectorBytes,
      });
    const exact = platform(1_000_000_000);
    const indexed = platform(0);
    let found = 0;
    let wanted = 0;
    for (const actor of actors.slice(0, 4)) {
      for (let query = 0; query < QUERIES; query++) {
        const request = {
          q: `near ${100_000 + query}`,
          mode: 'semantic',
          limit: 10,
          expand: 'passages',
        } as const;
        const truth = (await exact.index.search(actor, request)).hits.map((hit) => hit.passage.ordinal);
        const answer = (await indexed.index.search(actor, request)).hits.map((hit) => hit.passage.ordinal);
        wanted += truth.length;
        found += truth.filter((ordinal) => answer.includes(ordinal)).length;
      }
    }
    expect(wanted).toBe(4 * QUERIES * 10);
    expect(found / wanted).toBeGreaterThanOrEqual(0.95);
    // A prepared statement gets a plan for the average organization after five times, and that may compare everything.
    const [actor] = actors as [OrganizationActor];
    const scans = async () => {
      // A connection counts its scans together when a second has passed.
      await indexed.index.search(actor, { q: 'near 1', mode: 'semantic', limit: 10 });
      const [index] = await database.owner(
        "select idx_scan from pg_stat_user_indexes where indexrelname = 'search_vectors_256'",
      );
      return Number(index?.idx_scan);
    };
    await expect.poll(scans, { timeout: 20_000 }).toBeGreaterThanOrEqual(4 * QUERIES);
  });
});
