import { beforeEach, describe, expect, test } from 'vitest';
import type { OrganizationActor } from '../../kernel/actor.ts';
import type { TestDatabase } from '../../testing/database.ts';
import { type SearchStage, signal, source } from '../../testing/search-stage.ts';
import type { EmbeddingModel } from '../ai/port.ts';
import type { SearchPlatform } from './index.ts';
import type { IndexDocument } from './port.ts';

const report = async () => undefined;

/** Search by meaning: training, embedders, and what changes between them. */
export function searchMeaningContract(stage: SearchStage): void {
  const { add, ask, platform } = stage;
  let database: TestDatabase;
  let here: OrganizationActor;
  let search: SearchPlatform;
  beforeEach(() => {
    ({ database, here, search } = stage.now());
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
        await add(source(`The ${who} and the ${some.join(' and the ')}.`, { title: `Note ${i}` }), actor, on);
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
          texts.map((text) => (/ship|sea/i.test(text) ? Float32Array.of(1, 0, 0) : Float32Array.of(0, 1, 0))),
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
}
