import { describe, expect, test } from 'vitest';
import { type SearchStage, source } from '../../testing/search-stage.ts';

/** Which words find which text, in every language. */
export function searchWordsContract(stage: SearchStage): void {
  const { add, ask, ids } = stage;

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
}
