import { beforeAll, describe, expect, test } from 'vitest';
import { libraryStage } from '../../testing/library-stage.ts';
import type { Client, World } from '../../testing/world.ts';
import type { SourceView } from './library.schemas.ts';

const { people, upload, settled, ready } = libraryStage();
let world: World;
let power: Client;
let regular: Client;
beforeAll(async () => {
  ({ world, power, regular } = people());
  await ready('handbook.md', 'Employees have 25 days of leave a year.');
  for (const limit of ['ten', 'twenty']) await ready('policy.txt', `The limit is ${limit} euros.`);
  const broken = new Uint8Array(Buffer.from('%PDF-1.7\nthis is no PDF at all'));
  // Of these the filter by `e` keeps one.
  const batch = await upload({ 'a.txt': 'Bravo and alpha.', 'letter.txt': 'A word.', 'c.txt': 'Gamma.' });
  const { items } = await upload({ 'broken.pdf': broken });
  for (const { id } of [...batch.items, ...items]) await settled(id);
});

describe('lists', () => {
  /** The ids of every page. */
  async function listed(filter: string): Promise<string[]> {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const path = `/library/sources?limit=3${filter}${cursor ? `&cursor=${cursor}` : ''}`;
      const page = (await regular.call('GET', path)).body as {
        items: SourceView[];
        nextCursor: string | null;
      };
      seen.push(...page.items.map((item) => item.id));
      cursor = page.nextCursor;
    } while (cursor);
    return seen;
  }

  test('filters hold together and over pages', async () => {
    const sources = await world.database.owner(
      'select id, stage, task_id, title, file_name from library_sources where organization_id = $1 order by created_at desc, id desc',
      [power.organizationId],
    );
    const ids = (keeps: (source: Record<string, unknown>) => boolean) =>
      sources.filter(keeps).map(({ id }) => String(id));
    const [{ task_id: task } = {}] = sources.filter(({ stage, task_id }) => stage === 'ready' && task_id);
    const ready = ids(({ stage }) => stage === 'ready');
    expect(ready.length).toBeGreaterThan(3);
    expect(await listed('&status=ready')).toEqual(ready);
    expect(await listed('&status=processing')).toEqual(
      ids(({ stage }) => !['ready', 'failed', 'cancelled'].includes(String(stage))),
    );
    expect(await listed(`&taskId=${task}`)).toEqual(ids(({ task_id }) => task_id === task));
    expect(await listed(`&taskId=${task}&status=ready&q=e`)).toEqual(
      ids(
        ({ stage, task_id, title, file_name }) =>
          task_id === task && stage === 'ready' && /e/i.test(`${title} ${file_name ?? ''}`),
      ),
    );
    expect(await listed('&q=100%25')).toEqual([]);
  });

  test('pages by keyset without gaps, filters, and refuses forged cursors and limits', async () => {
    const seen = await listed('');
    const all = await world.database.owner('select id from library_sources where organization_id = $1', [
      power.organizationId,
    ]);
    expect([...seen].sort()).toEqual(all.map((row) => String(row.id)).sort());
    const failed = (await regular.call('GET', '/library/sources?status=failed')).body as {
      items: SourceView[];
    };
    expect(failed.items.every((item) => item.stage === 'failed')).toBe(true);
    expect(
      ((await regular.call('GET', '/library/sources?q=POLICY')).body as { items: SourceView[] }).items,
    ).toHaveLength(1);
    for (const bad of [
      'limit=-1',
      'limit=0',
      'limit=101',
      'limit=x',
      'cursor=abc',
      'cursor=%00',
      'status=nope',
      'unknown=1',
    ]) {
      expect((await regular.call('GET', `/library/sources?${bad}`)).status, bad).toBe(400);
    }
  });
});
