import { afterAll, beforeAll, beforeEach, vi } from 'vitest';
import { type Actor, instanceActor, type OrganizationActor, systemActor } from '../kernel/actor.ts';
import { newId } from '../kernel/ids.ts';
import type { Tx } from '../platform/db/port.ts';
import {
  createSearchPlatform,
  type SearchPlatform,
  type SearchPlatformOptions,
} from '../platform/search/index.ts';
import type { IndexDocument, SearchRequest } from '../platform/search/port.ts';
import type { TestDatabase } from './database.ts';

/** A signal that nobody gives. */
export const signal = new AbortController().signal;
const quiet = { warn: vi.fn() };

/** A document of these passages, for everybody. */
export function source(text: string | readonly string[], more: Partial<IndexDocument> = {}): IndexDocument {
  let at = 0;
  const passages = [text].flat().map((content, ordinal) => {
    const start = at;
    at += content.length + 1;
    return { ordinal, text: content, start, end: start + content.length, page: null, headings: [] };
  });
  return {
    type: 'source',
    id: newId(),
    version: 1,
    title: 'Untitled',
    language: 'en',
    collectionId: null,
    audience: ['role:guest'],
    passages,
    ...more,
  };
}

/**
 * A search engine over one database, new for each test, and an organization of each test's own, in whose name everything
 * is done that names nobody else. Call it where hooks may be registered. `maxVectorBytes: 0` leaves vectors to the
 * database's own index.
 */
export function searchStage(open: () => Promise<TestDatabase>, maxVectorBytes?: number) {
  let database: TestDatabase;
  let search: SearchPlatform;
  let here: OrganizationActor;

  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    search = platform();
    here = await organization();
  });

  function platform(options: Partial<SearchPlatformOptions> = {}): SearchPlatform {
    return createSearchPlatform({
      database: database.database,
      embedding: null,
      logger: quiet,
      ...(maxVectorBytes === undefined ? {} : { maxVectorBytes }),
      ...options,
    });
  }

  async function organization(): Promise<OrganizationActor> {
    const id = newId();
    await database.database.uow.write(instanceActor('setup'), (tx) =>
      database.database
        .executor(tx)
        .execute('insert into organizations (id, name) values ($1, $2)', [id, 'Org']),
    );
    return systemActor(id, 'test');
  }

  const inTx = <T>(actor: OrganizationActor, fn: (tx: Tx) => Promise<T>) =>
    database.database.uow.write(actor, fn);
  const add = async (document: IndexDocument, actor = here, on = search) => {
    await on.index.stage(actor, document, signal);
    await inTx(actor, (tx) => on.index.activate(tx, actor, document));
    return document;
  };
  const ask = (q: string, more: Partial<SearchRequest> = {}, actor: Actor = here, on = search) =>
    on.index.search(actor, { q, mode: 'keyword', limit: 10, ...more });
  const ids = async (...args: Parameters<typeof ask>) => (await ask(...args)).hits.map((hit) => hit.id);

  return {
    /** What differs from test to test. */
    now: () => ({ database, search, here }),
    ...{ platform, organization, inTx, add, ask, ids },
  };
}

export type SearchStage = ReturnType<typeof searchStage>;
