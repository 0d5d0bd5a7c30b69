import { type Collection, type ScriptoriumClient, unwrap } from '../../client/index.ts';
import { CommandError } from './command-error.ts';

/** The collection of that name (in any case) or id. Throws a sentence where there is none. */
export async function findCollection(client: ScriptoriumClient, wanted: string): Promise<Collection> {
  const found = await lookUp(client, wanted);
  if (found) return found;
  throw new CommandError(`There is no collection “${wanted}”.`);
}

/** The collection of that name or id, made when it is missing. */
export async function findOrMakeCollection(
  client: ScriptoriumClient,
  wanted: string,
  language: string | null,
): Promise<Collection> {
  const found = await lookUp(client, wanted);
  return found ?? unwrap(client.POST('/api/v1/library/collections', { body: { name: wanted, language } }));
}

async function lookUp(client: ScriptoriumClient, wanted: string): Promise<Collection | undefined> {
  const name = wanted.toLowerCase();
  for (let cursor: string | undefined; ; ) {
    const query = { limit: 100, ...(cursor === undefined ? {} : { cursor }) };
    const page = await unwrap(client.GET('/api/v1/library/collections', { params: { query } }));
    const found = page.items.find(
      (collection) => collection.id === wanted || collection.name.toLowerCase() === name,
    );
    if (found || page.nextCursor === null) return found;
    cursor = page.nextCursor;
  }
}
