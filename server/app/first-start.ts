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

export interface FirstOrganization {
  readonly organizationId: string;
  /** Signs its admin in, once. */
  readonly token: string;
}

/** On a database without any organization, makes one with an admin who signs in by link; null when somebody was here before. */
export async function firstStart(modules: Modules): Promise<FirstOrganization | null> {
  const first = await modules.identity.api.bootstrap(instanceActor(REQUEST_ID), {
    organizationName: 'Demo organization',
    adminEmail: 'admin@scriptorium.example',
    adminName: 'Demo admin',
  });
  const organizationId = first?.organizations[0]?.id;
  return first && organizationId ? { organizationId, token: first.link.token } : null;
}

/** Fills an organization with the sample library, unless the server is told to stop meanwhile. */
export async function addSamples(
  { library }: Modules,
  organizationId: string,
  signal: AbortSignal,
): Promise<void> {
  const actor = systemActor(organizationId, REQUEST_ID);
  const manifest = Value.Parse(Manifest, JSON.parse(await readFile(join(SAMPLES, 'library.json'), 'utf8')));
  for (const collection of manifest.collections) {
    if (signal.aborted) return;
    const { id } = await library.collections.create(actor, collection);
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
