import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { instanceActor, systemActor } from '../kernel/actor.ts';
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

/**
 * On a database without any organization: makes one with an admin who signs in by link, and fills it with the sample
 * library. Gives the link's token, or null when somebody was here before.
 */
export async function firstStart(
  modules: Modules,
  options: { readonly samples: boolean },
): Promise<string | null> {
  const first = await modules.identity.api.bootstrap(instanceActor(REQUEST_ID), {
    organizationName: 'Demo organization',
    adminEmail: 'admin@scriptorium.example',
    adminName: 'Demo admin',
  });
  if (!first) return null;
  const [organization] = first.organizations;
  if (options.samples && organization) await addSamples(modules, organization.id);
  return first.link.token;
}

async function addSamples({ library }: Modules, organizationId: string): Promise<void> {
  const actor = systemActor(organizationId, REQUEST_ID);
  const manifest = Value.Parse(Manifest, JSON.parse(await readFile(join(SAMPLES, 'library.json'), 'utf8')));
  for (const collection of manifest.collections) {
    const { id } = await library.collections.create(actor, collection);
    for (const document of manifest.documents.filter((entry) => entry.collection === collection.name)) {
      const file = { name: document.file, body: createReadStream(join(SAMPLES, document.file)) };
      await library.uploads.uploadFiles(actor, asyncOf(file), () => ({
        collectionId: id,
        language: document.language,
      }));
    }
  }
}

async function* asyncOf<T>(item: T): AsyncGenerator<T> {
  yield item;
}
