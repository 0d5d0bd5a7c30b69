import { createReadStream, existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { type Actor, instanceActor, systemActor } from '../kernel/actor.ts';
import type { Modules } from './modules.ts';

const SAMPLES = fileURLToPath(new URL('../../samples', import.meta.url));
const REQUEST_ID = 'first-start';

const Manifest = Type.Object({
  collections: Type.Array(
    Type.Object({
      name: Type.String(),
      description: Type.String(),
      language: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
  documents: Type.Array(
    Type.Object({ file: Type.String(), language: Type.String(), collection: Type.String() }),
  ),
});

/** In the data folder, from before the first organization is made until it has all samples. */
const PENDING = 'samples.pending';
const FIRST = {
  organizationName: 'Demo organization',
  adminEmail: 'admin@scriptorium.example',
  adminName: 'Demo admin',
};
const MOST_COLLECTIONS = 100;

/**
 * On a database without any organization, makes one with an admin. Gives the token of a link that signs them in once, also
 * on later starts as long as they have no other way in; null where they have, or somebody else was here before.
 */
export async function firstStart({ identity }: Modules): Promise<string | null> {
  const first = await identity.api.bootstrap(instanceActor(REQUEST_ID), FIRST);
  return first?.link.token ?? null;
}

/** Where nobody is here yet, remembers that the first organization is to get the sample library. */
export async function expectSamples({ identity }: Modules, dataDir: string): Promise<void> {
  const { items } = await identity.api.listUsers(instanceActor(REQUEST_ID), { limit: 1 });
  if (items.length === 0) await writeFile(join(dataDir, PENDING), '');
}

/**
 * Fills the first organization with the sample library, unless the server is told to stop meanwhile. Where an earlier start
 * was cut off, goes on: what is there already is not stored twice. What people have deleted since does not come back.
 */
export async function addSamples(modules: Modules, dataDir: string, signal: AbortSignal): Promise<void> {
  const pending = join(dataDir, PENDING);
  if (!existsSync(pending)) return;
  const account = await modules.identity.api.findUser(instanceActor(REQUEST_ID), FIRST.adminEmail);
  const organizationId = account?.organizations[0]?.id;
  if (organizationId !== undefined) await fill(modules, systemActor(organizationId, REQUEST_ID), signal);
  if (!signal.aborted) await rm(pending);
}

async function fill({ library }: Modules, actor: Actor, signal: AbortSignal): Promise<void> {
  const manifest = Value.Parse(Manifest, JSON.parse(await readFile(join(SAMPLES, 'library.json'), 'utf8')));
  const { items: existing } = await library.collections.list(actor, { limit: MOST_COLLECTIONS });
  for (const collection of manifest.collections) {
    if (signal.aborted) return;
    const { id } =
      existing.find(({ name }) => name === collection.name) ??
      (await library.collections.create(actor, collection));
    for (const { file: name, language } of manifest.documents.filter(
      (entry) => entry.collection === collection.name,
    )) {
      if (signal.aborted) return;
      const file = { name, body: createReadStream(join(SAMPLES, name)) };
      await library.uploads.uploadFiles(actor, asyncOf(file), () => ({ collectionId: id, language }));
    }
  }
}

async function* asyncOf<T>(item: T): AsyncGenerator<T> {
  yield item;
}
