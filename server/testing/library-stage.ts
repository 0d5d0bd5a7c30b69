import { afterAll, beforeAll, expect } from 'vitest';
import type { SourceView, UploadAnswer } from '../modules/library/library.schemas.ts';
import { type Client, createWorld, eventually, formOf, type World } from './world.ts';

export interface LibraryPeople {
  readonly world: World;
  readonly power: Client;
  readonly regular: Client;
  readonly guest: Client;
  /** The admin of another organization. */
  readonly stranger: Client;
}

/**
 * The product with an empty library and people of each role, for the tests of one file; `power` does what is said of
 * nobody else. Call it where hooks may be registered.
 */
export function libraryStage() {
  let people: LibraryPeople;
  beforeAll(async () => {
    const world = await createWorld();
    people = {
      world,
      power: await world.person('power'),
      regular: await world.person('regular'),
      guest: await world.person('guest'),
      stranger: await world.person('admin', 'Elsewhere'),
    };
  });
  afterAll(() => people.world.close());

  async function upload(
    files: Record<string, string | Uint8Array<ArrayBuffer>>,
    fields: Record<string, string> = {},
  ): Promise<UploadAnswer> {
    const answer = await people.power.call('POST', '/library/sources', formOf(files, fields));
    expect(answer.status, JSON.stringify(answer.body)).toBe(202);
    return answer.body as UploadAnswer;
  }

  async function source(id: string): Promise<SourceView> {
    return (await people.power.call('GET', `/library/sources/${id}`)).body as SourceView;
  }

  const settled = (id: string) =>
    eventually(
      () => source(id),
      (view) => ['ready', 'failed', 'cancelled'].includes(view.stage),
    );

  async function ready(
    name: string,
    content: string,
    fields: Record<string, string> = {},
  ): Promise<SourceView> {
    const [item] = (await upload({ [name]: content }, fields)).items;
    const view = await settled(item?.id ?? '');
    expect(view).toMatchObject({ stage: 'ready' });
    return view;
  }

  return { people: () => people, ...{ upload, source, settled, ready } };
}
