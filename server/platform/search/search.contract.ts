import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type Actor,
  instanceActor,
  type OrganizationActor,
  publicActor,
  systemActor,
} from '../../kernel/actor.ts';
import { newId } from '../../kernel/ids.ts';
import type { TestDatabase } from '../../testing/database.ts';
import type { EmbeddingModel } from '../ai/port.ts';
import type { Tx } from '../db/port.ts';
import { createSearchPlatform, type SearchPlatform, type SearchPlatformOptions } from './index.ts';
import type { IndexDocument, SearchRequest } from './port.ts';

const signal = new AbortController().signal;
const quiet = { warn: vi.fn() };
const report = async () => undefined;

function source(text: string | readonly string[], more: Partial<IndexDocument> = {}): IndexDocument {
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

/** What the search engine must do over every database; `maxVectorBytes: 0` leaves vectors to the database's own index. */
export function searchContract(
  name: string,
  open: () => Promise<TestDatabase>,
  maxVectorBytes?: number,
): void {
  describe(`search contract: ${name}`, () => {
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

    describe('finding words', () => {
      test('finds inflected forms and says exactly where the passage is', async () => {
        const document = await add(
          source(['Nothing here.', 'The engines were running smoothly.'], { title: 'Manual' }),
        );
        const answer = await ask('run engine');
        expect(answer).toMatchObject({
          mode: 'keyword',
          embedder: null,
          correctedTo: null,
          nextCursor: null,
        });
        expect(answer.hits).toHaveLength(1);
        const [hit] = answer.hits;
        expect(hit).toMatchObject({
          id: document.id,
          version: 1,
          title: 'Manual',
          passage: document.passages[1],
        });
        expect(hit?.highlights.map(({ start, end }) => hit.snippet.slice(start, end))).toEqual([
          'engines',
          'running',
        ]);
      });

      test('an empty library answers with nothing, in every mode', async () => {
        for (const mode of ['keyword', 'semantic', 'hybrid'] as const) {
          expect(await ask('anything', { mode })).toMatchObject({
            hits: [],
            mode: 'keyword',
            nextCursor: null,
          });
        }
      });

      test('a title and a heading are found, and a title weighs more than the body', async () => {
        const body = await add(source('a word about turbines among many other words'));
        const title = await add(source('something else entirely among many words', { title: 'Turbines' }));
        expect(await ids('turbine')).toEqual([title.id, body.id]);
        const passage = {
          ordinal: 0,
          text: 'plain text',
          start: 0,
          end: 10,
          page: 3,
          headings: ['Chapter', 'Gearboxes'],
        };
        const headed = await add(source('', { passages: [passage] }));
        expect((await ask('gearbox')).hits[0]).toMatchObject({ id: headed.id, passage });
      });

      test('groups by document, or gives every passage', async () => {
        const document = await add(source(['wing one', 'wing two wing', 'tail']));
        const grouped = await ask('wing');
        expect(grouped.hits.map((hit) => hit.passage.ordinal)).toEqual([1]);
        const expanded = await ask('wing', { expand: 'passages' });
        expect(expanded.hits.map((hit) => [hit.id, hit.passage.ordinal])).toEqual([
          [document.id, 1],
          [document.id, 0],
        ]);
      });

      test('phrases, excluded words, and both at once', async () => {
        const exact = await add(source('the boundary layer grows'));
        const apart = await add(source('the layer at the boundary of heat'));
        expect(new Set(await ids('boundary layer'))).toEqual(new Set([exact.id, apart.id]));
        expect(await ids('"boundary layer"')).toEqual([exact.id]);
        expect(await ids('boundary -heat')).toEqual([exact.id]);
        expect(await ids('layer -"boundary layer"')).toEqual([apart.id]);
        expect(await ids('"layer boundary"')).toEqual([]);
      });

      test('a stop word inside a phrase does not hinder where it is a word of another language', async () => {
        await add(source('Der Regen fiel auf den Boden', { language: 'de' }));
        const document = await add(source('We saw rain on frozen ground.'));
        expect(await ids('"rain on frozen ground"')).toEqual([document.id]);
      });

      test('of two that say the same, the one in the language of the question comes first', async () => {
        const french = await add(source('Hydrologie du lac Orsey et de la rivière', { language: 'fr' }));
        const english = await add(source('Hydrologie du lac Orsey and of the river', { language: 'en' }));
        expect((await ids('what is the hydrologie of lac Orsey'))[0]).toBe(english.id);
        expect((await ids("quelle est l'hydrologie du lac Orsey"))[0]).toBe(french.id);
      });

      test('an excluded word excludes the whole document', async () => {
        await add(source(['wing here', 'heat there']));
        expect(await ids('wing -heat')).toEqual([]);
      });

      test('the last word may be unfinished when asked so', async () => {
        const document = await add(source('experimental aerodynamics'));
        expect(await ids('aerod', { prefix: true })).toEqual([document.id]);
        expect(await ids('experimenta', { prefix: true })).toEqual([document.id]);
        expect(await ids('aerod ', { prefix: true })).toEqual([]);
      });

      test('a misspelt word is corrected only where nothing is found, and the answer says so', async () => {
        const document = await add(source('The Propeller turns'));
        const answer = await ask('propelor');
        expect(answer.correctedTo).toBe('propeller');
        expect(answer.hits.map((hit) => hit.id)).toEqual([document.id]);
        expect((await ask('propeller')).correctedTo).toBeNull();
        expect(await ask('zzzzzzzzz')).toMatchObject({ hits: [], correctedTo: null });
      });

      test.each([
        ['de', 'Die Aufwandsentschädigung beträgt 40 Euro', 'Aufwandsentschädigng', 'aufwandsentschädigung'],
        ['en', 'Two observations a day', 'observatoins', 'observations'],
        ['fr', 'Les rivières débordent', 'rivirèes', 'rivières'],
      ])(
        'in %s, a mistake in the ending that the stemmer cuts off is corrected too',
        async (language, text, q, word) => {
          const document = await add(source(text, { language }));
          await add(source('Ein Aufwand entsteht; we observe what the river does', { language }));
          const answer = await ask(q);
          expect(answer.correctedTo).toBe(word);
          expect(answer.hits[0]?.id).toBe(document.id);
        },
      );

      test('a word that only begins like a known one is another word, and is not corrected', async () => {
        await add(source('We measure the river', { language: 'en' }));
        expect((await ask('measurably')).correctedTo).toBeNull();
        expect((await ask('riverboat')).correctedTo).toBeNull();
      });

      test('stop words count only alone', async () => {
        const document = await add(source('The Who played'));
        await add(source('the the the of and'));
        expect((await ids('the who'))[0]).toBe(document.id);
        expect(await ids('the played')).toEqual([document.id]);
      });

      test.each([
        ['zh', '自然语言处理很有意思', '语言处理'],
        ['ja', '東京都に住んでいます', '東京'],
        ['th', 'ภาษาไทยเป็นภาษาที่สวยงาม', 'ภาษาไทย'],
        ['ko', '한국어를 공부합니다', '한국어'],
        ['ar', 'الكتاب على الطاولة', 'كتاب'],
        ['ru', 'Зелёные деревья растут', 'дерево зеленый'],
        ['el', 'Το πανεπιστήμιο της Αθήνας', 'πανεπιστήμια'],
      ])('finds %s', async (language, text, query) => {
        await add(source('an English text', { language: 'en' }));
        const document = await add(source(text, { language }));
        expect(await ids(query)).toEqual([document.id]);
      });

      test('a query meets each document by the rules of its language', async () => {
        const french = await add(source('Les réunions nationales', { language: 'fr' }));
        const german = await add(source('Die Häuser am See', { language: 'de-AT' }));
        const english = await add(source('They die of thirst', { language: 'en' }));
        expect(await ids('reunion nationale')).toEqual([french.id]);
        expect(await ids('Haus')).toEqual([german.id]);
        expect(await ids('die')).toEqual([english.id]);
      });

      test.each(['EX-01', 'ex01', '§12', 'C++', 'v2.0.1'])(
        'finds the identifier %s whole',
        async (identifier) => {
          const document = await add(source('Rule EX-01 of §12 concerns C++ since v2.0.1.'));
          await add(source('C is a language, version 2, example 1.'));
          expect((await ids(identifier))[0]).toBe(document.id);
        },
      );
    });

    describe('versions', () => {
      test('a staged version is invisible until it is activated, then the one before is gone', async () => {
        const first = await add(source('ancient words'));
        const second = { ...source('modern words'), id: first.id, version: 2 };
        await search.index.stage(here, second, signal);
        expect((await ask('words')).hits.map((hit) => hit.version)).toEqual([1]);
        expect(await ids('modern')).toEqual([]);
        await inTx(here, (tx) => search.index.activate(tx, here, second));
        expect((await ask('words')).hits.map((hit) => hit.version)).toEqual([2]);
        expect(await ids('ancient')).toEqual([]);
      });

      test('staging and activating twice changes nothing', async () => {
        const document = await add(source('twice'));
        const score = (await ask('twice')).hits[0]?.score;
        await add(document);
        expect((await ask('twice')).hits.map((hit) => hit.score)).toEqual([score]);
      });

      test('an old version that comes late does not push out a newer one', async () => {
        const newer = await add({ ...source('newer words'), version: 2 });
        await search.index.stage(here, { ...source('older words'), id: newer.id, version: 1 }, signal);
        await inTx(here, (tx) => search.index.activate(tx, here, { ...newer, version: 1 }));
        expect((await ask('words')).hits.map((hit) => hit.version)).toEqual([2]);
      });

      test('activating what was not staged is refused', async () => {
        await expect(
          inTx(here, (tx) => search.index.activate(tx, here, { type: 'source', id: newId(), version: 1 })),
        ).rejects.toMatchObject({
          code: 'search.not_staged',
        });
      });

      test('a transaction that rolls back leaves what was', async () => {
        const document = source('perhaps');
        await search.index.stage(here, document, signal);
        const rolledBack = inTx(here, async (tx) => {
          await search.index.activate(tx, here, document);
          throw new Error('no');
        });
        await expect(rolledBack).rejects.toThrow('no');
        expect(await ids('perhaps')).toEqual([]);
      });

      test('removed is gone, and removing again is no error', async () => {
        const document = await add(source('ephemeral'));
        expect(await ids('ephemeral')).toEqual([document.id]);
        await inTx(here, (tx) => search.index.remove(tx, here, document));
        await inTx(here, (tx) => search.index.remove(tx, here, document));
        expect(await ids('ephemeral')).toEqual([]);
      });

      test('an update moves it and renames it at once', async () => {
        const document = await add(source('some text', { title: 'Oldname' }));
        const collectionId = newId();
        await inTx(here, (tx) => search.index.update(tx, here, document, { title: 'Newname', collectionId }));
        expect(await ids('oldname')).toEqual([]);
        expect((await ask('newname', { collectionId })).hits).toMatchObject([
          { title: 'Newname', collectionId },
        ]);
      });

      test('two processes agree after every change', async () => {
        const other = platform();
        const document = await add(source('shared knowledge'));
        expect(await ids('knowledge', {}, here, other)).toEqual([document.id]);
        await inTx(here, (tx) => search.index.remove(tx, here, document));
        const next = await add(source('more knowledge'), here, other);
        expect(await ids('knowledge')).toEqual([next.id]);
        expect(await ids('knowledge', {}, here, other)).toEqual([next.id]);
      });
    });

    describe('who may find what', () => {
      test('another organization finds nothing, whatever it asks', async () => {
        const there = await organization();
        const document = await add(source('secret plans'));
        await add(source('public plans'), there);
        for (const mode of ['keyword', 'semantic', 'hybrid'] as const) {
          expect(await ids('secret plans', { mode }, there)).not.toContain(document.id);
        }
        expect((await ask('sekret', {}, there)).correctedTo).toBeNull();
        expect(await ids('secret', {}, publicActor('test'))).toEqual([]);
      });

      test('audience: a minimum role, or a person by name', async () => {
        const userId = newId();
        const forAdmins = await add(source('memo alpha', { audience: ['role:admin'] }));
        const forRegular = await add(source('memo beta', { audience: ['role:regular'] }));
        const forOne = await add(source('memo gamma', { audience: [`user:${userId}`] }));
        const as = (role: 'admin' | 'regular' | 'guest', user: string | null = null): Actor => ({
          ...here,
          kind: 'user',
          role,
          userId: user,
        });
        for (const mode of ['keyword', 'hybrid', 'semantic'] as const) {
          expect(new Set(await ids('memo', { mode }, as('admin')))).toEqual(
            new Set([forAdmins.id, forRegular.id]),
          );
          expect(await ids('memo', { mode }, as('regular'))).toEqual([forRegular.id]);
          expect(await ids('memo', { mode }, as('guest'))).toEqual([]);
          expect(await ids('memo', { mode }, as('guest', userId))).toEqual([forOne.id]);
        }
      });

      test('a correction never tells a word that the caller may not see', async () => {
        await add(source('Operation Nightingale', { audience: ['role:admin'] }));
        const guest: Actor = { ...here, kind: 'user', role: 'guest' };
        expect((await ask('nightingail', {}, guest)).correctedTo).toBeNull();
        expect((await ask('nightingail')).correctedTo).toBe('nightingale');
      });

      test('filters by type, collection and language', async () => {
        const collectionId = newId();
        const english = await add(source('common term', { collectionId }));
        const french = await add(source('common term', { language: 'fr-CA', type: 'entry' }));
        for (const mode of ['keyword', 'semantic', 'hybrid'] as const) {
          expect(await ids('common', { mode, types: ['entry'] })).toEqual([french.id]);
          expect(await ids('common', { mode, collectionId })).toEqual([english.id]);
          expect(await ids('common', { mode, language: 'fr' })).toEqual([french.id]);
          expect(await ids('common', { mode, types: ['other'] })).toEqual([]);
        }
      });
    });

    describe('pages', () => {
      test.each(['keyword', 'semantic', 'hybrid'] as const)(
        '%s: following cursors gives every hit once, in the order of one page',
        async (mode) => {
          for (let i = 0; i < 12; i++) await add(source(`page ${'page '.repeat(i % 4)} number ${i}`));
          const whole = await ids('page', { mode, limit: 100 });
          expect(whole).toHaveLength(12);
          const followed: string[] = [];
          let cursor: string | undefined;
          do {
            const part = await ask('page', { mode, limit: 5, cursor });
            followed.push(...part.hits.map((hit) => hit.id));
            cursor = part.nextCursor ?? undefined;
          } while (cursor !== undefined);
          expect(followed).toEqual(whole);
        },
      );

      test('phrases page too', async () => {
        for (let i = 0; i < 7; i++) await add(source(`exact phrase ${i}`));
        const first = await ask('"exact phrase"', { limit: 4 });
        const second = await ask('"exact phrase"', { limit: 4, cursor: first.nextCursor ?? '' });
        expect(new Set([...first.hits, ...second.hits].map((hit) => hit.id)).size).toBe(7);
        expect(second.nextCursor).toBeNull();
      });

      test('a forged cursor is malformed', async () => {
        await expect(ask('page', { cursor: 'bm9uc2Vuc2U' })).rejects.toMatchObject({ kind: 'malformed' });
      });
    });

    describe('hostile queries', () => {
      test('no query fails, and none leaves its own organization', async () => {
        await add(source("Robert'); drop table students;-- %_\\ * ? [x] (y) {z} <script>"));
        const pieces = fc.constantFrom(
          "'",
          '"',
          '\\',
          '%',
          '_',
          '-',
          '-"',
          ';--',
          '$1',
          '\0',
          '\u{1F642}',
          '字',
          'ก',
          ' ',
          'drop table',
          '»',
          '«',
          '\u202e',
          'x',
        );
        await fc.assert(
          fc.asyncProperty(
            fc.string({ unit: pieces, minLength: 1, maxLength: 40 }),
            fc.constantFrom('keyword', 'semantic', 'hybrid'),
            fc.boolean(),
            async (q, mode, prefix) => {
              const answer = await ask(q, { mode, prefix });
              expect(Array.isArray(answer.hits)).toBe(true);
            },
          ),
          { numRuns: 60 },
        );
        expect(await ids('drop table students')).toHaveLength(1);
      });
    });

    describe('meaning', () => {
      /** Texts about two things, in which "physician" and "doctor" never meet. */
      async function teach(actor = here, on = search): Promise<void> {
        const medical = ['hospital', 'patient', 'nurse', 'surgery', 'clinic', 'medicine', 'ward'];
        const naval = ['ship', 'harbour', 'sailor', 'anchor', 'deck', 'captain', 'voyage'];
        for (let i = 0; i < 56; i++) {
          const words = i % 2 === 0 ? medical : naval;
          const some = [0, 1, 2, 3].map((step) => words[(i + step * 2 + Math.floor(i / 7)) % words.length]);
          const who = i % 2 === 1 ? 'crew' : i % 4 === 0 ? 'physician' : 'doctor';
          await add(
            source(`The ${who} and the ${some.join(' and the ')}.`, { title: `Note ${i}` }),
            actor,
            on,
          );
        }
      }

      test('before training hashed n-grams rank; afterwards the latent embedder, and the answer says which', async () => {
        await teach();
        expect(await ask('doctor', { mode: 'semantic' })).toMatchObject({
          mode: 'semantic',
          embedder: 'hashed-ngrams:1',
        });
        expect(await search.isTrainingDue(here)).toBe(true);
        const outcome = await search.train(here, signal, report);
        expect(outcome).toMatchObject({ kind: 'switched', passages: 56 });
        expect(await search.isTrainingDue(here)).toBe(false);
        const answer = await ask('doctor', { mode: 'semantic', limit: 28 });
        expect(answer).toMatchObject({
          mode: 'semantic',
          embedder: expect.stringMatching(/^latent-semantic:\d+$/),
        });
        // By word there are 14; by meaning the physicians follow before any sailor does.
        const people = answer.hits.map((hit) => /physician|doctor|crew/.exec(hit.passage.text)?.[0]);
        expect(people.slice(0, 24)).not.toContain('crew');
        expect(people).toContain('physician');
        const hybrid = await ask('doctor', { mode: 'hybrid', limit: 14 });
        expect(hybrid.hits.every((hit) => hit.passage.text.includes('doctor'))).toBe(true);
      });

      test('new text is found by meaning at once, and training again waits for growth', async () => {
        await teach();
        await search.train(here, signal, report);
        const fresh = await add(source('The nurse at the clinic ward.'));
        expect(
          (await ask('hospital patient', { mode: 'semantic', limit: 100 })).hits
            .slice(0, 30)
            .map((hit) => hit.id),
        ).toContain(fresh.id);
        expect(await search.train(here, signal, report)).toEqual({ kind: 'not_due' });
      });

      test('every process follows the switch, and the old vectors are gone', async () => {
        const other = platform();
        await teach();
        expect((await ask('doctor', { mode: 'hybrid' }, here, other)).embedder).toBe('hashed-ngrams:1');
        await search.train(here, signal, report);
        expect((await ask('doctor', { mode: 'hybrid' }, here, other)).embedder).toMatch(/^latent/);
        const rows = await database.owner(
          'select count(distinct embedder)::int as embedders, count(*)::int as vectors from search_vectors where organization_id = $1',
          [here.organizationId],
        );
        expect(rows).toEqual([{ embedders: 1, vectors: 56 }]);
      });

      test('text that is staged during training gets the new vectors too', async () => {
        await teach();
        let late: IndexDocument | undefined;
        await search.train(here, signal, async ({ message }) => {
          if (late === undefined && message.startsWith('Placing'))
            late = await add(source('A latecomer nurse in the hospital.'));
        });
        expect(
          (await ask('clinic surgery', { mode: 'semantic', limit: 100 })).hits.map((hit) => hit.id),
        ).toContain(late?.id);
      });

      test('an interrupted training leaves search as it was, and the next one succeeds', async () => {
        await teach();
        const failing = search.train(here, signal, async ({ done }) => {
          if (done > 0) throw new Error('killed');
        });
        await expect(failing).rejects.toThrow('killed');
        expect((await ask('doctor', { mode: 'hybrid' })).embedder).toBe('hashed-ngrams:1');
        expect(await search.train(here, signal, report)).toMatchObject({ kind: 'switched' });
        expect((await ask('doctor', { mode: 'hybrid' })).embedder).toMatch(/^latent/);
      });

      test('tells in the transaction when training is due, and only then', async () => {
        const due: string[] = [];
        search.onTrainingDue(async (_, actor) => {
          due.push(actor.organizationId);
        });
        for (let i = 0; i < 49; i++) await add(source(`text ${i}`));
        expect(due).toEqual([]);
        await add(source('the fiftieth'));
        expect(due).toEqual([here.organizationId]);
      });

      test('a configured embedding server takes over, and leaves again, without a gap', async () => {
        const external: EmbeddingModel = {
          id: 'test:two-topics',
          embed: async (texts) =>
            texts.map((text) =>
              /ship|sea/i.test(text) ? Float32Array.of(1, 0, 0) : Float32Array.of(0, 1, 0),
            ),
        };
        const naval = await add(source('a ship'));
        await add(source('a house'));
        const configured = platform({ embedding: external });
        expect((await ask('sea', { mode: 'semantic' }, here, configured)).embedder).toBe('hashed-ngrams:1');
        await configured.train(here, signal, report);
        const answer = await ask('sea', { mode: 'semantic' }, here, configured);
        expect(answer).toMatchObject({ mode: 'semantic', embedder: 'test:two-topics' });
        expect(answer.hits[0]?.id).toBe(naval.id);
        await search.train(here, signal, report);
        expect((await ask('ship', { mode: 'semantic' })).embedder).toBe('hashed-ngrams:1');
      });

      test('an embedding server that fails costs meaning, not the answer', async () => {
        let broken = false;
        const external: EmbeddingModel = {
          id: 'test:fragile',
          embed: async (texts) => {
            if (broken) throw new Error('down');
            return texts.map(() => Float32Array.of(1, 0));
          },
        };
        const configured = platform({ embedding: external });
        const document = await add(source('still findable'), here, configured);
        broken = true;
        const answer = await ask('findable', { mode: 'hybrid' }, here, configured);
        expect(answer).toMatchObject({ mode: 'keyword', embedder: null });
        expect(answer.hits.map((hit) => hit.id)).toEqual([document.id]);
      });
    });
  });
}
